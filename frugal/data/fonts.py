"""Handwriting fonts: which characters one holds, and pictures of its letters and words on one common canvas.

Knows no text, no paper and no line.

Shapes: `ROWS` the rows of every picture; the writing line is the row `BASELINE` of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from frugal.contract import InputError

SIZE = 56
"""Pixels per em."""
BASELINE = 2 * SIZE
ROWS = 3 * SIZE
OVERHANG = SIZE
"""Columns left of the pen's start and right of its end, for letters that reach over them."""
FORMATS = (".ttf", ".otf", ".woff", ".woff2")
ABSENT = "\U0010fffe"
"""A code point that no font can hold: it is drawn as the font's sign for a missing character."""


@dataclass(frozen=True)
class Picture:
    """A letter or word as it was drawn.

    Attributes:
        pixels: uint8 (ROWS, columns), ink is 255, cut to the inked columns.
        left: from the pen's start to the first of these columns.
        advance: from the pen's start to its end, in pixels.
    """

    pixels: np.ndarray
    left: int
    advance: float


class Face:
    """One font, with the pictures of the letters that were drawn already.

    Attributes:
        name: the file's name without its ending.
        x_height: of the letter x, in pixels.
        is_unicase: whether its small letters are capitals: b and d rise no higher than a and c.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._font = ImageFont.truetype(str(path), SIZE)
        except OSError as error:
            raise InputError(f"{path} is no font", allowed=", ".join(FORMATS), remedy="take the file away") from error
        self.name = path.stem
        self.x_height = max(self._height("x"), 1.0)
        low, high = (sum(map(self._height, letters)) for letters in ("aceo", "bdhk"))
        self.is_unicase = low > 0.85 * high
        self._absent = bytes(self._font.getmask(ABSENT))
        self._held: dict[str, bool] = {" ": True}
        self._letters: dict[str, Picture] = {}

    def holds(self, text: str) -> bool:
        """Whether the font draws every character, and not nothing or its sign for a missing one."""
        return all(self._has(letter) for letter in set(text))

    def drawable(self, text: str) -> str:
        """`text` without the characters that the font lacks."""
        return " ".join("".join(letter for letter in text if self._has(letter)).split())

    def word(self, text: str) -> Picture:
        """Several letters, joined and spaced as the font wants."""
        advance = float(self._font.getlength(text))
        canvas = Image.new("L", (math.ceil(advance) + 2 * OVERHANG, ROWS))
        ImageDraw.Draw(canvas).text((OVERHANG, BASELINE), text, fill=255, font=self._font, anchor="ls")
        pixels = np.asarray(canvas)
        inked = np.flatnonzero(pixels.any(axis=0))
        if not len(inked):
            return Picture(pixels[:, :0], 0, advance)
        return Picture(pixels[:, inked[0] : inked[-1] + 1], int(inked[0]) - OVERHANG, advance)

    def letter(self, text: str) -> Picture:
        """One letter by itself."""
        if text not in self._letters:
            self._letters[text] = self.word(text)
        return self._letters[text]

    def _has(self, letter: str) -> bool:
        if letter not in self._held:
            mask = bytes(self._font.getmask(letter))
            self._held[letter] = any(mask) and mask != self._absent
        return self._held[letter]

    def _height(self, letter: str) -> float:
        _, top, _, bottom = self._font.getbbox(letter)
        return float(bottom - top)


def font_files(folder: Path) -> list[Path]:
    """The fonts of a folder in the order of their names.

    Raises:
        InputError: there is none.
    """
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in FORMATS)
    if not files:
        raise InputError(
            f"no font in {folder}",
            allowed=f"a folder with {', '.join(FORMATS)} files",
            remedy="free handwriting fonts with accents, such as Caveat, Dancing Script, Kalam (SIL OFL)",
        )
    return files
