"""Ruled lines, margins and grids taken out of the ink: long straight runs, except where a stroke crosses them.

Knows ink of a page that stands straight; knows no text line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from frugal.extras import require

LENGTH, STRIP = 16, 4
"""A rule is longer than 1 / 16 of the page's long side: longer than a dash or the bar of a T; in a strip it is longer
than 4 times the strip's height."""
THICKNESS = 350
"""A rule is thinner than 1 / 350 of the long side; a margin line may be half as thick again."""
SLACK = 3
"""Pixels by which a rule may wander from row to row."""
COARSE = 4
"""Columns that are looked at as one: the gaps between the dots of a dotted rule close."""
CROWDED = 0.25
"""Share of the page that marks may cover."""
SLOPES = np.linspace(-0.12, 0.12, 13)
"""Rules are sought along these slopes: paper that is bent or seen from the side. Neighbours among them part by
about SLACK over the length of a rule."""
COVERED = 0.75
"""Share of its length on which a rule must show; letters and faded spots interrupt it."""


def without_rules(ink: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """`ink` (H, W) without horizontal and vertical rules; `marks` is ink and what is paler. Bool like it."""
    cv2 = require("cv2", extra="read")
    length = max(60, min(max(ink.shape) // LENGTH, STRIP * min(ink.shape)))
    thickness = max(4, max(ink.shape) // THICKNESS)
    # On grainy paper everything is a mark.
    pixels = (marks if marks.mean() < CROWDED else ink).astype(np.uint8)
    across, thin_across = _rules(cv2, pixels, length, thickness)
    # Ascenders stand in line with the stem below them more often than dashes do: a vertical rule is longer.
    down, thin_down = _rules(cv2, np.ascontiguousarray(pixels.T), 2 * length, thickness * 3 // 2)
    crossings = across & down.T
    left: np.ndarray = ink & ~(across & thin_across) & ~(down & thin_down).T & ~crossings
    return _without_dots(cv2, left, crossings, thickness)


def _rules(cv2: Any, ink: np.ndarray, length: int, thickness: int) -> tuple[np.ndarray, np.ndarray]:
    """Where about horizontal rules run, bool (H, W): long stretches of thin ink, and between them; and the thin ink."""
    thin = (_heights(ink) <= thickness) & (ink > 0)
    height, width = ink.shape
    if width < length:
        return np.zeros(ink.shape, bool), thin
    size = (width // COARSE, height)
    share = np.minimum(cv2.resize(thin.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA), 128)
    slopes = [slope for slope in SLOPES * COARSE if abs(slope) * size[0] <= height]  # in a strip steep rules leave it
    window = np.ones((1, length // COARSE), np.uint8)
    covered = [_along(cv2, share, slope, lambda level: _covered(cv2, level, window)) for slope in slopes]
    most = np.maximum(np.max(covered, axis=0), int(COVERED * 128))
    found = np.zeros_like(share)
    for slope, amount in zip(slopes, covered, strict=True):
        clearest = (amount >= most).astype(np.uint8)  # other slopes would make the rule look thicker
        found |= _along(cv2, clearest, slope, lambda level: _stretches(cv2, level, window))
    return cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST) > 0, thin


def _along(cv2: Any, image: np.ndarray, slope: float, see: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What `see` makes of an image (h, w) whose lines of this slope were made level, turned back."""
    height, width = image.shape
    level = np.array([[1, 0, 0], [-slope, 1, max(slope, 0.0) * width]])
    room = int(abs(slope) * width)
    seen = see(cv2.warpAffine(image, level, (width, height + room), flags=cv2.INTER_NEAREST))
    back: np.ndarray = cv2.warpAffine(seen, level, (width, height), flags=cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST)
    return back


def _covered(cv2: Any, share: np.ndarray, window: np.ndarray) -> np.ndarray:
    """How much of a window around each place thin ink fills, where a rule may wander."""
    thick = cv2.dilate(share, np.ones((SLACK, 1), np.uint8))
    filled: np.ndarray = cv2.blur(thick, window.shape[::-1])
    return filled


def _stretches(cv2: Any, middles: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The windows around `middles`, and what lies between two of them in a row."""
    runs = cv2.dilate(middles, window)
    between: np.ndarray = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, 2 * window.size), np.uint8))
    return between


def _without_dots(cv2: Any, ink: np.ndarray, crossings: np.ndarray, thickness: int) -> np.ndarray:
    """`ink` without what is left where two rules cross: there they print darker, and thicker than either."""
    around = cv2.dilate(crossings.astype(np.uint8), np.ones((2 * thickness + 1,) * 2, np.uint8)) > 0
    count, labels = cv2.connectedComponents(ink.astype(np.uint8))
    beyond = np.zeros(count, bool)
    beyond[labels[ink & ~around]] = True
    left: np.ndarray = ink & beyond[labels]
    return left


def _heights(ink: np.ndarray) -> np.ndarray:
    """Length of the vertical run of ink through each pixel, int32 (H, W); 0 on paper."""
    run = np.zeros(ink.shape, np.int32)
    for row in range(len(ink)):
        run[row] = (run[row - 1] + 1) * ink[row] if row else ink[row]
    for row in range(len(ink) - 2, -1, -1):
        run[row] = np.where(ink[row + 1] & ink[row], run[row + 1], run[row])
    return run
