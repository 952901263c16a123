"""What in the ink is no writing: specks, bars, and what is left of rules.

Knows ink and the distance of the lines; knows no line.
"""

from __future__ import annotations

import numpy as np

from frugal.extras import require

SPECK = 0.06
"""Components that are lower than this, in pitches, and as short or flat are dirt or what is left of a rule."""
LONG, THIN = 1.0, 0.13
"""A component longer and, as one stroke, thinner than this, in pitches, is a line: letters turn back and forth."""
TALL, MARGIN_WIDTH = 3.0, 0.25
"""A margin line or the edge of a sheet is taller; ink per row, with what sticks to it; both in pitches."""
SOLID = 1.5
"""A component that is larger both ways, in pitches, and mostly ink is a blot or a picture."""


def writing(ink: np.ndarray, pitch: float) -> np.ndarray:
    """`ink` (H, W) without specks, long lines and solid areas; bool like it."""
    cv2 = require("cv2", extra="read")
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    width, height, area = (stats[:, column].astype(float) for column in (2, 3, 4))
    length = np.hypot(width, height)
    is_speck = (height < SPECK * pitch) & ((width < SPECK * pitch) | (width > 2 * height))
    is_line = (length > LONG * pitch) & (area < THIN * pitch * length)
    is_margin = (height > TALL * pitch) & (width < 0.2 * height) & (area < MARGIN_WIDTH * pitch * height)
    is_solid = (np.minimum(width, height) > SOLID * pitch) & (area > 0.6 * width * height)
    drop = is_speck | is_line | is_margin | is_solid
    drop[0] = True
    kept: np.ndarray = ~drop[labels]
    return kept
