"""What in the ink is no writing: specks, bars, and what is left of rules.

Knows ink and the distance of the lines; knows no line.
"""

from __future__ import annotations

import numpy as np

from frugal.extras import require

SPECK = 0.06
"""Components that are lower than this, in pitches, and as short or flat are dirt or what is left of a rule."""
DOT, ALONE = 0.15, 0.4
"""A component smaller than this, in pitches, and so far from every letter is dirt, or where two pale rules cross."""
LEVEL, UPRIGHT = 0.6, 1.0
"""A straight stroke that is wider or higher than this, in pitches, is part of a rule; dashes and stems are shorter."""
TALL, MARGIN_WIDTH = 3.0, 0.25
"""A margin line or the edge of a sheet is taller; ink per row, with what sticks to it; both in pitches."""
SOLID = 1.5
"""A component that is larger both ways, in pitches, and mostly ink is a blot."""
UNEVEN = 1.6
"""A component whose thickest place is so many times its mean run of ink was not drawn with a pen."""


def writing(ink: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    """Letters, and specks, of `ink` (H, W), bool like it; what is in neither is a rule, a margin or a blot.

    A speck is a full stop beside letters, and dirt anywhere else.
    """
    cv2 = require("cv2", extra="read")
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    width, height, area = (stats[:, column].astype(float) for column in (2, 3, 4))
    length = np.hypot(width, height)
    is_speck = (height < SPECK * pitch) & ((width < SPECK * pitch) | (width > 2 * height))
    stroke = _stroke(ink)
    is_long = length > np.where(width > height, LEVEL, UPRIGHT) * pitch
    is_straight = np.minimum(width, height) < np.minimum(0.1 * length, 0.3 * pitch) + 0.5 * stroke
    is_rule = is_long & is_straight & (area < 1.2 * stroke * length)
    is_margin = (height > TALL * pitch) & (width < 0.2 * height) & (area < MARGIN_WIDTH * pitch * height)
    is_solid = (np.minimum(width, height) > SOLID * pitch) & (area > 0.6 * width * height)
    is_letter = ~(is_speck | is_rule | is_margin | is_solid)
    is_letter[0] = is_speck[0] = False
    is_alone = is_letter & (np.maximum(width, height) < DOT * pitch)
    beside = cv2.dilate((is_letter & ~is_alone)[labels].astype(np.uint8), np.ones((2 * int(ALONE * pitch) + 1,) * 2))
    is_alone[labels[beside > 0]] = False
    return (is_letter & ~is_alone)[labels], (is_speck | is_alone)[labels]


def uneven(ink: np.ndarray) -> np.ndarray:
    """The components of `ink` (H, W) that are no strokes of one pen, but shades of a picture; bool like it."""
    cv2 = require("cv2", extra="read")
    count, labels = cv2.connectedComponents(ink.astype(np.uint8))
    across, down = _starts(ink)
    runs = [np.maximum(np.bincount(labels[starts], minlength=count), 1) for starts in (across, down)]
    mean_run = np.bincount(labels[ink], minlength=count) / np.sqrt(runs[0] * runs[1])
    depth = cv2.distanceTransform(ink.astype(np.uint8), cv2.DIST_L2, 3)
    thickest = np.zeros(count, np.float32)
    np.maximum.at(thickest, labels[ink], depth[ink])
    found: np.ndarray = (2 * thickest > UNEVEN * mean_run)[labels] & ink
    return found


def _stroke(ink: np.ndarray) -> float:
    """Mean length of the runs of ink, across and down: a little more than the width of the pen, in pixels."""
    across, down = (max(int(np.count_nonzero(starts)), 1) for starts in _starts(ink))
    return float(np.count_nonzero(ink) / np.sqrt(across * down))


def _starts(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels at which a run of ink begins, from left to right and from top to bottom; bool like `ink`."""
    across, down = ink.copy(), ink.copy()
    across[:, 1:] &= ~ink[:, :-1]
    down[1:] &= ~ink[:-1]
    return across, down
