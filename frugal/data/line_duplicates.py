"""Lines that occur twice: the same text over the same pixels, however the image was encoded.

Knows no file. Keeps a hash and the id per line: about 100 MB for a million lines.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Pair:
    """Two equal lines; `first` came first."""

    first: str
    second: str
    is_across_splits: bool


@dataclass
class Prints:
    """Hash, split (None: none) and id of every line so far."""

    hashes: array[int] = field(default_factory=lambda: array("Q"))
    splits: list[str | None] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def add(self, id_: str, written: str, pixels: np.ndarray, split: str | None) -> None:
        """One line: its text, its pixels uint8 (H, W), its split."""
        digest = hashlib.blake2b(f"{written}\0{pixels.shape}".encode(), digest_size=8)
        digest.update(np.ascontiguousarray(pixels).data)
        self.hashes.append(int.from_bytes(digest.digest(), "little"))
        self.splits.append(split)
        self.ids.append(id_)


def pairs_of(prints: Prints) -> Iterator[Pair]:
    """Each line that equals an earlier one, with the last such before it."""
    hashes = np.frombuffer(prints.hashes, np.uint64) if len(prints.hashes) else np.zeros(0, np.uint64)
    order = np.argsort(hashes, kind="stable")
    repeats = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
    for place in sorted(repeats, key=lambda place: order[place + 1]):
        first, second = int(order[place]), int(order[place + 1])
        splits = {prints.splits[first], prints.splits[second]} - {None}
        yield Pair(prints.ids[first], prints.ids[second], len(splits) > 1)
