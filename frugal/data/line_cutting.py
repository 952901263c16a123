"""A text line cut from its page: what its outline encloses, straightened along its baseline, the rest made paper.

Knows pixels and points; knows no file.

Shapes: `H`, `W` height and width of the page, `h`, `w` of the line, in pixels; `N` points (x, y), y downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from frugal.extras import require

Points = Sequence[tuple[float, float]]
ABOVE, BELOW = 0.75, 0.3
"""Where no outline is stated: so much of the distance of two lines lies above the baseline, and below it."""


def cut(page: np.ndarray, outline: Points, baseline: Points = ()) -> np.ndarray:
    """The line, uint8 (h, w), of a page uint8 (H, W); with no pixel, (0, 0), where the outline encloses none of it.

    The page is turned so that the ends of the baseline lie level, and then each column is shifted by what the baseline
    still bends; so nothing is folded, however it bends. Without a baseline it is cut as it stands. Outside the outline
    everything takes the grey of the paper.
    """
    cv2 = require("cv2", extra="train")
    corners = _on_page(outline, page.shape)  # (N, 2)
    if len(corners) < 3 or (np.ptp(corners, axis=0) < 1).any():
        return np.zeros((0, 0), np.uint8)
    direction, along, across = _axis(baseline)
    down = np.array([-direction[1], direction[0]])
    ends = corners @ direction
    levels = corners @ down - np.interp(ends, along, across)
    u = np.arange(np.floor(ends.min()), np.ceil(ends.max()) + 1)  # (w,)
    v = np.arange(np.floor(levels.min()), np.ceil(levels.max()) + 1)[:, None]  # (h, 1)
    v = v + np.interp(u, along, across)  # (h, w)
    first = np.floor(corners.min(axis=0)).astype(int)
    last = np.ceil(corners.max(axis=0)).astype(int) + 1
    x = (u * direction[0] + v * down[0] - first[0]).astype(np.float32)
    y = (u * direction[1] + v * down[1] - first[1]).astype(np.float32)
    around = np.ascontiguousarray(page[first[1] : last[1], first[0] : last[0]])
    return _filled(cv2, around, corners - first, x, y)


def band(baseline: Points, distance: float) -> Points:
    """An outline around a baseline (two points or more) on a page whose lines are `distance` pixels apart."""
    direction, _, _ = _axis(baseline)
    down = np.array([-direction[1], direction[0]]) * distance
    points = np.asarray(baseline, float)
    edge = np.concatenate([points - ABOVE * down, points[::-1] + BELOW * down])
    return [(float(x), float(y)) for x, y in edge]


def _on_page(outline: Points, shape: tuple[int, ...]) -> np.ndarray:
    """The corners, float (N, 2), moved onto the page where they lie beyond its edge."""
    corners = np.asarray(outline, float).reshape(-1, 2)
    clipped: np.ndarray = np.clip(corners, 0, np.array([shape[1] - 1, shape[0] - 1]))
    return clipped


def _axis(baseline: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Direction (2,) of a baseline, and its points as (along, across) that direction, by growing `along`."""
    points = np.asarray(baseline, float).reshape(-1, 2)
    reach = points[-1] - points[0] if len(points) > 1 else np.zeros(2)
    length = np.hypot(*reach)
    if length < 1:
        return np.array([1.0, 0.0]), np.zeros(1), np.zeros(1)
    direction = reach / length
    along, across = points @ direction, points @ np.array([-direction[1], direction[0]])
    order = np.argsort(along)
    return direction, along[order], across[order]


def _filled(cv2: Any, page: np.ndarray, corners: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """`page` sampled at `x`, `y` (h, w), and paper where that lies outside `corners`."""
    mask = np.zeros(page.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 255)
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))  # corners were rounded
    pixels = cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(mask, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0) > 0
    if not inside.any():
        return np.zeros((0, 0), np.uint8)
    line: np.ndarray = np.where(inside, pixels, _paper(pixels, inside))
    return line


def _paper(pixels: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Grey of the paper, uint8 (w,): the median inside strips as wide as high, linear from strip to strip."""
    height, width = pixels.shape
    strips = [slice(start, start + height) for start in range(0, width, height)]
    held = [strip for strip in strips if inside[:, strip].any()]
    levels = [np.median(pixels[:, strip][inside[:, strip]]) for strip in held]
    centres = [strip.start + height / 2 for strip in held]
    return np.asarray(np.interp(np.arange(width), centres, levels), np.uint8)
