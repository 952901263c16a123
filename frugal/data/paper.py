"""Paper under written lines: its colour, its printed rules, the light on it and the camera that took it.

Knows no font, no stroke and no text. Everything is drawn as *ink*: float32 (H, W), 0 = bare paper, 1 = darkest ink.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from frugal.contract import InputError
from frugal.extras import require


@dataclass(frozen=True, kw_only=True)
class Paper:
    """Puts ink on a random sheet and takes a grey picture of it. Each share is a probability; 0 switches it off.

    Attributes:
        faint: lightest ink drawn, in (0, 1]: darkness is uniform in [faint, 1].
        uneven: strength of the slow change of darkness along the line (pressure, ink flow), in [0, 1].
        ruled: share of lines on printed paper (writing line, dotted line, squares, Seyes, margin).
        neighbours: share of lines into which strokes of the line above or below reach.
        tinted: share of sheets that are not white, down to grey 170.
        shadow: share of pictures with uneven light.
        blur: share of pictures out of focus.
        noise: share of pictures with sensor noise.
        compressed: share of pictures that went through a JPEG.
    """

    faint: float = 0.45
    uneven: float = 0.3
    ruled: float = 0.5
    neighbours: float = 0.15
    tinted: float = 0.3
    shadow: float = 0.2
    blur: float = 0.3
    noise: float = 0.3
    compressed: float = 0.15

    def __post_init__(self) -> None:
        for share in fields(self):
            check_within(share.name, getattr(self, share.name), 0.0, 1.0)

    def __call__(self, ink: np.ndarray, random: np.random.Generator, *, baseline: float, spacing: float) -> np.ndarray:
        """Picture uint8 (H, W) of `ink`, whose writing line is at row `baseline` and the next one `spacing` rows on."""
        darkness = random.uniform(self.faint, 1.0)
        drawn = ink * np.float32(darkness)
        if self.uneven:
            drawn *= 1.0 - self.uneven * np.clip(smooth_field(ink.shape, random, points=(2, 9)), 0.0, 1.0)
        if random.random() < self.neighbours:
            drawn = np.maximum(drawn, neighbouring_ink(drawn, random, spacing=spacing))
        if random.random() < self.ruled:
            printed = rules(ink.shape, random, baseline=baseline, spacing=spacing)
            drawn = np.maximum(drawn, printed * np.float32(darkness * random.uniform(0.15, 0.8)))
        white = random.uniform(170.0, 255.0) if random.random() < self.tinted else 255.0
        picture = np.float32(white) - drawn * np.float32(white - random.uniform(0.0, 40.0))
        if random.random() < self.shadow:
            picture *= light(ink.shape, random, strength=random.uniform(0.1, 0.45))
        return self._photograph(picture, random)

    def _photograph(self, picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
        if random.random() < self.blur:
            picture = blurred(picture, sigma=random.uniform(0.4, 1.3))
        if random.random() < self.noise:
            picture = picture + sensor_noise(picture.shape, random) * np.float32(random.uniform(1.0, 10.0))
        taken = np.clip(picture, 0.0, 255.0).astype(np.uint8)
        return jpeg(taken, quality=int(random.integers(25, 85))) if random.random() < self.compressed else taken


def check_within(name: str, value: float, low: float, high: float) -> None:
    """Raises InputError if a setting lies outside [low, high]."""
    if not low <= value <= high:
        raise InputError(f"{name}={value}", allowed=f"[{low:g}, {high:g}]")


def estimated_paper(image: np.ndarray) -> np.ndarray:
    """The bare paper below a line uint8 (H, W): its smooth background, float32 (H, W)."""
    cv2 = require("cv2", extra="train")
    height, width = image.shape
    small = cv2.resize(image, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    smooth = cv2.blur(cv2.dilate(small, np.ones((7, 9), np.uint8)), (9, 9))
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def smooth_field(shape: tuple[int, ...], random: np.random.Generator, *, points: tuple[int, int]) -> np.ndarray:
    """Smooth random surface float32 (H, W): standard normal at `points` (rows, columns), cubic between them."""
    cv2 = require("cv2", extra="train")
    control = random.standard_normal(points, dtype=np.float32)
    return np.asarray(cv2.resize(control, shape[::-1], interpolation=cv2.INTER_CUBIC))


def light(shape: tuple[int, ...], random: np.random.Generator, *, strength: float) -> np.ndarray:
    """Uneven light: factors float32 (H, W) in [1 - strength, 1]; 1 is reached somewhere."""
    along = smooth_field((1, shape[1]), random, points=(1, int(random.integers(2, 5))))
    surface = along + 0.3 * smooth_field(shape, random, points=(2, 3))
    low, high = float(surface.min()), float(surface.max())
    return np.asarray(1.0 - (high - surface) * np.float32(strength / max(high - low, 1e-6)))


def neighbouring_ink(ink: np.ndarray, random: np.random.Generator, *, spacing: float) -> np.ndarray:
    """Strokes of the line above or below that reach into this one: its own ink, moved on by about `spacing` rows."""
    height, width = ink.shape
    rows = min(max(round(spacing * random.uniform(0.95, 1.2)), round(0.7 * height)), height)
    moved = np.roll(ink, int(random.integers(width)), axis=1)
    other = np.zeros_like(ink)
    if random.random() < 0.5:
        other[rows:] = moved[: height - rows]
    else:
        other[: height - rows] = moved[rows:]
    return other


def rules(shape: tuple[int, ...], random: np.random.Generator, *, baseline: float, spacing: float) -> np.ndarray:
    """One random kind of printed paper as ink float32 (H, W) in [0, 1], slightly askew."""
    height, width = shape
    slope = random.normal(0.0, 0.004)
    rows = np.arange(height, dtype=np.float32)[:, None] - np.arange(width, dtype=np.float32)[None] * np.float32(slope)
    rows -= baseline + random.normal(0.0, 0.04) * spacing
    kind = RULINGS[int(random.integers(len(RULINGS)))]
    return np.asarray(kind(rows + slope * width / 2, random, spacing))


def _writing_line(rows: np.ndarray, random: np.random.Generator, spacing: float) -> np.ndarray:
    return stripes(rows, period=spacing, thickness=random.uniform(0.8, 2.2) * spacing / 50)


def _dotted_line(rows: np.ndarray, random: np.random.Generator, spacing: float) -> np.ndarray:
    period = random.uniform(0.06, 0.15) * spacing
    dots = stripes(np.arange(rows.shape[1], dtype=np.float32), period=period, thickness=0.5 * period)
    return np.asarray(_writing_line(rows, random, spacing) * dots)


def _squares(rows: np.ndarray, random: np.random.Generator, spacing: float) -> np.ndarray:
    """Squares of 5 mm: two of them per line, or one."""
    side = spacing / int(random.integers(1, 3))
    columns = np.arange(rows.shape[1], dtype=np.float32) - random.uniform(0.0, side)
    thickness = random.uniform(0.7, 1.4) * spacing / 50
    across, along = (stripes(axis, period=side, thickness=thickness) for axis in (rows, columns))
    return np.asarray(np.maximum(across, along))


def _seyes(rows: np.ndarray, random: np.random.Generator, spacing: float) -> np.ndarray:
    """French school paper: a strong line every 8 mm, three fine ones between, uprights every 8 mm."""
    columns = np.arange(rows.shape[1], dtype=np.float32) - random.uniform(0.0, spacing)
    thickness = random.uniform(0.7, 1.4) * spacing / 50
    fine = 0.5 * stripes(rows, period=spacing / 4, thickness=thickness)
    strong = np.maximum(
        stripes(rows, period=spacing, thickness=1.5 * thickness),
        stripes(columns, period=spacing, thickness=thickness),
    )
    return np.asarray(np.maximum(fine, strong))


def _margin(rows: np.ndarray, random: np.random.Generator, spacing: float) -> np.ndarray:
    """A writing line and the upright of the margin near the left end."""
    columns = np.arange(rows.shape[1], dtype=np.float32)[None]
    offset = columns - random.uniform(0.0, spacing) - rows * random.normal(0.0, 0.01)
    upright = np.clip(random.uniform(0.8, 2.0) * spacing / 100 + 0.5 - np.abs(offset), 0.0, 1.0)
    return np.asarray(np.maximum(_writing_line(rows, random, spacing), upright))


RULINGS: tuple[Callable[[np.ndarray, np.random.Generator, float], np.ndarray], ...] = (
    _writing_line,
    _writing_line,
    _dotted_line,
    _squares,
    _seyes,
    _margin,
)
"""The writing line is the commonest, so it stands here twice."""


def stripes(position: np.ndarray, *, period: float, thickness: float) -> np.ndarray:
    """Anti-aliased lines where `position` is a multiple of `period`, in [0, 1]; all in pixels."""
    distance = np.abs(position - np.float32(period) * np.rint(position * np.float32(1 / period)))
    return np.clip(np.float32(thickness / 2 + 0.5) - distance, 0.0, min(1.0, thickness))


def blurred(picture: np.ndarray, *, sigma: float) -> np.ndarray:
    """Gaussian blur of float32 or uint8 (H, W), `sigma` in pixels."""
    cv2 = require("cv2", extra="train")
    size = 2 * math.ceil(2 * sigma) + 1
    return np.asarray(cv2.GaussianBlur(picture, (size, size), sigma, borderType=cv2.BORDER_REPLICATE))


def sensor_noise(shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Noise float32 (H, W) of unit variance, fine or of two-pixel grain."""
    if random.random() < 0.5:
        return random.standard_normal(shape, dtype=np.float32)
    height, width = shape
    coarse = random.standard_normal((-(-height // 2), -(-width // 2)), dtype=np.float32)
    return np.repeat(np.repeat(coarse, 2, axis=0), 2, axis=1)[:height, :width]


def jpeg(image: np.ndarray, *, quality: int) -> np.ndarray:
    """uint8 (H, W) written as a JPEG of `quality` and read again."""
    cv2 = require("cv2", extra="train")
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
