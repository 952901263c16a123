"""A contact sheet: some lines of a set with their texts on one picture, those with something wrong first.

Knows lines and what is wrong with them; judges nothing. Kept small in memory: images are shrunk as they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from frugal import text
from frugal.data.line_source import RawLine

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

LINES = 40
COLUMNS = 2
FLAGGED = 3
"""Lines shown of each thing that is wrong."""
CELL_WIDTH, IMAGE_HEIGHT, TEXT_HEIGHT, GAP = 760, 56, 20, 12
INK, FAINT, ALARM, GROUND, FRAME = "#1a1a1a", "#767676", "#b00020", "#ffffff", "#d8d8d8"
FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf", "Arial Unicode.ttf")
"""Those of Linux, Windows and macOS that hold accents; Pillow looks where the system keeps its fonts."""


@dataclass(frozen=True)
class Shown:
    """One cell: pixels uint8 (h, w) that fit, None where they cannot be read; what stands below them, and in red."""

    pixels: np.ndarray | None
    text: str
    id: str
    problems: tuple[str, ...]


@dataclass
class ContactSheet:
    """Lines chosen as they pass: the first FLAGGED of each problem, a fair sample of all others (Vitter 1985, R)."""

    random: np.random.Generator
    flagged: list[Shown] = field(default_factory=list)
    sample: list[Shown] = field(default_factory=list)
    passed: int = 0

    def add(self, line: RawLine, pixels: np.ndarray | None, problems: Sequence[str]) -> None:
        """Keep the line, or not."""
        counts = [sum(name in other.problems for other in self.flagged) for name in problems]
        if counts and min(counts) < FLAGGED and len(self.flagged) < LINES:
            self.flagged.append(_shown(line, pixels, problems))
            return
        self.passed += 1
        if len(self.sample) < LINES:
            self.sample.append(_shown(line, pixels, problems))
        elif (place := int(self.random.integers(self.passed))) < LINES:
            self.sample[place] = _shown(line, pixels, problems)

    def draw(self) -> Image.Image:
        """The picture, RGB."""
        from PIL import Image, ImageDraw

        cells = [*self.flagged, *self.sample][:LINES]
        rows = -(-len(cells) // COLUMNS)
        step = IMAGE_HEIGHT + TEXT_HEIGHT + GAP
        sheet = Image.new("RGB", (COLUMNS * (CELL_WIDTH + GAP) + GAP, rows * step + GAP), GROUND)
        draw, font = ImageDraw.Draw(sheet), _font()
        for place, cell in enumerate(cells):
            corner = (GAP + place // rows * (CELL_WIDTH + GAP), GAP + place % rows * step)
            _draw(sheet, draw, font, cell, corner)
        return sheet


def _shown(line: RawLine, pixels: np.ndarray | None, problems: Sequence[str]) -> Shown:
    return Shown(None if pixels is None else _fitted(pixels), line.text, line.id, tuple(problems))


def _fitted(pixels: np.ndarray) -> np.ndarray:
    """Shrunk, if needed, to IMAGE_HEIGHT and CELL_WIDTH; the proportions stay."""
    from PIL import Image

    height, width = pixels.shape
    scale = min(1.0, IMAGE_HEIGHT / height, CELL_WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def _draw(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, font: Font | None, cell: Shown, corner: tuple[int, int]
) -> None:
    from PIL import Image, ImageFont

    left, top = corner
    if cell.pixels is not None:
        height, width = cell.pixels.shape
        sheet.paste(Image.fromarray(cell.pixels), (left, top))
        draw.rectangle((left - 1, top - 1, left + width, top + height), outline=ALARM if cell.problems else FRAME)
    note = "; ".join([*cell.problems, cell.id])
    small = font or ImageFont.load_default(14)
    written = cell.text if font else text.accents(cell.text)
    below = top + IMAGE_HEIGHT + 1
    room = CELL_WIDTH - draw.textlength(note, font=small) - GAP
    draw.text((left, below), _shortened(draw, small, written, room), font=small, fill=INK)
    draw.text((left + CELL_WIDTH, below), note, font=small, fill=ALARM if cell.problems else FAINT, anchor="ra")


def _shortened(draw: ImageDraw.ImageDraw, font: Font, written: str, room: float) -> str:
    """As much of the beginning as fits."""
    shown = " ".join(written.split())
    while len(shown) > 1 and draw.textlength(shown, font=font) > room:
        shown = f"{shown[:-2]}…" if font else shown[:-1]
    return shown


def _font() -> Font | None:
    """A font of this system that holds accents; None where there is none, then letters are drawn without accents."""
    from PIL import ImageFont

    for name in FONTS:
        try:
            return ImageFont.truetype(name, 14)
        except OSError:
            continue
    return None
