"""Pen strokes of single words drawn as whole text lines: words of one writer side by side, on paper.

Reads `unipen_words.npz` (x, y, stroke_end, offsets, text, writer, split, splits), y pointing down, each word scaled to
one common height; so the size of a word's letters is inferred from which of them reach above or below the core zone.

Knows no font and no sentence: neighbours on a line are any words of that writer. Source: Guyon, Schomaker, Plamondon,
Liberman, Janet 1994, "UNIPEN project of on-line data exchange and recognizer benchmarks";
https://zenodo.org/records/1195803, CC BY 4.0.

Shapes: `H`, `W` height and width of a line's image, `P` points of a word's strokes.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from frugal.contract import InputError
from frugal.data.files import below_data, read_npz
from frugal.data.line_source import RawLine
from frugal.data.paper import Paper, smooth_field
from frugal.extras import require

NAMES = ("x", "y", "stroke_end", "offsets", "text", "writer", "split", "splits")
PLAIN = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9 .,;:!?'()&/%$\"=+-]+")
"""Labels that are ordinary text; others (stars, number signs) mark what could not be read."""
RISING = set("bdfhklABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()/&%$\"'!?")
HALF_RISING = set("tij;:")
FALLING = set("gjpqyQ,;()/$")
OVERSAMPLING = 2
"""Strokes are drawn so much larger than the image and brought down, which gives thickness below a pixel."""


@dataclass(frozen=True, kw_only=True)
class InkLines:
    """Lines of pen-stroke words.

    Attributes:
        path: `unipen_words.npz`; a relative one that is not there is looked up below $FRUGAL_DATA.
        count: lines per pass.
        split: `train` or `val`: whose writers' words are drawn.
        height: of the images in pixels.
        length: shortest and longest line, in characters (about).
        thickness: of the pen in pixels, uniform in this range.
        slant: degrees, uniform in [-slant, slant], on top of the writer's own.
        wobble: standard deviation of the baseline, in pixels.
        paper: the sheet and the camera.
        seed: of the pass that `stream(None)` gives.
    """

    path: str
    count: int = 20000
    split: str = "train"
    height: int = 64
    length: tuple[int, int] = (10, 60)
    thickness: tuple[float, float] = (1.0, 4.0)
    slant: float = 12.0
    wobble: float = 1.0
    paper: Paper = field(default_factory=Paper)
    seed: int = 0

    def __len__(self) -> int:
        return self.count

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """`count` lines, other ones for another generator. Writers come up in proportion to the root of their words."""
        words = _Words(read_npz(below_data(self.path), NAMES), self.split, self.path)
        base = self.seed if random is None else int(random.integers(2**63))
        for number in range(self.count):
            yield self._line(words, np.random.default_rng((base, number)), f"ink-{base}-{number:06d}")

    def fingerprint(self) -> str:
        """Of the file's size and every argument."""
        file = below_data(self.path)
        size = file.stat().st_size if file.is_file() else 0
        return hashlib.sha256(f"{size} {self!r}".encode()).hexdigest()

    def _line(self, words: _Words, random: np.random.Generator, name: str) -> RawLine:
        writer = int(random.choice(len(words.rows), p=words.shares))
        target = int(random.integers(self.length[0], self.length[1] + 1))
        texts: list[str] = []
        strokes: list[np.ndarray] = []
        x, space, unit = 0.0, random.uniform(0.5, 1.4), random.uniform(0.9, 1.1)
        while not texts or len(" ".join(texts)) < target:
            row = words.rows[writer][int(random.integers(len(words.rows[writer])))]
            for stroke in words.strokes(row):
                strokes.append(stroke * np.float32(unit) + np.array([x, random.normal(0.0, 0.02)], np.float32))
            x = max(float(stroke[:, 0].max()) for stroke in strokes) + space * random.uniform(0.7, 1.4)
            texts.append(words.texts[row])
        ink, baseline, x_height = self._drawn(strokes, random)
        spacing = max(random.uniform(2.6, 3.6) * x_height, 0.6 * self.height)
        image = self.paper(ink, random, baseline=baseline, spacing=spacing)
        return RawLine(image=image, text=" ".join(texts), id=name, writer=f"unipen-{words.names[writer]}", kind="ink")

    def _drawn(self, strokes: list[np.ndarray], random: np.random.Generator) -> tuple[np.ndarray, float, float]:
        """Strokes (P, 2) in x-heights, baseline at 0: ink (H, W) in [0, 1], row of the baseline, x-height in pixels."""
        cv2 = require("cv2", extra="read")
        points = np.concatenate(strokes)
        top = min(float(points[:, 1].min()), -1.5) - random.uniform(0.1, 0.5)
        bottom = max(float(points[:, 1].max()), 0.4) + random.uniform(0.1, 0.5)
        scale = OVERSAMPLING * self.height / (bottom - top)
        across = scale * random.uniform(0.8, 1.3)
        slant = math.tan(math.radians(random.uniform(-self.slant, self.slant)))
        left, right = (OVERSAMPLING * random.uniform(3.0, 24.0) for _ in range(2))
        moved = [_laid(stroke, across, scale, slant, top) for stroke in strokes]
        start = min(float(stroke[:, 0].min()) for stroke in moved) - left
        width = math.ceil(max(float(stroke[:, 0].max()) for stroke in moved) - start + right)
        shift = np.array([-start, 0.0], np.float32)
        large = np.zeros((OVERSAMPLING * self.height, width), np.uint8)
        _draw([stroke + shift for stroke in moved], large, random, random.uniform(*self.thickness) * OVERSAMPLING)
        ink = cv2.resize(large, (max(width // OVERSAMPLING, 1), self.height), interpolation=cv2.INTER_AREA)
        return self._wavy(ink, random), -top * scale / OVERSAMPLING, scale / OVERSAMPLING

    def _wavy(self, ink: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Ink uint8 (H, W) on an uneven baseline, float32 in [0, 1]."""
        cv2 = require("cv2", extra="read")
        height, width = ink.shape
        points = (2, max(width // height, 1) + 2)
        rows = smooth_field(height, width, random, points=points) * np.float32(self.wobble)
        rows += np.arange(height, dtype=np.float32)[:, None]
        columns = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
        moved = cv2.remap(ink, np.ascontiguousarray(columns), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(moved, np.float32) / np.float32(255.0)


class _Words:
    """The usable words of one split, by writer."""

    def __init__(self, arrays: dict[str, np.ndarray], split: str, path: str) -> None:
        names = [str(name) for name in arrays["splits"]]
        if split not in names:
            raise InputError(f"split={split}", allowed=", ".join(names), remedy="split=train")
        self.texts = [" ".join(str(text).split()) for text in arrays["text"]]
        self._x, self._y, self._offsets = arrays["x"], arrays["y"], arrays["offsets"]
        self._stroke_end = arrays["stroke_end"]
        is_usable = (arrays["split"] == names.index(split)) & (np.diff(self._offsets) > 2)
        is_usable &= np.array([PLAIN.fullmatch(text) is not None for text in self.texts], bool)
        rows = np.flatnonzero(is_usable)
        if not len(rows):
            raise InputError(f"{path} holds no word of split {split}", remedy="another file, or split=train")
        self.names, writer = np.unique(arrays["writer"][rows], return_inverse=True)
        self.rows = [rows[writer == number] for number in range(len(self.names))]
        roots = np.sqrt([len(own) for own in self.rows])
        self.shares = roots / roots.sum()

    def strokes(self, row: int) -> list[np.ndarray]:
        """Strokes float32 (P, 2) of one word, in units of its x-height, from x = 0 on, baseline at y = 0, y down."""
        start, end = int(self._offsets[row]), int(self._offsets[row + 1])
        points = np.stack([self._x[start:end], self._y[start:end]], axis=1).astype(np.float32)
        above, below = reach(self.texts[row])
        low, high = points.min(axis=0), points.max(axis=0)
        unit = max(float(high[1] - low[1]), 1.0) / (above + below)
        points = (points - low) / np.float32(unit) - np.array([0.0, above], np.float32)
        cuts = np.flatnonzero(self._stroke_end[start:end])[:-1] + 1
        return [stroke for stroke in np.split(points, cuts) if len(stroke)]


def reach(text: str) -> tuple[float, float]:
    """How far a word goes above and below its baseline, in x-heights: from its letters, as hands write on average.

    >>> reach("son"), reach("loup")
    ((1.0, 0.0), (2.0, 0.9))
    """
    letters = set(text)
    above = 2.0 if letters & RISING else 1.6 if letters & HALF_RISING else 1.0
    return above, 0.9 if letters & FALLING - set(",;") else 0.3 if letters & set(",;") else 0.0


def _laid(stroke: np.ndarray, across: float, along: float, slant: float, top: float) -> np.ndarray:
    """A stroke (P, 2) in x-heights as pixels, slanted about the baseline."""
    x, y = stroke[:, 0], stroke[:, 1]
    return np.stack([x * across - y * (slant * along), (y - top) * along], axis=1).astype(np.float32)


def _draw(strokes: list[np.ndarray], canvas: np.ndarray, random: np.random.Generator, thickness: float) -> None:
    """Strokes (P, 2) in pixels into `canvas` uint8, eight points at a time, the pen pressed now more and now less."""
    cv2 = require("cv2", extra="read")
    pressure = 1.0
    for stroke in strokes:
        fixed = np.round(_smooth(stroke) * 16.0).astype(np.int32)[:, None]
        for start in range(0, max(len(fixed) - 1, 1), 8):
            pressure += 0.3 * (1.0 - pressure) + random.normal(0.0, 0.08)
            width = max(round(thickness * pressure), 1)
            cv2.polylines(canvas, [fixed[start : start + 9]], False, 255, width, cv2.LINE_AA, 4)


def _smooth(stroke: np.ndarray) -> np.ndarray:
    """A stroke (P, 2) without the steps of the tablet's grid; its ends stay."""
    if len(stroke) < 3:
        return stroke
    smooth = stroke.copy()
    smooth[1:-1] = 0.25 * stroke[:-2] + 0.5 * stroke[1:-1] + 0.25 * stroke[2:]
    return smooth
