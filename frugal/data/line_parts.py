"""Part of a line source: the lines of some splits, kinds or writers.

Knows no file format: a stored source can say what its lines are without reading their pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from frugal.data.line_source import LineSource, RawLine

SPLITS = {"training": "train", "validation": "val", "valid": "val", "dev": "val", "testing": "test"}
"""Other names of the three splits; a split of another name keeps it."""


class StoredLines(LineSource, Protocol):
    """Lines in files."""

    def described(self) -> Iterator[RawLine]:
        """Each line in the fixed order, with an empty image: reads no pixels."""
        ...


@dataclass(frozen=True, kw_only=True)
class Part:
    """The lines of `source` that all three conditions let through; None lets all through.

    A line of which the source says nothing passes where None is among the allowed values.
    """

    source: StoredLines
    splits: frozenset[str | None] | None
    kinds: frozenset[str | None] | None
    writers: frozenset[str | None] | None
    count: int = 0

    def __len__(self) -> int:
        return self.count

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        return (line for line in self.source.stream(random) if self.keeps(line))

    def described(self) -> Iterator[RawLine]:
        return (line for line in self.source.described() if self.keeps(line))

    def fingerprint(self) -> str:
        conditions = [
            None if allowed is None else sorted(map(repr, allowed))
            for allowed in (self.splits, self.kinds, self.writers)
        ]
        return hashlib.sha256(f"{self.source.fingerprint()} {conditions}".encode()).hexdigest()

    def keeps(self, line: RawLine) -> bool:
        return (
            (self.splits is None or line.split in self.splits)
            and (self.kinds is None or line.kind in self.kinds)
            and (self.writers is None or line.writer in self.writers)
        )


def filtered(
    source: StoredLines,
    *,
    splits: Collection[str | None] | None = None,
    kinds: Collection[str | None] | None = None,
    writers: Collection[str | None] | None = None,
) -> Part:
    """The lines of these splits, kinds and writers; they are counted here, in one pass that reads no pixels."""
    part = Part(source=source, splits=_frozen(splits), kinds=_frozen(kinds), writers=_frozen(writers))
    count = sum(1 for _ in part.described())
    return Part(source=source, splits=part.splits, kinds=part.kinds, writers=part.writers, count=count)


def split_name(name: str | None) -> str | None:
    """`train`, `val` or `test` for the names that sources give them.

    >>> split_name("validation"), split_name("Test"), split_name("fold 3"), split_name("")
    ('val', 'test', 'fold 3', None)
    """
    if not name:
        return None
    lower = name.strip().lower()
    return SPLITS.get(lower, lower if lower in {"train", "val", "test"} else name)


def _frozen(values: Collection[str | None] | None) -> frozenset[str | None] | None:
    return None if values is None else frozenset(values)
