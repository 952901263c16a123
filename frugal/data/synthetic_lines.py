"""Text lines drawn with handwriting fonts on the fly: random words, font, hand and paper, the same for the same seed.

Knows no network and no alphabet; what a line says is decided in `line_texts`, the sheet it lies on in `paper`.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from frugal.contract import InputError
from frugal.data.drawn_lines import DrawnLines
from frugal.data.files import below_data
from frugal.data.fonts import BASELINE, ROWS, SIZE, Face, Picture, font_files
from frugal.data.line_source import RawLine
from frugal.data.line_texts import Sentences, read_sentences, written_line
from frugal.data.paper import Paper, check_within, smooth_field
from frugal.extras import require


@dataclass(frozen=True, kw_only=True)
class SyntheticLines(DrawnLines):
    """Lines of random words in random handwriting fonts.

    Attributes:
        fonts: folder with .ttf, .otf, .woff or .woff2 files; a relative one that is not there is looked up below
            $FRUGAL_DATA.
        texts: UTF-8 files, one sentence a line; looked up in the same way.
        count: lines per pass.
        height: of the images in pixels.
        length: shortest and longest line, in characters (about).
        accents: share of lines that get a word with an accented letter, rare letters more often than they are.
        entries: share of lines that get a date, price, number, quote, sign, name or word in capitals.
        capitals: share of lines in nothing but capitals.
        loose: share of lines whose letters are set one by one, with uneven gaps and an uneven baseline.
        slant: degrees, uniform in [-slant, slant].
        wobble: standard deviation of the baseline, in pixels.
        paper: the sheet and the camera.
        seed: of the pass that `stream(None)` gives.
    """

    kind: ClassVar[str] = "synthetic"

    fonts: str
    texts: Sequence[str]
    count: int = 20000
    height: int = 64
    length: tuple[int, int] = (12, 70)
    accents: float = 0.5
    entries: float = 0.4
    capitals: float = 0.03
    loose: float = 0.5
    slant: float = 15.0
    wobble: float = 1.8
    paper: Paper = field(default_factory=Paper)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("accents", "entries", "capitals", "loose"):
            check_within(name, getattr(self, name), 0.0, 1.0)
        check_within("slant", self.slant, 0.0, 60.0)
        check_within("length[0]", self.length[0], 1, self.length[1])

    def fingerprint(self) -> str:
        """Of the contents of fonts and texts and of every argument; where they lie does not matter."""
        digest = hashlib.sha256(repr(replace(self, fonts="", texts=())).encode())
        for path in font_files(below_data(self.fonts)):
            digest.update(f"{path.name} {path.stat().st_size} ".encode() + path.read_bytes())
        digest.update("\n".join(self._sentences.lines).encode())
        return digest.hexdigest()

    @cached_property
    def _faces(self) -> list[Face]:
        return [Face(path) for path in font_files(below_data(self.fonts))]

    @cached_property
    def _sentences(self) -> Sentences:
        return read_sentences([below_data(text) for text in self.texts])

    def _line(self, random: np.random.Generator, name: str) -> RawLine:
        text = written_line(
            self._sentences,
            random,
            length=self.length,
            accents=self.accents,
            entries=self.entries,
            capitals=self.capitals,
        )
        face, text = chosen_face(self._faces, text, random)
        set_line = letter_by_letter if random.random() < self.loose else word_by_word
        ink, baseline, x_height = self._written(set_line(face, text, random), face, random)
        spacing = max(random.uniform(2.6, 3.6) * x_height, 0.6 * self.height)
        image = self.paper(ink, random, baseline=baseline, spacing=spacing)
        return RawLine(image=image, text=text, id=name, writer=f"font-{face.name}", kind="synthetic")

    def _written(self, drawn: np.ndarray, face: Face, random: np.random.Generator) -> tuple[np.ndarray, float, float]:
        """Glyphs uint8 (ROWS, columns) by a human hand: ink (H, W) in [0, 1], row of the baseline, x-height in pixels.

        One map brings them to their height and width, slants them and lets them wander off the baseline.
        """
        cv2 = require("cv2", extra="train")
        top, bottom = _margins(drawn, face.x_height, random)
        scale = self.height / (bottom - top)
        across = scale * random.uniform(0.8, 1.25)
        slant = math.tan(math.radians(random.uniform(-self.slant, self.slant)))
        left, right = (random.uniform(2.0, 24.0) + abs(slant) * self.height / 2 for _ in range(2))
        width = round(drawn.shape[1] * across + left + right)
        points = max(width // self.height, 1) + 2
        columns = np.arange(width, dtype=np.float32)[None] - np.float32(left)
        rows = np.arange(self.height, dtype=np.float32)[:, None]
        from_x = (columns + (rows - np.float32(self.height / 2)) * np.float32(slant)) / np.float32(across)
        from_x += smooth_field((self.height, width), random, points=(3, points)) * np.float32(1.2)
        from_y = smooth_field((self.height, width), random, points=(2, points)) * np.float32(self.wobble)
        from_y += rows / np.float32(scale) + np.float32(top)
        ink = cv2.remap(with_pen(drawn, random), from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return ink * np.float32(1 / 255), (BASELINE - top) * scale, face.x_height * scale


def chosen_face(faces: Sequence[Face], text: str, random: np.random.Generator) -> tuple[Face, str]:
    """A random font that holds all of `text`, else one that holds some of it; and the text as it will be drawn.

    Raises:
        InputError: the font holds none of it.
    """
    holding = [face for face in faces if face.holds(text)] or faces
    face = holding[int(random.integers(len(holding)))]
    drawn = face.drawable(text.upper() if face.is_unicase else text)
    if not drawn:
        raise InputError(f"the font {face.name} holds no character of {text!r}", remedy="take it out of the folder")
    return face, drawn


def word_by_word(face: Face, text: str, random: np.random.Generator) -> np.ndarray:
    """Words as the font joins their letters, uint8 (ROWS, columns); the spaces are nobody's but this line's."""
    space = face.letter(" ").advance * random.uniform(0.8, 1.6)
    placed, x = [], 0.0
    for word in text.split():
        picture = face.word(word)
        placed.append((x, random.normal(0.0, 0.8), picture))
        x += picture.advance + space * random.uniform(0.8, 1.3)
    return _canvas(placed, x)


def letter_by_letter(face: Face, text: str, random: np.random.Generator) -> np.ndarray:
    """Letters further apart or closer than the font wants, each a little up or down, uint8 (ROWS, columns)."""
    space = face.letter(" ").advance * random.uniform(0.8, 1.6)
    wide = random.uniform(-0.04, 0.12) * SIZE
    jitter = random.normal(0.0, 1.0, (len(text), 2)) * random.uniform(0.0, 1.2, 2)
    placed, x = [], 0.0
    for letter, (across, along) in zip(text, jitter, strict=True):
        if letter == " ":
            x += space + wide
            continue
        picture = face.letter(letter)
        placed.append((x, along, picture))
        x += max(picture.advance + wide + across, 2.0)
    return _canvas(placed, x)


def with_pen(drawn: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Strokes uint8 of another pen: thinner or thicker by up to about a pixel on each side."""
    cv2 = require("cv2", extra="train")
    amount = random.uniform(-1.0, 0.8)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    grown = cv2.dilate(drawn, cross) if amount > 0 else cv2.erode(drawn, cross)
    return np.asarray(cv2.addWeighted(drawn, 1.0 - abs(amount), grown, abs(amount), 0.0))


def _canvas(placed: Sequence[tuple[float, float, Picture]], end: float) -> np.ndarray:
    """Pictures at their (x, y), uint8 (ROWS, columns) cut to the inked columns."""
    canvas = np.zeros((ROWS, math.ceil(end) + 4 * SIZE), np.uint8)
    for x, y, picture in placed:
        start, down = max(round(x) + picture.left + SIZE, 0), round(y)
        spot = canvas[max(down, 0) : ROWS + min(down, 0), start : start + picture.pixels.shape[1]]
        pixels = picture.pixels[max(-down, 0) : ROWS - max(down, 0), : spot.shape[1]]
        np.maximum(spot, pixels, out=spot)
    inked = np.flatnonzero(canvas.any(axis=0))
    return canvas[:, inked[0] : inked[-1] + 1]


def _margins(drawn: np.ndarray, x_height: float, random: np.random.Generator) -> tuple[float, float]:
    """First and last row of the line: around its ink, or a whole line's height around little of it."""
    inked = np.flatnonzero(drawn.any(axis=1))
    top = min(float(inked[0]), BASELINE - 1.5 * x_height) - random.uniform(0.02, 0.5) * x_height
    bottom = max(float(inked[-1]), BASELINE + 0.4 * x_height) + random.uniform(0.02, 0.5) * x_height
    return top, bottom
