"""Pen-stroke words drawn as whole text lines: words of one writer side by side, on paper.

Reads `unipen_words.npz` (x, y, stroke_end, offsets, text, writer, split, splits), y pointing down, each word scaled to
one common height; so the size of a word's letters is inferred from which of them reach above or below the core zone.

Knows no font and no sentence: neighbours on a line are any words of that writer. Source: Guyon, Schomaker, Plamondon,
Liberman, Janet 1994, "UNIPEN project of on-line data exchange and recognizer benchmarks";
https://zenodo.org/records/1195803, CC BY 4.0.

Shapes: `H`, `W` height and width of a line's image, `P` points of its strokes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from frugal.contract import InputError
from frugal.data.drawn_lines import DrawnLines
from frugal.data.files import existing_file, read_npz
from frugal.data.line_source import RawLine
from frugal.data.paper import Paper, check_within
from frugal.data.pen import Pen
from frugal.data.pen_strokes import Strokes

NAMES = ("x", "y", "stroke_end", "offsets", "text", "writer", "split", "splits")
REMEDY = "path=FILE, made by frugal data make unipen from https://zenodo.org/records/1195803"
WORD = r"(?=\S*[A-Za-z0-9])[A-Za-z0-9.,;:!?'()&/%$\"=+-]{1,24}"
PLAIN = re.compile(rf"{WORD}(?: {WORD})*")
"""Labels of ordinary words. Stars and number signs mark what could not be read; longer ones are whole alphabets."""
CAPITALS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()/&%$\"'!?")
RISING = set("bdfhkl")
HALF_RISING = set("tij;:")
FALLING = set("gjpqyQ()/$")
COMMAS = set(",;")
WIDTHS = (0.35, 3.5)
"""Of a letter in x-heights, on average over a word. Narrower: written in two rows; wider: more than the label says."""
SIZES = (0.75, 1.3)
"""Bounds of a word's correction: one whose letters are narrower than this writer's usual ones was scaled too small."""


@dataclass(frozen=True, kw_only=True)
class InkLines(DrawnLines):
    """Lines of pen-stroke words; writers come up in proportion to the root of their words.

    Attributes:
        path: `unipen_words.npz`; a relative one that is not there is looked up below $FRUGAL_DATA.
        count: lines per pass.
        split: `train` or `val`: whose writers' words are drawn.
        height: of the images in pixels.
        length: shortest and longest line, in characters (about).
        thickness: of the pen in pixels, uniform in this range.
        uneven: standard deviation of the thickness along the line, as a share of it.
        slant: degrees, uniform in [-slant, slant], on top of the writer's own.
        wobble: standard deviation of the baseline, in pixels.
        paper: the sheet and the camera.
        seed: of the pass that `stream(None)` gives.
    """

    kind: ClassVar[str] = "ink"

    path: str
    count: int = 20000
    split: str = "train"
    height: int = 64
    length: tuple[int, int] = (8, 55)
    thickness: tuple[float, float] = (1.2, 4.5)
    uneven: float = 0.15
    slant: float = 12.0
    wobble: float = 1.5
    paper: Paper = field(default_factory=Paper)
    seed: int = 0

    def __post_init__(self) -> None:
        check_within("length[0]", self.length[0], 1, self.length[1])
        self._pen.check()

    def fingerprint(self) -> str:
        """Of the file's contents and of every argument; where it lies does not matter."""
        digest = hashlib.sha256(repr(replace(self, path="")).encode())
        digest.update(_file(self.path).read_bytes())
        return digest.hexdigest()

    @property
    def _pen(self) -> Pen:
        return Pen(self.height, self.thickness, self.uneven, self.slant, self.wobble)

    @cached_property
    def _words(self) -> InkWords:
        return InkWords(read_npz(_file(self.path), NAMES), self.split, self.path)

    def _line(self, random: np.random.Generator, name: str) -> RawLine:
        writer = int(random.choice(len(self._words.rows), p=self._words.shares))
        text, strokes = self._written(writer, random)
        image = self._pen.line(strokes, random, self.paper)
        return RawLine(image=image, text=text, id=name, writer=f"unipen-{self._words.names[writer]}", kind="ink")

    def _written(self, writer: int, random: np.random.Generator) -> tuple[str, Strokes]:
        """Random words of one writer side by side, in x-heights; gaps grow with the width of the letters."""
        target = int(random.integers(self.length[0], self.length[1] + 1))
        rows = self._words.rows[writer]
        texts: list[str] = []
        parts: list[Strokes] = []
        x, gap = 0.0, random.uniform(0.7, 1.4)
        while not texts or len(" ".join(texts)) < target:
            row = int(rows[int(random.integers(len(rows)))])
            word = self._words.strokes(row).moved(random.uniform(0.95, 1.05), (x, random.normal(0.0, 0.05)))
            width = float(word.points[:, 0].max()) - x
            x += width + max(0.6, width / len(self._words.texts[row])) * gap * random.uniform(0.8, 1.3)
            parts.append(word)
            texts.append(self._words.texts[row])
        return " ".join(texts), Strokes.joined(parts)


class InkWords:
    """The usable words of one split, by writer.

    Attributes:
        texts: of every row of the file.
        names: the writers.
        rows: for each writer the rows of his usable words.
        shares: how often each writer is to come up, 1 in all.
    """

    def __init__(self, arrays: dict[str, np.ndarray], split: str, path: str) -> None:
        _check(arrays, path)
        names = [str(name) for name in arrays["splits"]]
        if split not in names:
            raise InputError(f"split={split}", allowed=", ".join(names), remedy="split=train")
        self.texts = [" ".join(str(text).split()) for text in arrays["text"]]
        self._x, self._y, self._ends = arrays["x"], arrays["y"], arrays["stroke_end"]
        self._offsets = arrays["offsets"]
        candidates = np.flatnonzero((arrays["split"] == names.index(split)) & (np.diff(self._offsets) > 1))
        rows = np.array([row for row in candidates if PLAIN.fullmatch(self.texts[row])], dtype=int)
        widths = self._letter_widths(rows)
        is_one_row = (widths > WIDTHS[0]) & (widths < WIDTHS[1])
        rows, widths = rows[is_one_row], widths[is_one_row]
        if not len(rows):
            raise InputError(f"{path} holds no usable word of split {split}", remedy="another file, or split=train")
        self.names, writer = np.unique(arrays["writer"][rows], return_inverse=True)
        self.rows = [rows[writer == number] for number in range(len(self.names))]
        roots = np.sqrt([len(own) for own in self.rows])
        self.shares = roots / roots.sum()
        usual = np.array([np.median(widths[writer == number]) for number in range(len(self.names))])
        self._sizes = dict(zip(rows.tolist(), np.clip(np.sqrt(usual[writer] / widths), *SIZES).tolist(), strict=True))

    def strokes(self, row: int) -> Strokes:
        """One usable word in units of its x-height, from x = 0 on, its baseline at y = 0."""
        span = slice(int(self._offsets[row]), int(self._offsets[row + 1]))
        points = np.stack([self._x[span], self._y[span]], axis=1).astype(np.float32)
        above, below = reach(self.texts[row])
        low, high = points.min(axis=0), points.max(axis=0)
        unit = max(float(high[1] - low[1]), 1.0) / (above + below) / self._sizes[row]
        ends = self._ends[span].copy()
        ends[-1] = True
        return Strokes((points - low) / np.float32(unit) - np.array([0.0, above * self._sizes[row]], np.float32), ends)

    def _letter_widths(self, rows: np.ndarray) -> np.ndarray:
        """Width of a letter in x-heights, on average over each word."""
        filled = np.flatnonzero(np.diff(self._offsets))
        starts = self._offsets[filled].astype(int)
        width, height = (
            np.maximum.reduceat(axis, starts).astype(int) - np.minimum.reduceat(axis, starts)
            for axis in (self._x, self._y)
        )
        places = np.searchsorted(filled, rows)
        units = np.array([sum(reach(self.texts[row])) / len(self.texts[row]) for row in rows])
        return np.asarray(np.maximum(width[places], 1) / np.maximum(height[places], 1) * units)


def reach(text: str) -> tuple[float, float]:
    """How far a word goes above and below its baseline, in x-heights: from its letters, as hands write on average.

    >>> reach("son"), reach("loup")
    ((1.0, 0.0), (2.0, 0.9))
    """
    letters = set(text)
    zones = ((RISING, 2.0), (CAPITALS, 1.8), (HALF_RISING, 1.6))
    above = next((height for zone, height in zones if letters & zone), 1.0)
    return above, 0.9 if letters & FALLING else 0.3 if letters & COMMAS else 0.0


def _file(path: str) -> Path:
    return existing_file(path, remedy=REMEDY)


def _check(arrays: dict[str, np.ndarray], path: str) -> None:
    """Refuse a file whose arrays do not belong together."""
    offsets, count = arrays["offsets"], len(arrays["text"])
    points = len(arrays["x"])
    is_whole = all(len(arrays[name]) == count for name in ("writer", "split")) and len(offsets) == count + 1
    is_whole = is_whole and len(arrays["y"]) == points and len(arrays["stroke_end"]) == points
    if not is_whole or (np.diff(offsets) < 0).any() or (offsets < 0).any() or (offsets > points).any():
        raise InputError(f"{path}: its arrays do not belong together", allowed=", ".join(NAMES), remedy=REMEDY)
