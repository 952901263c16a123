"""Lines cut from a page for a reader, under even light, and the way back from their pixels to the page.

The cut itself is `frugal.data.line_cutting`'s, the same by which training lines are cut. Knows outlines and baselines;
knows no model.

Shapes: `H`, `W` height and width of the page, `h`, `w` of a line, in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frugal.data.line_cutting import cut
from frugal.extras import require
from frugal.pagexml import Points
from frugal.reading.paper import PAPER

TALLEST = 128
"""Higher lines are reduced: a network samples a line at a third of this or less."""
TIP = 0.04
"""Dark pixels in a row, per pixel of the line's height, that are no more than the tip of a stroke."""
FAINT = 20.0
"""Contrast in grey levels under which nothing is ink."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LineImage:
    """A line as a reader takes it.

    Attributes:
        pixels: uint8 (h, w), dark ink on light paper.
        corner: (2,) the page point of its top left pixel where the baseline does not bend.
        direction: (2,) one pixel to the right of the uncut line, on the page.
        along, across: the baseline's points in the line's own axes.
        scale: pixels of the line per pixel of the page.
    """

    pixels: np.ndarray
    corner: np.ndarray
    direction: np.ndarray
    along: np.ndarray
    across: np.ndarray
    scale: float

    def on_page(self, x: float, y: float) -> tuple[float, float]:
        """The point of the page that shows at (x, y) of the line."""
        u, v = self.corner + np.array([x, y]) / self.scale
        v += float(np.interp(u, self.along, self.across))
        there = u * self.direction + v * np.array([-self.direction[1], self.direction[0]])
        return round(float(there[0]), 1), round(float(there[1]), 1)

    def box(self, start: float, stop: float) -> Points:
        """The four corners on the page of the columns [start, stop), clockwise from the top left."""
        height = self.pixels.shape[0]
        return (self.on_page(start, 0), self.on_page(stop, 0), self.on_page(stop, height), self.on_page(start, height))


def line_image(flat: np.ndarray, polygon: Points, baseline: Points) -> LineImage | None:
    """The line inside `polygon` of a flattened page, uint8 (H, W); None where the polygon encloses no pixel."""
    cv2 = require("cv2", extra="read")
    pixels = cut(flat, polygon, baseline)
    if not pixels.size:
        return None
    rows = _inked(pixels)
    pixels = pixels[rows]
    scale = min(1.0, TALLEST / pixels.shape[0])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), TALLEST)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    direction, along, across = _axes(baseline)
    edge = np.clip(np.asarray(polygon, float), 0, [flat.shape[1] - 1, flat.shape[0] - 1])
    u = edge @ direction
    v = edge @ np.array([-direction[1], direction[0]]) - np.interp(u, along, across)
    return LineImage(
        pixels=pixels,
        corner=np.floor([u.min(), v.min() + rows.start]),
        direction=direction,
        along=along,
        across=across,
        scale=scale,
    )


def _inked(pixels: np.ndarray) -> slice:
    """The rows from the first to the last that hold more ink than the tip of a stroke; all where there is no ink.

    Training lines end where their ink ends, and a network that scales lines to one height sees letters at another size
    where they do not: a margin of 4 pixels around 64 cost 3 to 4 points of CER.
    """
    darkest = float(np.percentile(pixels, 1))
    dark = pixels < (PAPER + darkest) / 2
    inked = np.flatnonzero(dark.sum(axis=1) >= max(1.0, TIP * len(pixels)))
    if darkest > PAPER - FAINT or not len(inked):
        return slice(0, len(pixels))
    return slice(int(inked[0]), int(inked[-1]) + 1)


def whole_image(grey: np.ndarray) -> LineImage:
    """An image that holds one line, as it is."""
    level = np.zeros(1)
    return LineImage(
        pixels=grey, corner=np.zeros(2), direction=np.array([1.0, 0.0]), along=level, across=level, scale=1.0
    )


def _axes(baseline: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The direction in which a line runs, and its baseline (along, across) it: the axes of `line_cutting.cut`."""
    points = np.asarray(baseline, float).reshape(-1, 2)
    reach = points[-1] - points[0] if len(points) > 1 else np.zeros(2)
    if np.hypot(*reach) < 1:
        return np.array([1.0, 0.0]), np.zeros(1), np.zeros(1)
    direction = reach / np.hypot(*reach)
    along, across = points @ direction, points @ np.array([-direction[1], direction[0]])
    order = np.argsort(along)
    return direction, along[order], across[order]
