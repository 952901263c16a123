"""Puts the labels of points where they hide neither a point nor each other.

Knows rectangles only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEIGHT = 15.0


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    """Left, top, right, bottom; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Rectangle) -> float:
        """Area that two rectangles share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def outside(self, frame: Rectangle) -> float:
        """Length by which this reaches out of `frame`."""
        return (
            max(frame.left - self.left, 0.0)
            + max(self.right - frame.right, 0.0)
            + max(frame.top - self.top, 0.0)
            + max(self.bottom - frame.bottom, 0.0)
        )


def place(
    points: Sequence[tuple[float, float]], widths: Sequence[float], bars: Sequence[Rectangle], frame: Rectangle
) -> list[Rectangle]:
    """One rectangle per point, chosen greedily in order: the candidate that costs least.

    Leaving the frame costs most, then covering a label or a point, then an error bar, then distance.
    """
    marks = [Rectangle(left=x - 7, top=y - 7, right=x + 7, bottom=y + 7) for x, y in points]
    placed: list[Rectangle] = []
    for (x, y), width in zip(points, widths, strict=True):
        candidates = list(_candidates(x, y, width))

        def cost(index: int, candidates: list[Rectangle] = candidates) -> float:
            here = candidates[index]
            solid = sum(here.overlap(other) for other in (*placed, *marks))
            return 100 * here.outside(frame) + 10 * solid + sum(here.overlap(bar) for bar in bars) + index

        placed.append(candidates[min(range(len(candidates)), key=cost)])
    return placed


def _candidates(x: float, y: float, width: float) -> Iterator[Rectangle]:
    for rise in (9.0, 26.0, 44.0, 62.0):
        for top in (y - rise - _HEIGHT, y + rise):
            for left in (x + 6, x - 6 - width, x - width / 2):
                yield Rectangle(left=left, top=top, right=left + width, bottom=top + _HEIGHT)
