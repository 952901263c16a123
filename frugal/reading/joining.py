"""Pieces of lines into lines: ends that face each other are joined, doubles and dirt are dropped.

Knows ridges of one column and the ink around them; knows no seam and no page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from frugal.reading.ridges import REACH, Bands, Ridge, trimmed

NEAR = 0.45
"""Two ridges that overlap and lie nearer than this, in pitches, are one line."""
BESIDE, OWN = 0.9, 0.5
"""The same for one nearer than this with less than half of its ink in letters of its own: the tops of ascenders."""
JOINED = 1.5
"""A component higher than this, in pitches, holds letters of two lines that touch, and speaks against neither."""
SHORT, LETTER = 2.0, 0.25
"""In a ridge shorter than this, in pitches, what is lower than this, in pitches, is an accent and no letter."""
SHORTEST = 0.25
"""A line is at least this long, in pitches."""
WIDEST = 10.0
"""Ends that are further apart than this, in pitches, are not joined."""
SPARSE = 0.15
"""A line has ink in at least this share of its columns: tails of the line above it fill fewer."""


def lines_of(column: Sequence[Ridge], bands: Bands, pitch: float) -> list[Ridge]:
    """The lines of one column from top to bottom, each from its first to its last ink."""
    pieces = [part for ridge in column if len((part := trimmed(ridge, bands, pitch)).y) > SHORTEST * pitch]
    lines = [line for line in _joined(pieces, pitch) if _covered(line, bands, pitch) > SPARSE]
    return sorted(_without_doubles(lines, bands, pitch), key=lambda line: float(line.y.mean()))


def _joined(pieces: list[Ridge], pitch: float) -> list[Ridge]:
    """Nearest ends first; each end is joined once."""
    pairs = sorted(
        (gap, left, right)
        for left, a in enumerate(pieces)
        for right, b in enumerate(pieces)
        if a.start < b.start and (gap := _gap(a, b, pitch)) is not None
    )
    following: dict[int, int] = {}
    for _, left, right in pairs:
        if left not in following and right not in following.values():
            following[left] = right
    heads = set(range(len(pieces))) - set(following.values())
    return [_chain(head, following, pieces) for head in sorted(heads)]


def _gap(a: Ridge, b: Ridge, pitch: float) -> float | None:
    """Pixels from the end of `a` to the start of `b`; None where they cannot be one line."""
    gap = b.start - a.stop
    if not -0.5 * pitch <= gap <= WIDEST * pitch:
        return None
    span = max(1, int(pitch))
    difference = abs(float(a.y[-span:].mean()) - float(b.y[:span].mean()))
    return max(gap, 0) + 3 * difference if difference <= REACH * pitch else None


def _chain(head: int, following: dict[int, int], pieces: Sequence[Ridge]) -> Ridge:
    x: list[np.ndarray] = []
    y: list[np.ndarray] = []
    index: int | None = head
    while index is not None:
        piece = pieces[index]
        first = x[-1][-1] + 1 if x else piece.start
        part = piece.part(int(first), piece.stop)
        if len(part.y):
            x.append(np.arange(part.start, part.stop))
            y.append(part.y)
        index = following.get(index)
    columns = np.concatenate(x)
    start, stop = int(columns[0]), int(columns[-1]) + 1
    return Ridge(start, np.interp(np.arange(start, stop), columns, np.concatenate(y)))


def _covered(line: Ridge, bands: Bands, pitch: float) -> float:
    """Share of the columns of a line that hold ink."""
    return float((bands.amounts(line, REACH * pitch) > 0).mean())


def _without_doubles(lines: list[Ridge], bands: Bands, pitch: float) -> list[Ridge]:
    """Of two ridges through the same writing the one with more ink stays."""
    mass = {id(line): int(bands.amounts(line, REACH * pitch).sum()) for line in lines}
    kept: list[Ridge] = []
    for line in sorted(lines, key=lambda line: -mass[id(line)]):
        if not any(_same(line, other, bands, pitch) for other in kept):
            kept.append(line)
    return kept


def _same(line: Ridge, other: Ridge, bands: Bands, pitch: float) -> bool:
    start, stop = max(line.start, other.start), min(line.stop, other.stop)
    if stop - start < 0.5 * len(line.y):
        return False
    x = np.arange(start, stop)
    distance = float(np.abs(line.at(x) - other.at(x)).mean())
    if distance < NEAR * pitch:
        return True
    if distance > BESIDE * pitch:
        return False
    near = bands.components(other.part(start, stop), REACH * pitch)
    inked = bands.components(line, REACH * pitch)
    lowest = LETTER * pitch if len(line.y) < SHORT * pitch else 0.0
    own = sum(
        amount
        for number, amount in inked.items()
        if bands.height(number) > (JOINED * pitch if number in near else lowest)
    )
    return own < OWN * sum(inked.values())
