"""Where lines run: the ridges of smoothed ink, traced from left to right, joined over gaps.

Smoothing that is wide along the lines and narrow across them turns each line into one ridge (Bukhari, Shafait and
Breuel, "Script-independent handwritten textlines segmentation using active contours", 2009). Knows ink and the distance
of the lines; knows no column and no seam.

Shapes: `H`, `W` height and width of the ink in pixels; `N` columns of a ridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from frugal.extras import require

ALONG = 0.9
ACROSS = 0.17
"""Widths (standard deviations) of the smoothing, in pitches."""
FINE = 24.0
"""Pixels per pitch at which ink is smoothed."""
FAINTEST = 0.2
"""A ridge is at least this share of the typical one."""
REACH = 0.35
"""Half height of the band around a ridge that holds small letters, in pitches; also how far joined ends may differ."""


@dataclass(frozen=True, eq=False)
class Ridge:
    """The middle of a line's small letters, one height per column.

    Attributes:
        start: its first column.
        y: float (N,).
    """

    start: int
    y: np.ndarray

    @property
    def stop(self) -> int:
        """The column after its last."""
        return self.start + len(self.y)

    def at(self, x: np.ndarray | float) -> np.ndarray:
        """Its height at columns `x`; level beyond its ends."""
        height: np.ndarray = np.interp(x, np.arange(self.start, self.stop), self.y)
        return height

    def part(self, start: int, stop: int) -> Ridge:
        """The columns [start, stop) of it."""
        start, stop = max(start, self.start), min(stop, self.stop)
        return Ridge(start, self.y[start - self.start : max(stop, start) - self.start])


class Bands:
    """The ink in a band around a curve: how much, and which components."""

    def __init__(self, ink: np.ndarray) -> None:
        cv2 = require("cv2", extra="read")
        self._above = np.vstack([np.zeros((1, ink.shape[1]), np.int32), np.cumsum(ink, axis=0, dtype=np.int32)])
        _, self._component, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
        self._heights = stats[:, cv2.CC_STAT_HEIGHT]

    def amounts(self, ridge: Ridge, reach: float) -> np.ndarray:
        """Ink pixels per column (N,) within `reach` pixels of the ridge."""
        if not len(ridge.y):
            return np.zeros(0, np.int32)
        columns = np.arange(ridge.start, ridge.stop)
        top, bottom = self._rows(ridge, reach)
        found: np.ndarray = self._above[bottom, columns] - self._above[top, columns]
        return found

    def components(self, ridge: Ridge, reach: float) -> dict[int, int]:
        """Number -> ink pixels of each component within `reach` pixels of the ridge."""
        top, bottom = self._rows(ridge, reach)
        part = self._component[top.min() : bottom.max(), ridge.start : ridge.stop]
        rows = np.arange(top.min(), bottom.max())[:, None]
        numbers, amounts = np.unique(part[(rows >= top) & (rows < bottom)], return_counts=True)
        return {int(number): int(amount) for number, amount in zip(numbers, amounts, strict=True) if number}

    def height(self, component: int) -> int:
        """Height of a component in pixels."""
        return int(self._heights[component])

    def _rows(self, ridge: Ridge, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """First row of the band in each column, and the one after its last."""
        last = len(self._above) - 1
        top = np.clip(np.round(ridge.y - reach).astype(int), 0, last)
        return top, np.clip(np.round(ridge.y + reach).astype(int) + 1, 0, last)


def trace(ink: np.ndarray, pitch: float) -> list[Ridge]:
    """All ridges of `ink`, bool (H, W), from first to last ink; gaps wider than a word's are not bridged."""
    cv2 = require("cv2", extra="read")
    scale = min(1.0, FINE / pitch)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    small = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    density = cv2.GaussianBlur(small, (0, 0), sigmaX=ALONG * pitch * scale, sigmaY=ACROSS * pitch * scale)
    step = max(1, round(pitch * scale / 6))
    columns = np.arange(step // 2, size[0], step)
    peaks = [heights / scale for heights in _peaks(density[:, columns])]
    bands = Bands(ink)
    chains = _linked(peaks, 0.25 * pitch)
    ridges = [_drawn(columns / scale, steps, heights).part(0, ink.shape[1]) for steps, heights in chains]
    return [part for ridge in ridges if len((part := trimmed(ridge, bands, pitch)).y)]


def trimmed(ridge: Ridge, bands: Bands, pitch: float) -> Ridge:
    """The ridge without what lies before its first and after its last ink; empty where there is none."""
    inked = np.flatnonzero(bands.amounts(ridge, REACH * pitch))
    if not len(inked):
        return Ridge(ridge.start, ridge.y[:0])
    return ridge.part(ridge.start + int(inked[0]), ridge.start + int(inked[-1]) + 1)


def _peaks(density: np.ndarray) -> list[np.ndarray]:
    """Heights of the local maxima of each column of (H, columns), faint ones left out."""
    inner = density[1:-1]
    is_peak = np.zeros(density.shape, bool)
    is_peak[1:-1] = (inner > density[:-2]) & (inner >= density[2:])
    values = density[is_peak]
    if not len(values):
        return [np.empty(0)] * density.shape[1]
    typical = float((values * values).sum() / values.sum())
    is_peak &= density > FAINTEST * typical
    return [np.flatnonzero(column).astype(float) for column in is_peak.T]


def _linked(peaks: Sequence[np.ndarray], reach: float) -> list[tuple[list[int], list[float]]]:
    """Chains of peaks of neighbouring columns that are each other's nearest, as (column numbers, heights)."""
    done: list[tuple[list[int], list[float]]] = []
    active: list[tuple[list[int], list[float]]] = []
    for step, heights in enumerate(peaks):
        ends = np.array([chain[1][-1] for chain in active])
        taken = _mutual(ends, heights, reach)
        kept = []
        for index, chain in enumerate(active):
            if index in taken:
                chain[0].append(step)
                chain[1].append(float(heights[taken[index]]))
                kept.append(chain)
            else:
                done.append(chain)
        fresh = set(range(len(heights))) - set(taken.values())
        active = kept + [([step], [float(heights[index])]) for index in sorted(fresh)]
    return done + active


def _mutual(left: np.ndarray, right: np.ndarray, reach: float) -> dict[int, int]:
    """Index in `left` -> index in `right` where both are each other's nearest within `reach`."""
    if not len(left) or not len(right):
        return {}
    distance = np.abs(left[:, None] - right[None, :])
    forth, back = distance.argmin(axis=1), distance.argmin(axis=0)
    pairs = [(int(i), int(j)) for i, j in enumerate(forth) if back[j] == i and distance[i, j] <= reach]
    return dict(pairs)


def _drawn(columns: np.ndarray, steps: Sequence[int], heights: Sequence[float]) -> Ridge:
    """A chain of sampled heights as a ridge of every column."""
    x = columns[list(steps)]
    half = (columns[1] - columns[0]) / 2 if len(columns) > 1 else 0.0
    start, stop = max(int(x[0] - half), 0), int(x[-1] + half) + 1
    return Ridge(start, np.interp(np.arange(start, stop), x, heights))
