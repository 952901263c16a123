"""Paper without its light: shadows divided out, the table around it masked, ink told from paper.

Knows grey pixels; knows no rule, no line and no text.

Shapes: `H`, `W` height and width of the image in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from frugal.extras import require

REDUCED = 512
"""Long side of the image on which light is estimated; it changes slowly."""
CLOSING = 24
"""The closing spans 1 / 24 of the long side: wider than any stroke, narrower than a shadow."""
DARK = (0.45, 0.35, 0.25)
"""What is darker than such a share of the page's bright paper, and touches the edge, may be no paper."""
SHARP, ALSO = 0.5, 0.1
"""Contrast within a few pixels of the reduced image between paper and what is no paper, and the share of its rim that
has it, at the least; the darkest share of `DARK` is not taken where a lighter one is nearly as good."""
PAPER = 250.0
"""Grey of flattened paper."""
DARKEST, PALEST = 60.0, 196.0
"""Grey to which the darkest ink is stretched, and of the palest ink that is stretched so far."""
GRAIN = 20.0
"""The darkest ink is at least this many times darker than the median step from pixel to pixel."""
DARKEST_PRINT = 60
"""Print is taken for no darker than this: what is as dark as ink cannot be told from it."""
INK, MARKS, SPREAD = 0.2, 0.12, 128.0
"""Sauvola's k for ink and for anything at all, and his R."""


@dataclass(frozen=True, eq=False)
class Light:
    """How bright blank paper would be, and where there is none.

    Attributes:
        level: float32 (h, w) of a reduced image, grey of blank paper.
        table: bool (h, w), true outside the paper.
    """

    level: np.ndarray
    table: np.ndarray


def light_of(grey: np.ndarray) -> Light:
    """Estimate the light on a page, uint8 (H, W): ink is closed by what is bright around it, then smoothed."""
    cv2 = require("cv2", extra="read")
    height, width = grey.shape
    scale = min(1.0, REDUCED / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    reach = max(9, max(size) // CLOSING) | 1
    closed = _closed(cv2, small, reach)
    level = cv2.blur(cv2.medianBlur(closed, reach), (reach, reach)).astype(np.float32)
    level = np.maximum(level, 1.0)
    level *= max(float(np.median(small / level)), 0.5)  # a closing leans to the bright side of noise
    return Light(level, _table(cv2, closed))


def _closed(cv2: Any, small: np.ndarray, reach: int) -> np.ndarray:
    """Grey closing; the image goes on as it ends, so that a narrow strip of table at its edge is not closed away."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    wide = cv2.copyMakeBorder(small, *[reach] * 4, cv2.BORDER_REPLICATE)
    closed: np.ndarray = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc)[reach:-reach, reach:-reach]
    return closed


def _table(cv2: Any, closed: np.ndarray) -> np.ndarray:
    """Where the picture shows the table: dark areas at the edge of the image that end as sharply as paper does.

    A shadow that falls on table and paper joins them where both are dark; what is darker still parts them again.
    """
    around = np.ones((9, 9), np.uint8)
    sharp = 1 - cv2.erode(closed, around) / np.maximum(cv2.dilate(closed, around), 1) > SHARP
    bright = np.percentile(closed, 90)
    areas = [_ending_sharply(cv2, closed < share * bright, sharp) for share in DARK]
    best = max(share for _, share in areas)
    outside = next(area for area, share in areas if share >= best - ALSO)
    grown: np.ndarray = cv2.dilate(outside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return grown


def _ending_sharply(cv2: Any, dark: np.ndarray, sharp: np.ndarray) -> tuple[np.ndarray, float]:
    """The dark areas at the edge of the image whose rim is sharp for the most part, and the share of it that is."""
    labels = cv2.connectedComponents(dark.astype(np.uint8))[1]
    rim = dark & (cv2.erode(dark.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    numbers = [number for number in np.setdiff1d(edge, [0]) if _share(sharp, rim & (labels == number)) > 0.5]
    outside = np.isin(labels, numbers)
    return outside, _share(sharp, rim & outside)


def _share(of: np.ndarray, within: np.ndarray) -> float:
    return float(of[within].mean()) if within.any() else 0.0


def flattened(grey: np.ndarray, light: Light) -> np.ndarray:
    """`grey` (H, W) under even light, uint8: paper near PAPER, the table as paper."""
    cv2 = require("cv2", extra="read")
    size = (grey.shape[1], grey.shape[0])
    level = cv2.resize(light.level, size, interpolation=cv2.INTER_LINEAR)
    flat: np.ndarray = np.clip(grey * (PAPER / level), 0, 255).astype(np.uint8)
    flat[cv2.resize(light.table.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0] = int(PAPER)
    return flat


def without_print(flat: np.ndarray, printed: np.ndarray) -> np.ndarray:
    """A flattened page (H, W) divided by what is printed on it, uint8 like it: ink on a rule stays ink."""
    bare: np.ndarray = np.clip(flat * (np.float32(PAPER) / np.maximum(printed, DARKEST_PRINT)), 0, 255).astype(np.uint8)
    return bare


def ink_of(flat: np.ndarray, *, window: int) -> np.ndarray:
    """Where ink is, bool (H, W): the adaptive threshold of Sauvola and Pietikäinen (2000).

    Deviations: contrast is stretched first, so that pencil counts as ink; what is much paler than the page's ink
    (printed rules, the other side of the sheet) does not.

    Args:
        flat: flattened page, uint8 (H, W).
        window: side of the square neighbourhood in pixels, odd.
    """
    cv2 = require("cv2", extra="read")
    grey = _stretched(cv2, flat)
    ink = _below(cv2, grey, window, INK)
    if ink.any():
        darkness = PAPER - grey
        ink &= darkness > 0.35 * float(np.percentile(darkness[ink], 90))
    return ink


def marks_of(flat: np.ndarray, *, window: int) -> np.ndarray:
    """Where anything is on the paper, faint rules too, bool (H, W)."""
    cv2 = require("cv2", extra="read")
    return _below(cv2, _stretched(cv2, flat), window, MARKS)


def _below(cv2: Any, grey: np.ndarray, window: int, k: float) -> np.ndarray:
    """Pixels that are darker than their neighbourhood's mean, the more so the less it varies."""
    mean = cv2.blur(grey, (window, window))
    deviation = np.sqrt(np.maximum(cv2.blur(grey * grey, (window, window)) - mean * mean, 0.0))
    below: np.ndarray = grey < mean * (1 + k * (deviation / SPREAD - 1))
    return below


def _stretched(cv2: Any, flat: np.ndarray) -> np.ndarray:
    """float32 (H, W), the darkest ink near 60; never stretched so far that the grain of the paper would become ink."""
    grain = float(np.median(cv2.absdiff(flat[:, 1:], flat[:, :-1]))) if flat.shape[1] > 1 else 0.0
    smooth = cv2.blur(flat, (3, 3))
    palest = min(PALEST, PAPER - GRAIN * grain)
    darkest = max(min(float(np.percentile(smooth, 0.05)), palest), DARKEST)
    gain = (PAPER - DARKEST) / (PAPER - darkest)
    return np.asarray(PAPER - (PAPER - flat.astype(np.float32)) * gain, np.float32)
