"""How far apart the lines of a page are, before any line is known.

Knows ink of a page that stands straight, without rules; knows no line.
"""

from __future__ import annotations

import numpy as np

from frugal.extras import require

STRIPS = 10
"""Vertical strips whose projections are correlated one by one: lines need not be level from edge to edge."""
PROMINENCE = 0.15
"""How far the autocorrelation must rise from its valley to a peak, as a share of its value at 0."""
USUAL, SMALLEST, LARGEST = 2.8, 0.6, 3.5
"""Pitch in heights of a component: where nothing repeats; at least, where lines touch; at most."""


def pitch_of(ink: np.ndarray) -> float:
    """Distance from line to line in pixels of `ink`, bool (H, W): the first clear peak of the autocorrelation.

    0 where there is no ink that could be writing.
    """
    height = component_height(ink)
    if not height:
        return 0.0
    correlation = _autocorrelation(ink)
    valley = np.inf
    for lag in range(max(4, int(0.25 * height)), min(int(6 * height) + 2, len(correlation) - 1)):
        valley = min(valley, correlation[lag])
        is_peak = correlation[lag - 1] < correlation[lag] >= correlation[lag + 1]
        if is_peak and correlation[lag] > 0 and correlation[lag] - valley > PROMINENCE:
            return float(np.clip(lag, SMALLEST * height, LARGEST * height))
    return USUAL * height


def component_height(ink: np.ndarray) -> float:
    """Median height of the connected components, each weighted by its ink; specks and bars do not count. 0 for none."""
    cv2 = require("cv2", extra="read")
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    counts = (height > 4) & (width > 2) & (width < max(ink.shape[1] / 2, 3 * ink.shape[0]))
    order = np.argsort(height[counts])
    weight = np.cumsum(area[counts][order])
    return float(height[counts][order][np.searchsorted(weight, weight[-1] / 2)]) if len(weight) else 0.0


def _autocorrelation(ink: np.ndarray) -> np.ndarray:
    """(H,) sum over the strips of the autocorrelation of their projections, 1 at lag 0."""
    cv2 = require("cv2", extra="read")
    height, width = ink.shape
    total = np.zeros(height)
    for strip in range(STRIPS):
        part = ink[:, strip * width // STRIPS : (strip + 1) * width // STRIPS]
        rows = cv2.GaussianBlur(part.sum(axis=1, dtype=np.float64)[:, None], (1, 9), 2.0)[:, 0]
        rows -= cv2.blur(rows[:, None], (1, 301))[:, 0]
        spectrum = np.fft.rfft(rows, 2 * height)
        total += np.fft.irfft(np.abs(spectrum) ** 2)[:height]
    return total / total[0] if total[0] > 0 else total
