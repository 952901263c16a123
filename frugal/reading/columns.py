"""Columns of a page and the order in which their lines are read.

A column ends at a tall empty rectangle with several lines on both sides (after Breuel, "Two geometric algorithms for
layout analysis", 2002: whitespace before text); what it parts is parted again (recursive X-Y cut, Nagy and Seth 1984).
Knows ink and ridges; knows no letter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from frugal.extras import require
from frugal.reading.ridges import Ridge

CELLS = 4
"""Cells per pitch of the grid on which emptiness is judged."""
NARROWEST = 3
"""Width of a gutter in cells."""
SHORTEST = 3.5
"""Height of a gutter in pitches."""
FEWEST = 3
"""Lines on each side of a gutter."""
WIDTH = 2.0
"""How far a line must reach away from a gutter, in pitches, to count: a number before an item is no column."""


@dataclass(frozen=True, kw_only=True)
class Gutter:
    """An empty rectangle between two columns, in pixels."""

    left: float
    right: float
    top: float
    bottom: float


def columns_of(ridges: Sequence[Ridge], ink: np.ndarray, pitch: float) -> list[list[Ridge]]:
    """The ridges of each column, columns in reading order; a ridge that runs through a gutter is cut there."""
    cv2 = require("cv2", extra="read")
    cell = pitch / CELLS
    size = (max(1, int(ink.shape[1] / cell)), max(1, int(ink.shape[0] / cell)))
    share = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return list(_ordered(list(ridges), share > 0.02, pitch))


def _ordered(ridges: list[Ridge], occupied: np.ndarray, pitch: float) -> Iterator[list[Ridge]]:
    gutter = _best_gutter(ridges, occupied, pitch)
    if gutter is None:
        if ridges:
            yield ridges
        return
    middle = {id(ridge): float(ridge.at(_nearest(ridge, gutter))) for ridge in ridges}
    above = [ridge for ridge in ridges if middle[id(ridge)] < gutter.top]
    below = [ridge for ridge in ridges if middle[id(ridge)] > gutter.bottom]
    beside = [ridge for ridge in ridges if gutter.top <= middle[id(ridge)] <= gutter.bottom]
    cut = (gutter.left + gutter.right) / 2
    left = [part for ridge in beside if len((part := ridge.part(0, int(cut))).y)]
    right = [part for ridge in beside if len((part := ridge.part(int(cut), ridge.stop)).y)]
    for several in (above, left, right, below):
        yield from _ordered(several, occupied, pitch)


def _nearest(ridge: Ridge, gutter: Gutter) -> float:
    return float(np.clip((gutter.left + gutter.right) / 2, ridge.start, ridge.stop - 1))


def _best_gutter(ridges: Sequence[Ridge], occupied: np.ndarray, pitch: float) -> Gutter | None:
    """The gutter that parts most lines, the tallest of those; None where there is none."""
    middle = np.array([ridge.y.mean() for ridge in ridges])
    start = np.array([ridge.start for ridge in ridges]) + WIDTH * pitch
    stop = np.array([ridge.stop for ridge in ridges]) - WIDTH * pitch
    best, most = None, (FEWEST, 0.0)
    for gutter in _empty(occupied, pitch / CELLS):
        beside = (middle >= gutter.top) & (middle <= gutter.bottom)
        parted = min(int((beside & (start < gutter.left)).sum()), int((beside & (stop > gutter.right)).sum()))
        if (parted, gutter.bottom - gutter.top) > most:
            best, most = gutter, (parted, gutter.bottom - gutter.top)
    return best


def _empty(occupied: np.ndarray, cell: float) -> Iterator[Gutter]:
    """Every maximal empty run of rows over NARROWEST columns of cells, widened as far as it stays empty."""
    rows, columns = occupied.shape
    for first in range(columns - NARROWEST + 1):
        filled = np.flatnonzero(occupied[:, first : first + NARROWEST].any(axis=1))
        edges = np.concatenate([[-1], filled, [rows]])
        for above, below in itertools.pairwise(edges):
            if below - above - 1 >= SHORTEST * CELLS:
                last = first + NARROWEST
                while last < columns and not occupied[above + 1 : below, last].any():
                    last += 1
                yield Gutter(left=first * cell, right=last * cell, top=(above + 1) * cell, bottom=below * cell)
