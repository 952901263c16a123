"""What was read against what stands there: which lines were found, and how many characters are wrong, end to end.

Knows read pages and transcriptions (plain text, ALTO, PAGE); knows no image and no model.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import InputError, Tally
from frugal.pagexml import Points
from frugal.reading.pages import ReadPage
from frugal.reading.segmentation import pages_of
from frugal.text import align, edit_distance, normalise

OVERLAP = 0.5
"""Intersection over union of two upright boxes at which a line counts as found."""
SHARE = 0.5
"""Share of a line's characters that must stand in the answer where no boxes are known."""
ALLOWED = "a text with one line per line (pages parted by form feeds), ALTO or PAGE, or a folder of them"


@dataclass(frozen=True, kw_only=True)
class TrueLine:
    """One line as it stands on the page: `polygon` is empty and `text` None where unknown."""

    text: str | None
    polygon: Points = ()


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How well some pages were read.

    Attributes:
        lines: true lines.
        found: how many of them were found.
        by: `boxes` where the truth says where lines are, else `texts`.
        characters: edits out of true characters, both over whole pages in reading order.
    """

    lines: int
    found: int
    by: str
    characters: Tally

    @property
    def recall(self) -> float | None:
        """Share of the true lines that were found; None without lines."""
        return self.found / self.lines if self.lines else None

    @property
    def cer(self) -> float | None:
        """Character error rate of the whole pages; None without characters."""
        return self.characters.errors / self.characters.total if self.characters.total else None


def truth_beside(truth: Path, image: Path) -> Path:
    """The transcription of `image`: `truth` itself, or the file of the image's stem in it.

    Raises:
        InputError: there is none.
    """
    if not truth.is_dir():
        return truth
    for suffix in (".xml", ".txt"):
        path = truth / f"{image.stem}{suffix}"
        if path.is_file():
            return path
    raise InputError(f"--truth {truth} without {image.stem}.txt or {image.stem}.xml", allowed=ALLOWED)


def true_lines(path: Path, page: ReadPage) -> list[TrueLine]:
    """The lines of `page` as the file says.

    Raises:
        InputError: unreadable, or another number of pages than the image file has.
    """
    if path.suffix.lower() == ".xml":
        stated = pages_of(path)
        _check(len(stated), path, page)
        lines = stated[page.number - 1].scaled(page.width, page.height).lines
        return [TrueLine(text=line.text, polygon=line.polygon) for line in lines]
    try:
        texts = path.read_text(encoding="utf-8-sig").rstrip("\f").split("\f")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--truth {path} cannot be read ({error})", allowed=ALLOWED) from error
    _check(len(texts), path, page)
    return [TrueLine(text=line) for line in texts[page.number - 1].splitlines() if line.strip()]


def _check(pages: int, path: Path, page: ReadPage) -> None:
    if pages != page.count:
        raise InputError(f"--truth {path} has {pages} pages, {page.path} has {page.count}", allowed=ALLOWED)


def agreement(page: ReadPage, truth: Sequence[TrueLine]) -> Agreement:
    """Compare one page with its truth."""
    stated, answer = _text(line.text or "" for line in truth), _text(line.text for line in page.lines)
    outlined = [line.polygon for line in truth if len(line.polygon) > 2]
    by_boxes = bool(truth) and len(outlined) == len(truth)
    found = _matched(outlined, [line.polygon for line in page.lines]) if by_boxes else _standing(truth, answer)
    edits = edit_distance(stated, answer) if stated else 0
    return Agreement(
        lines=len(truth),
        found=found,
        by="boxes" if by_boxes else "texts",
        characters=Tally(float(edits), float(len(stated))),
    )


def together(parts: Sequence[Agreement]) -> Agreement:
    """Several pages as one."""
    return Agreement(
        lines=sum(part.lines for part in parts),
        found=sum(part.found for part in parts),
        by=" and ".join(sorted({part.by for part in parts})),
        characters=Tally(sum(p.characters.errors for p in parts), sum(p.characters.total for p in parts)),
    )


def _text(lines: Iterable[str]) -> str:
    return normalise(" ".join(lines))


def _matched(truth: Sequence[Points], answer: Sequence[Points]) -> int:
    """How many true outlines have an answer of their own that overlaps enough, best pairs first."""
    boxes = [_box(polygon) for polygon in answer]
    pairs = [(_overlap(_box(a), b), i, j) for i, a in enumerate(truth) for j, b in enumerate(boxes)]
    used: set[tuple[str, int]] = set()
    for share, i, j in sorted(pairs, reverse=True):
        if share >= OVERLAP and not {("truth", i), ("answer", j)} & used:
            used |= {("truth", i), ("answer", j)}
    return len(used) // 2


def _box(polygon: Points) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over union."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (a, b)]
    return width * height / (sum(areas) - width * height)


def _standing(truth: Sequence[TrueLine], answer: str) -> int:
    """How many true lines stand in the answer when both texts are aligned as a whole."""
    lines = [text for line in truth if (text := normalise(line.text or ""))]
    right = [true == read for true, read in align(" ".join(lines), answer) if true]
    starts = itertools.accumulate((len(line) + 1 for line in lines), initial=0)
    shares = [sum(right[start : start + len(line)]) / len(line) for start, line in zip(starts, lines, strict=False)]
    return sum(share >= SHARE for share in shares)
