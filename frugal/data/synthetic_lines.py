"""Text lines drawn with handwriting fonts on the fly: random words, font, hand and paper, the same for the same seed.

Knows no network and no alphabet; what a line says is decided in `line_texts`, the sheet it lies on in `paper`.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import ImageFont

from frugal.contract import InputError
from frugal.data.files import below_data
from frugal.data.line_source import RawLine
from frugal.data.line_texts import Sentences, read_sentences, written_line
from frugal.data.paper import Paper, smooth_field
from frugal.extras import require

SIZE = 56
"""Pixels per em in which glyphs are drawn; the line is brought to its own size afterwards."""
ABSENT = "\U0010fffe"
"""A code point that no font can hold: it is drawn as the font's sign for a missing character."""


@dataclass(frozen=True, kw_only=True)
class SyntheticLines:
    """Lines of random words in random handwriting fonts.

    Attributes:
        fonts: folder with .ttf or .otf files; a relative one that is not there is looked up below $FRUGAL_DATA.
        texts: UTF-8 files, one sentence a line; looked up in the same way.
        count: lines per pass.
        height: of the images in pixels.
        length: shortest and longest line, in characters (about).
        accents: share of lines that get one more word with an accented letter, rare letters as often as common ones.
        entries: share of lines that get a date, price, number, quote, sign or word in capitals.
        loose: share of lines whose letters are set one by one, with uneven gaps and an uneven baseline.
        slant: degrees, uniform in [-slant, slant].
        wobble: standard deviation of the baseline, in pixels.
        paper: the sheet and the camera.
        seed: of the pass that `stream(None)` gives.
    """

    fonts: str
    texts: tuple[str, ...]
    count: int = 20000
    height: int = 64
    length: tuple[int, int] = (15, 70)
    accents: float = 0.5
    entries: float = 0.4
    loose: float = 0.5
    slant: float = 15.0
    wobble: float = 1.8
    paper: Paper = field(default_factory=Paper)
    seed: int = 0

    def __len__(self) -> int:
        return self.count

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """`count` lines, other ones for another generator."""
        faces = [Face(path) for path in font_files(below_data(self.fonts))]
        sentences = read_sentences([below_data(text) for text in self.texts])
        base = self.seed if random is None else int(random.integers(2**63))
        for number in range(self.count):
            yield self._line(faces, sentences, np.random.default_rng((base, number)), f"synthetic-{base}-{number:06d}")

    def fingerprint(self) -> str:
        """Of the names and sizes of fonts and texts, and of every argument."""
        files = [*font_files(below_data(self.fonts)), *(below_data(text) for text in self.texts)]
        parts = [f"{file.name} {file.stat().st_size if file.is_file() else 0}" for file in files]
        return hashlib.sha256("\n".join([*parts, repr(self)]).encode()).hexdigest()

    def _line(self, faces: list[Face], sentences: Sentences, random: np.random.Generator, name: str) -> RawLine:
        text = written_line(sentences, random, length=self.length, accents=self.accents, entries=self.entries)
        face = faces[int(random.integers(len(faces)))]
        for _ in range(3):
            if face.holds(text):
                break
            face = faces[int(random.integers(len(faces)))]
        text = face.drawable(text.upper() if face.is_unicase else text) or "a"
        gap = random.uniform(0.8, 1.6)
        is_loose = random.random() < self.loose
        drawn = _letters(face, text, random, gap) if is_loose else _words(face, text, random, gap)
        ink, baseline, spacing = self._written(drawn, face, random)
        image = self.paper(ink, random, baseline=baseline, spacing=spacing)
        return RawLine(image=image, text=text, id=name, writer=f"font-{face.name}", kind="synthetic")

    def _written(self, drawn: np.ndarray, face: Face, random: np.random.Generator) -> tuple[np.ndarray, float, float]:
        """Glyphs uint8 brought to the image's height: ink (H, W) in [0, 1], row of the baseline, rows to the next."""
        cv2 = require("cv2", extra="read")
        inked = np.flatnonzero(drawn.max(axis=1))
        top = min(float(inked[0]), face.baseline - 1.5 * face.x_height) - random.uniform(0.02, 0.5) * face.x_height
        bottom = max(float(inked[-1]), face.baseline + 0.4 * face.x_height) + random.uniform(0.02, 0.5) * face.x_height
        scale = self.height / (bottom - top)
        across = scale * random.uniform(0.8, 1.25)
        slant = math.tan(math.radians(random.uniform(-self.slant, self.slant)))
        left, right = (random.uniform(2.0, 24.0) + abs(slant) * self.height / 2 for _ in range(2))
        width = round(drawn.shape[1] * across + left + right)
        columns = np.arange(width, dtype=np.float32)[None]
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        from_x = (columns - np.float32(left) + (rows - np.float32(self.height / 2)) * np.float32(slant)) / np.float32(
            across
        )
        from_y = rows / np.float32(scale) + np.float32(top)
        points = max(width // self.height, 1) + 2
        from_x = from_x + smooth_field(self.height, width, random, points=(3, points)) * np.float32(1.2)
        from_y = from_y + smooth_field(self.height, width, random, points=(2, points)) * np.float32(self.wobble)
        ink = cv2.remap(_pen(drawn, random), from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        spacing = max(random.uniform(2.6, 3.6) * face.x_height * scale, 0.6 * self.height)
        return ink.astype(np.float32) / 255.0, (face.baseline - top) * scale, spacing


class Face:
    """One font, with the pictures of its glyphs that were drawn already."""

    def __init__(self, path: Path) -> None:
        try:
            self.font = ImageFont.truetype(str(path), SIZE)
        except OSError as error:
            raise InputError(f"{path} is no font", allowed=".ttf and .otf files", remedy="remove the file") from error
        self.name = path.stem
        self.baseline = float(self.font.getmetrics()[0])
        self.x_height = max(_height(self.font, "x"), 1.0)
        self.is_unicase = _height(self.font, "a") > 0.9 * _height(self.font, "A")
        self._absent = bytes(self.font.getmask(ABSENT))
        self._held: dict[str, bool] = {" ": True}
        self._glyphs: dict[str, tuple[np.ndarray, int, int, float]] = {}

    def has(self, letter: str) -> bool:
        """Whether the font draws this character, and not nothing or its sign for a missing one."""
        if letter not in self._held:
            mask = bytes(self.font.getmask(letter))
            self._held[letter] = any(mask) and mask != self._absent
        return self._held[letter]

    def holds(self, text: str) -> bool:
        return all(self.has(letter) for letter in text)

    def drawable(self, text: str) -> str:
        """`text` without the characters that the font lacks."""
        return " ".join("".join(letter for letter in text if self.has(letter)).split())

    def picture(self, text: str) -> tuple[np.ndarray, int, int, float]:
        """Pixels uint8 of `text`, their left end and their top seen from the ascender's row, and the pen's advance."""
        if len(text) > 1:
            return self._drawn(text)
        if text not in self._glyphs:
            self._glyphs[text] = self._drawn(text)
        return self._glyphs[text]

    def _drawn(self, text: str) -> tuple[np.ndarray, int, int, float]:
        mask, (left, top) = self.font.getmask2(text, mode="L", anchor="la")
        width, height = mask.size
        pixels = np.frombuffer(bytes(mask), np.uint8).reshape(height, width)
        return pixels, int(left), int(top), float(self.font.getlength(text))


def _height(font: ImageFont.FreeTypeFont, letter: str) -> float:
    _, top, _, bottom = font.getbbox(letter)
    return float(bottom - top)


def font_files(folder: Path) -> list[Path]:
    """The fonts of a folder in the order of their names.

    Raises:
        InputError: there is none.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".ttf", ".otf"))
    if not files:
        raise InputError(
            f"no font in {folder}",
            allowed="a folder with .ttf or .otf files",
            remedy="free handwriting fonts with accents: Caveat, Dancing Script, Kalam (OFL)",
        )
    return files


def _words(face: Face, text: str, random: np.random.Generator, gap: float) -> np.ndarray:
    """Whole words side by side, as the font joins its letters; `gap` times its space between them."""
    space = face.picture(" ")[3] * gap
    places, x = [], 0.0
    for word in text.split(" "):
        picture = face.picture(word)
        places.append((x, random.normal(0.0, 0.8), picture))
        x += picture[3] + space * random.uniform(0.8, 1.3)
    return _set(places, x)


def _letters(face: Face, text: str, random: np.random.Generator, gap: float) -> np.ndarray:
    """Letter by letter, further apart or closer than the font wants, each a little up or down."""
    space = face.picture(" ")[3] * gap
    wide = random.uniform(-0.04, 0.12) * SIZE
    jitter = random.normal(0.0, 1.0, (len(text), 2)) * random.uniform(0.0, 1.2, 2)
    places, x = [], 0.0
    for letter, (across, along) in zip(text, jitter, strict=True):
        if letter == " ":
            x += space + wide
            continue
        picture = face.picture(letter)
        places.append((x, along, picture))
        x += max(picture[3] + wide + across, 2.0)
    return _set(places, x)


def _set(places: list[tuple[float, float, tuple[np.ndarray, int, int, float]]], end: float) -> np.ndarray:
    """Glyph pictures put at their (x, y): uint8 canvas whose row 0 is the ascender's row less a margin of 0."""
    height = 2 * SIZE + 16
    canvas = np.zeros((height, math.ceil(end) + 3 * SIZE), np.uint8)
    for x, y, (pixels, left, top, _) in places:
        column, row = max(round(x) + left + SIZE // 2, 0), max(round(y) + top, 0)
        spot = canvas[row : row + pixels.shape[0], column : column + pixels.shape[1]]
        np.maximum(spot, pixels[: spot.shape[0], : spot.shape[1]], out=spot)
    inked = np.flatnonzero(canvas.max(axis=0))
    return canvas[:, inked[0] : inked[-1] + 1]


def _pen(drawn: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Strokes thinner or thicker by up to about a pixel on each side."""
    cv2 = require("cv2", extra="read")
    amount = random.uniform(-1.0, 0.8)
    kernel = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    grown = cv2.dilate(drawn, kernel) if amount > 0 else cv2.erode(drawn, kernel)
    return np.asarray(cv2.addWeighted(drawn, 1.0 - abs(amount), grown, abs(amount), 0.0))
