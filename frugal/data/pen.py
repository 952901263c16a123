"""A pen that writes strokes on a line of paper: thickness, slant and a baseline that wanders.

Knows no file and no text.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from frugal.data.paper import Paper, check_within, smooth_field
from frugal.data.pen_strokes import Strokes
from frugal.extras import require

OVERSAMPLING = 3
"""Strokes are drawn so much larger than the image and brought down, which gives thickness below a pixel."""


@dataclass(frozen=True)
class Pen:
    """How strokes come to be a line's ink.

    Attributes:
        height: of the images in pixels.
        thickness: in pixels, uniform in this range.
        uneven: standard deviation of the thickness along the line, as a share of it.
        slant: degrees, uniform in [-slant, slant], on top of the writer's own.
        wobble: standard deviation of the baseline, in pixels.
    """

    height: int
    thickness: tuple[float, float]
    uneven: float
    slant: float
    wobble: float

    def check(self) -> None:
        """Raises InputError, naming the field, for a pen that cannot write."""
        check_within("slant", self.slant, 0.0, 60.0)
        check_within("thickness[0]", self.thickness[0], 0.5, self.thickness[1])

    def line(self, strokes: Strokes, random: np.random.Generator, paper: Paper) -> np.ndarray:
        """Strokes in x-heights, baseline at 0, on a sheet of `paper`: uint8 (H, W)."""
        ink, baseline, x_height = self._drawn(strokes, random)
        spacing = max(random.uniform(2.6, 3.6) * x_height, 0.6 * self.height)
        return paper(ink, random, baseline=baseline, spacing=spacing)

    def _drawn(self, strokes: Strokes, random: np.random.Generator) -> tuple[np.ndarray, float, float]:
        """Ink (H, W) in [0, 1], row of the baseline, x-height in pixels."""
        cv2 = require("cv2", extra="train")
        x, y = strokes.points[:, 0], strokes.points[:, 1]
        top = min(float(y.min()), -1.5) - random.uniform(0.1, 0.5)
        bottom = max(float(y.max()), 0.4) + random.uniform(0.1, 0.5)
        scale = OVERSAMPLING * self.height / (bottom - top)
        slant = math.tan(math.radians(random.uniform(-self.slant, self.slant)))
        across = (x * np.float32(random.uniform(0.8, 1.3)) - y * np.float32(slant)) * np.float32(scale)
        left, right = (OVERSAMPLING * random.uniform(3.0, 24.0) for _ in range(2))
        across += np.float32(left) - across.min()
        width = math.ceil(float(across.max()) + right)
        along = (y - np.float32(top)) * np.float32(scale) + self._wander(width, random)[across.astype(int)]
        large = np.zeros((OVERSAMPLING * self.height, width), np.uint8)
        pen = random.uniform(*self.thickness) * OVERSAMPLING
        Strokes(np.stack([across, along], axis=1), strokes.ends).draw(large, random, thickness=pen, uneven=self.uneven)
        size = (max(width // OVERSAMPLING, 1), self.height)
        ink = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        return ink * np.float32(1 / 255), -top * scale / OVERSAMPLING, scale / OVERSAMPLING

    def _wander(self, width: int, random: np.random.Generator) -> np.ndarray:
        """How far the baseline is off at each of `width` columns, in pixels of the large image."""
        points = (1, max(width // (OVERSAMPLING * self.height), 1) + 2)
        return np.asarray(smooth_field((1, width), random, points=points)[0] * np.float32(self.wobble * OVERSAMPLING))
