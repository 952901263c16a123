"""Lines that lie in units (a row group, a page): mixed unit by unit, then through a shuffle buffer.

Knows no file format: a unit says how many lines it holds, from which files, and reads them when it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from frugal.data.line_mixing import mixed
from frugal.data.line_source import RawLine


class Unit(Protocol):
    """Some lines that are read together."""

    @property
    def count(self) -> int: ...
    @property
    def files(self) -> Sequence[Path]:
        """The files whose content decides what the lines are."""
        ...

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        """The lines in their order; with an empty image where `images` is false, then cheaply."""
        ...


@dataclass(frozen=True)
class UnitLines:
    """The lines of some units.

    Memory: what one unit reads at once, and the shuffle buffer; it does not grow with the number of lines.
    """

    units: Sequence[Unit]

    def __len__(self) -> int:
        return sum(unit.count for unit in self.units)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        if random is None:
            return self._lines(self.units, images=True)
        order = [self.units[place] for place in random.permutation(len(self.units))]
        return mixed(self._lines(order, images=True), random)

    def described(self) -> Iterator[RawLine]:
        return self._lines(self.units, images=False)

    def fingerprint(self) -> str:
        """sha256 over names and contents of all files: sizes and footers do not tell one pixel from another.

        Costs one sequential read (about a second per gigabyte), once per process as long as size and time of a file
        stay the same.
        """
        digest = hashlib.sha256()
        for path in dict.fromkeys(path for unit in self.units for path in unit.files):
            status = path.stat()
            digest.update(f"{path.name} {_content(path, status.st_size, status.st_mtime_ns)}\n".encode())
        return digest.hexdigest()

    def _lines(self, units: Sequence[Unit], *, images: bool) -> Iterator[RawLine]:
        for unit in units:
            yield from unit.lines(images=images)


@cache
def _content(path: Path, size_bytes: int, time_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
