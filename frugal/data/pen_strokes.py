"""Pen strokes as one flat array: moved, joined, smoothed, and drawn with a pen that is pressed now more and now less.

Knows no file, no word and no paper.

Shapes: `P` points of all strokes together; y points down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from frugal.data.paper import smooth_field
from frugal.extras import require

RUN = 8
"""Segments that are drawn with one and the same thickness."""
FRACTION = 4
"""Bits of a pixel to which OpenCV draws."""
STEP = 2.5
"""Pixels of way from one drawn point to the next, at least."""


@dataclass(frozen=True)
class Strokes:
    """What a pen did.

    Attributes:
        points: float32 (P, 2), x and y.
        ends: bool (P,): the pen is lifted after this point.
    """

    points: np.ndarray
    ends: np.ndarray

    @classmethod
    def joined(cls, parts: Sequence[Strokes]) -> Strokes:
        """All strokes of the parts, in their order."""
        return cls(np.concatenate([part.points for part in parts]), np.concatenate([part.ends for part in parts]))

    def moved(self, size: float, offset: tuple[float, float]) -> Strokes:
        """Multiplied by `size`, then moved."""
        return Strokes(self.points * np.float32(size) + np.array(offset, np.float32), self.ends)

    def smoothed(self) -> Strokes:
        """Without the steps of the tablet's grid: each point inside a stroke averaged with its neighbours."""
        inner = np.flatnonzero(~(self.ends[1:-1] | self.ends[:-2])) + 1
        points = self.points.copy()
        points[inner] = 0.5 * points[inner] + 0.25 * (points[inner - 1] + points[inner + 1])
        return Strokes(points, self.ends)

    def thinned(self, step: float) -> Strokes:
        """Without points that lie less than about `step` of way after the one before; the ends of strokes stay."""
        way = np.cumsum(np.hypot(*np.diff(self.points, axis=0, prepend=self.points[:1]).T))
        starts = np.concatenate([[True], self.ends[:-1]])
        kept = starts | self.ends | (np.diff(np.floor(way / step), prepend=-1.0) > 0)
        return Strokes(self.points[kept], self.ends[kept])

    def draw(self, canvas: np.ndarray, random: np.random.Generator, *, thickness: float, uneven: float) -> None:
        """Into `canvas` uint8 (H, W), ink is 255; `thickness` in pixels, `uneven` its deviation as a share of it.

        Hard edges: draw larger than needed and average.
        """
        cv2 = require("cv2", extra="train")
        strokes = self.smoothed().thinned(STEP)
        fixed = np.round(strokes.points * 2**FRACTION).astype(np.int32)[:, None]
        runs = _runs(strokes.ends)
        pressure = 1.0 + uneven * smooth_field((1, len(runs)), random, points=(1, len(runs) // 4 + 2))[0]
        widths = np.maximum(2 * np.round((thickness * pressure - 1) / 2).astype(int), 1)  # 2 k draws 2 k + 1 pixels
        for width in np.unique(widths):
            lines = [fixed[runs[number][0] : runs[number][1]] for number in np.flatnonzero(widths == width)]
            lines = [line if len(line) > 1 else np.repeat(line, 2, axis=0) for line in lines]  # it draws no dot
            cv2.polylines(canvas, lines, False, 255, int(width), cv2.LINE_8, FRACTION)


def _runs(ends: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last point of each run: the strokes in pieces of RUN segments that share their end points.

    >>> _runs(np.array([False, True, True]))
    [(0, 2), (2, 3)]
    """
    runs, start = [], 0
    for end in [*(np.flatnonzero(ends) + 1).tolist(), len(ends)]:
        runs += [(first, min(first + RUN + 1, end)) for first in range(start, max(end - 1, start + 1), RUN)]
        start = end
        if start == len(ends):
            break
    return runs
