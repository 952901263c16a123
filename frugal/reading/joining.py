"""Pieces of lines into lines: ends that face each other are joined, doubles and dirt are dropped.

Knows ridges of one column and the ink around them; knows no seam and no page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from frugal.reading.ridges import REACH, Bands, Ridge, trimmed

NEAR = 0.45
"""Two ridges that overlap and lie nearer than this, in pitches, are one line."""
BESIDE = 0.7
"""The same for one shorter than two pitches without a letter of its own: the top of a capital, some accents."""
LETTER = 0.25
"""Height of the lowest letter, in pitches."""
SHORTEST = 0.25
"""A line is at least this long, in pitches."""


def lines_of(column: Sequence[Ridge], bands: Bands, pitch: float) -> list[Ridge]:
    """The lines of one column from top to bottom, each from its first to its last ink."""
    pieces = [part for ridge in column if len((part := trimmed(ridge, bands, pitch)).y) > SHORTEST * pitch]
    lines = _without_doubles(_joined(pieces, pitch), bands, pitch)
    return sorted(lines, key=lambda line: float(line.y.mean()))


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
    if gap < -0.5 * pitch:
        return None
    span = max(1, int(pitch))
    difference = abs(float(a.y[-span:].mean()) - float(b.y[:span].mean()))
    return max(gap, 0) + 3 * difference if difference <= REACH * pitch else None


def _chain(head: int, following: dict[int, int], pieces: Sequence[Ridge]) -> Ridge:
    x, y = [], []
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
    if distance > BESIDE * pitch or len(line.y) > 2 * pitch:
        return False
    near = bands.components(other.part(start, stop), REACH * pitch)
    own = bands.components(line, REACH * pitch)
    return not any(height >= LETTER * pitch for number, height in own.items() if number not in near)
