"""How far a page is turned, from the sharpness of its horizontal projection.

Postl, "Detection of linear oblique structures and skew scan in digitized documents" (1986): at the right angle the rows
of the projection differ most from their neighbours. Knows ink; knows no line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from frugal.extras import require

LARGEST_DEGREES = 12.0
REDUCED = 800
"""Long side of the image that is projected, in pixels."""
CLEARLY = 1.1
"""An angle must sharpen the projection this much over none: a word or two tell no angle."""


def skew_degrees(ink: np.ndarray) -> float:
    """The angle of the lines in `ink`, bool (H, W), in degrees: positive where they fall to the right (y downwards)."""
    cv2 = require("cv2", extra="read")
    height, width = ink.shape
    scale = min(1.0, REDUCED / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    best = 0.0
    for step, reach in ((1.0, LARGEST_DEGREES), (0.25, 1.0), (0.05, 0.25)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(cv2, small, angle)))
    return best if _sharpness(cv2, small, best) > CLEARLY * _sharpness(cv2, small, 0.0) else 0.0


def _sharpness(cv2: Any, ink: np.ndarray, degrees: float) -> float:
    """Sum of squared differences of neighbouring rows after a vertical shear that undoes `degrees`."""
    height, width = ink.shape
    slope = np.tan(np.deg2rad(degrees))
    room = int(abs(slope) * width) + 1
    down = room / 2 + slope * width / 2
    sheared = cv2.warpAffine(ink, np.array([[1, 0, 0], [-slope, 1, down]]), (width, height + room))
    rows = sheared.sum(axis=1)
    return float(np.square(np.diff(rows)).sum())
