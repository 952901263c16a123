"""Ruled lines, margins and grids taken out of the ink: long straight runs, except where a stroke crosses them.

Knows ink of a page that stands straight; knows no text line.
"""

from __future__ import annotations

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
GAP = 5
"""Pixels between the dots of a dotted rule."""
CROWDED = 0.25
"""Share of the page that marks may cover."""
SLOPES = (0.0, 0.06, -0.06)
"""Rules are sought along these slopes: paper that is bent or seen from the side."""
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
    left: np.ndarray = ink & ~(across & thin_across) & ~(down & thin_down).T & ~(across & down.T)
    return left


def _rules(cv2: Any, ink: np.ndarray, length: int, thickness: int) -> tuple[np.ndarray, np.ndarray]:
    """Where about horizontal rules run, bool (H, W): long stretches of thin ink, and between them; and the thin ink."""
    thin = (_heights(ink) <= thickness) & (ink > 0)
    height, width = ink.shape
    found = np.zeros(ink.shape, np.uint8)
    if width < length:
        return found > 0, thin
    for slope in SLOPES:
        room = int(abs(slope) * width)
        if room > height:  # a strip: rules so steep leave it
            continue
        level = np.array([[1, 0, 0], [-slope, 1, max(slope, 0.0) * width]])
        sheared = cv2.warpAffine(thin.astype(np.uint8), level, (width, height + room), flags=cv2.INTER_NEAREST)
        back = cv2.WARP_INVERSE_MAP | cv2.INTER_NEAREST
        found |= cv2.warpAffine(_stretches(cv2, sheared, length), level, (width, height), flags=back)
    return found > 0, thin


def _stretches(cv2: Any, thin: np.ndarray, length: int) -> np.ndarray:
    """The rows around stretches that thin ink fills, and between two of them, uint8 like `thin`."""
    thick = cv2.dilate(thin, np.ones((SLACK, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, GAP), np.uint8))
    share = cv2.blur(joined.astype(np.float32), (length, 1))
    runs = cv2.dilate((share > COVERED).astype(np.uint8), np.ones((1, length), np.uint8))
    between: np.ndarray = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, 2 * length), np.uint8))
    return between


def _heights(ink: np.ndarray) -> np.ndarray:
    """Length of the vertical run of ink through each pixel, int32 (H, W); 0 on paper."""
    run = np.zeros(ink.shape, np.int32)
    for row in range(len(ink)):
        run[row] = (run[row - 1] + 1) * ink[row] if row else ink[row]
    for row in range(len(ink) - 2, -1, -1):
        run[row] = np.where(ink[row + 1] & ink[row], run[row + 1], run[row])
    return run
