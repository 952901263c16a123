"""What is wrong with a set of lines, before anything is trained on it.

Knows texts, pixels and what CTC asks of them; trains nothing, changes nothing. One pass that decodes every image.
A finding is a fault when it breaks a training or its figures (an unreadable image, a writer on both sides of a split),
or spoils more than SPOILT of the lines; else it is a note.

Shapes: `H`, `W` height and width of a line's image in pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from frugal import text
from frugal.contract import InputError
from frugal.data.line_duplicates import Prints, pairs_of
from frugal.data.line_images import decoded
from frugal.data.line_parts import StoredLines
from frugal.data.line_source import RawLine

SPOILT = 0.01
LEAST_HEIGHT = 16
"""Below so many pixels nobody reads handwriting."""
LARGEST_RATIO = 50
"""Width / height of the longest line that one hand writes; more is a strip of several, or a page on its side."""
LEAST_CONTRAST = 32
"""Grey levels between the darkest and the lightest pixel of an image that holds ink."""
EXAMPLES = 3
NO_SPLIT = "no split"

Seen = Callable[[RawLine, np.ndarray | None, Sequence[str]], None]
"""Told of each line: its pixels (None: unreadable) and the names of what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What the network that is to be trained asks of a line (the keys of task `lines`)."""

    alphabet: str = text.FRENCH
    height: int = 40
    time_stride: int = 4


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        name: what it is.
        count: how many lines (or writers) it concerns.
        examples: ids of some of them, with a word where one helps.
        is_fault: whether it breaks or spoils training.
        remedy: what to do about it.
    """

    name: str
    count: int
    examples: tuple[str, ...]
    is_fault: bool
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """A set of lines in figures.

    Attributes:
        lines, writers: how many; 0 writers where nobody recorded them.
        splits, kinds: name -> lines.
        split_writers: split -> writers.
        characters: character -> how often, after `text.normalise`.
        outside: those of them that are not in the alphabet.
        unseen: characters of the alphabet that never occur.
        heights, widths: smallest, median and largest, in pixels.
        findings: faults first.
    """

    lines: int
    writers: int
    splits: Mapping[str, int]
    split_writers: Mapping[str, int]
    kinds: Mapping[str, int]
    characters: Mapping[str, int]
    outside: Mapping[str, int]
    unseen: str
    heights: tuple[int, int, int] | None
    widths: tuple[int, int, int] | None
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> int:
        return sum(finding.is_fault for finding in self.findings)


BREAKS = {
    "unreadable image": "write the images again, or take the lines out",
    "writer on both sides of a split": "split by writer, else the figures are of known hands",
    "same line in two splits": "take it out of one, else the figures are of known lines",
}
SPOILS = {
    "no text": "take these lines out: they teach to stay silent",
    "character outside the alphabet": "an alphabet with them, or other characters in their place: they are left out",
    "too narrow for its text": "check text and cut: the loss passes over them (steps < characters + doubled ones)",
    "too small": f"scan finer: less than {LEAST_HEIGHT} pixels high",
    "too long": f"cut between words: wider than {LARGEST_RATIO} times its height",
    "taller than wide": "turn it by a quarter?",
    "no ink": "check the cut: nothing is written there",
    "light on dark": "invert the images: the network expects dark ink on light paper",
    "same line again": "keep one of them",
}
"""Name -> remedy, in the order of the report."""


def check_lines(sources: Iterable[StoredLines], demands: Demands, seen: Seen | None = None) -> Report:
    """Go through all lines of all `sources`, which count as one set, and report; `seen` is told of each line."""
    tally = _Tally(demands)
    for number, source in enumerate(sources):
        for line in source.stream(None):
            pixels = _pixels(line)
            problems = tally.add(line, pixels, number)
            if seen is not None:
                seen(line, pixels, problems)
    return tally.report()


def problems_of(line: RawLine, pixels: np.ndarray | None, demands: Demands) -> list[str]:
    """Names of what is wrong with one line by itself."""
    written = text.normalise(line.text)
    found = ["no text"] if not written else []
    if not set(written) <= set(demands.alphabet):
        found.append("character outside the alphabet")
    if pixels is None:
        return ["unreadable image", *found]
    height, width = pixels.shape
    checks = {
        "too small": height < LEAST_HEIGHT,
        "too long": width > LARGEST_RATIO * height,
        "taller than wide": height > 2 * width and len(written) > 2,
        "too narrow for its text": steps_of(pixels, demands) < steps_for(written),
        "no ink": int(pixels.max()) - int(pixels.min()) < LEAST_CONTRAST,
        "light on dark": is_light_on_dark(pixels),
    }
    return found + [name for name, is_so in checks.items() if is_so]


def steps_of(pixels: np.ndarray, demands: Demands) -> int:
    """Steps that the network takes over a line (H, W)."""
    height, width = pixels.shape
    resized = -(-width * demands.height // height)
    steps: int = -(-resized // demands.time_stride)
    return steps


def steps_for(written: str) -> int:
    """Fewest steps in which CTC can spell a text: one a character, and a blank between two of the same.

    >>> steps_for("allée")
    6
    """
    return len(written) + sum(before == after for before, after in pairwise(written))


def is_light_on_dark(pixels: np.ndarray) -> bool:
    """Whether the ground is dark and what stands out from it is lighter; the ground is the median."""
    low, ground, high = np.percentile(pixels, (2, 50, 98))
    return bool(ground < 128 and high - ground > max(ground - low, LEAST_CONTRAST))


def _pixels(line: RawLine) -> np.ndarray | None:
    try:
        return decoded(line)
    except InputError:
        return None  # counted as unreadable


@dataclass
class _Tally:
    """What one pass counts."""

    demands: Demands
    lines: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    writers: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    heights: Counter[int] = field(default_factory=Counter)
    widths: Counter[int] = field(default_factory=Counter)
    prints: Prints = field(default_factory=Prints)

    def add(self, line: RawLine, pixels: np.ndarray | None, source: int) -> list[str]:
        self.lines += 1
        self.splits[line.split or NO_SPLIT] += 1
        self.kinds.update([line.kind] if line.kind else [])
        self.characters.update(text.normalise(line.text))
        if line.writer is not None:
            self.writers.setdefault((source, line.writer), set()).add(line.split or NO_SPLIT)
        if pixels is not None:
            self.heights[pixels.shape[0]] += 1
            self.widths[pixels.shape[1]] += 1
            self.prints.add(line.id, text.normalise(line.text), pixels, line.split)
        problems = problems_of(line, pixels, self.demands)
        for name in problems:
            self._count(name, self._example(name, line))
        return problems

    def _example(self, name: str, line: RawLine) -> str:
        strange = sorted(set(text.normalise(line.text)) - set(self.demands.alphabet))
        return f"{line.id} ({' '.join(strange)})" if name == "character outside the alphabet" else line.id

    def _count(self, name: str, example: str) -> None:
        self.problems[name] += 1
        if len(kept := self.examples.setdefault(name, [])) < EXAMPLES:
            kept.append(example)

    def report(self) -> Report:
        for (_, writer), splits in self.writers.items():
            if len(splits - {NO_SPLIT}) > 1:
                self._count("writer on both sides of a split", f"{writer} ({', '.join(sorted(splits))})")
        for pair in pairs_of(self.prints):
            name = "same line in two splits" if pair.is_across_splits else "same line again"
            self._count(name, f"{pair.first} = {pair.second}")
        alphabet = set(self.demands.alphabet)
        return Report(
            lines=self.lines,
            writers=len(self.writers),
            splits=dict(self.splits),
            split_writers=dict(Counter(split for splits in self.writers.values() for split in splits)),
            kinds=dict(self.kinds.most_common()),
            characters=dict(self.characters.most_common()),
            outside={char: count for char, count in self.characters.most_common() if char not in alphabet},
            unseen="".join(char for char in self.demands.alphabet if not self.characters[char]),
            heights=_three(self.heights),
            widths=_three(self.widths),
            findings=self._findings(),
        )

    def _findings(self) -> tuple[Finding, ...]:
        found = [
            Finding(
                name=name,
                count=self.problems[name],
                examples=tuple(self.examples[name]),
                is_fault=name in BREAKS or self.problems[name] > SPOILT * self.lines,
                remedy=remedy,
            )
            for name, remedy in (BREAKS | SPOILS).items()
            if self.problems[name]
        ]
        return tuple(sorted(found, key=lambda finding: not finding.is_fault))


def _three(counts: Counter[int]) -> tuple[int, int, int] | None:
    """Smallest, median and largest of a counted quantity; None where nothing was counted."""
    if not counts:
        return None
    values = sorted(counts)
    middle = int(np.searchsorted(np.cumsum([counts[value] for value in values]), counts.total() / 2))
    return values[0], values[middle], values[-1]
