"""Pages whose lines are known: re-assembled from real handwritten lines, or drawn with fonts.

Re-assembled: one writer per page; spacing, indents, paper, rules, shadows, turn and camera noise are made here, by
other code and from another seed than those of the drawn pages, which are those that the tests draw. Knows no reader.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from frugal.data.line_source import RawLine
from frugal.reading.truth import TrueLine

WIDTH, HEIGHT = 1654, 2339
"""A4 at 200 dpi."""
LEFT, TOP, RIGHT, BOTTOM = 210, 180, 1530, 2200
"""The written area."""
PAPERS = ("plain", "ruled", "margin", "seyes", "squared")
FEWEST = 12
"""Lines of a writer under which no page is made of them."""


@dataclass(frozen=True, eq=False)
class Page:
    """A photo, what stands on it, and the lines it was made of; none where it was drawn as a whole."""

    writer: str
    paper: str
    grey: np.ndarray
    truth: list[TrueLine]
    stored: list[np.ndarray]


def reassembled(lines: Path, *, split: str, kind: str, count: int, seed: int) -> Iterator[Page]:
    """Pages of so many writers, one each, the papers by turns."""
    writers = _writers(lines, split, kind)
    random = np.random.default_rng((seed, 64))
    chosen = random.permutation(sorted(writers))[:count]
    for number, writer in enumerate(chosen):
        yield compose(writer, writers[writer], PAPERS[number % len(PAPERS)], random)


def drawn(count: int) -> Iterator[Page]:
    """Pages in the fonts of $FRUGAL_DATA/fonts, else in Pillow's own: plain, ruled, turned, shaded, in two columns."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.unit.reading.drawn_pages import KINDS, draw_page

    for seed in range(count):
        kind = KINDS[seed % len(KINDS)]
        page = draw_page(seed, **kind)
        truth = [
            TrueLine(text=text, polygon=((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
            for text, (x0, y0, x1, y1) in zip(page.texts, page.boxes, strict=True)
        ]
        paper = " ".join(f"{key}={value}" for key, value in kind.items()) or "plain"
        yield Page(writer="fonts", paper=paper, grey=page.grey, truth=truth, stored=[])


def compose(writer: str, lines: list[RawLine], paper: str, random: np.random.Generator) -> Page:
    """A page of one writer's lines, each once, from top to bottom."""
    ink = np.ones((HEIGHT, WIDTH))
    size = random.uniform(0.85, 1.25)
    pitch = 64 * size * random.uniform(0.9, 1.4)
    y = TOP + random.uniform(0, pitch)
    boxes, kept = [], []
    for place in random.permutation(len(lines)):
        if y + 2 * pitch > BOTTOM:
            break
        strokes = _strokes(decoded(lines[place]), size * random.uniform(0.92, 1.06))
        ragged = random.choice([0, 0, 0, 0, 60, 130])
        x = int(LEFT + ragged + random.normal(0, 6))
        height, width = strokes.shape
        if x + width > RIGHT:
            continue
        down = int(y + random.normal(0, 0.04) * pitch)
        ink[down : down + height, x : x + width] = np.minimum(ink[down : down + height, x : x + width], strokes)
        rows, columns = np.nonzero(strokes < 0.5)
        corners = (x + columns.min(), down + rows.min(), x + columns.max() + 1, down + rows.max() + 1)
        boxes.append(tuple(map(float, corners)))
        kept.append(lines[place])
        y += pitch * (1.0 if random.random() < 0.92 else 1.7)
    grey, turned = _photographed(ink, _sheet(paper, pitch, random), boxes, random)
    truth = [TrueLine(text=line.text, polygon=polygon) for line, polygon in zip(kept, turned, strict=True)]
    return Page(writer=writer, paper=paper, grey=grey, truth=truth, stored=[decoded(line) for line in kept])


def _strokes(line: np.ndarray, size: float) -> np.ndarray:
    """A stored line as transmission, 0 ink to 1 paper, at another size."""
    shape = (max(1, round(line.shape[1] * size)), max(1, round(line.shape[0] * size)))
    return np.asarray(Image.fromarray(line).resize(shape, Image.Resampling.BICUBIC), float) / 255


def _sheet(paper: str, pitch: float, random: np.random.Generator) -> np.ndarray:
    """Transmission of the printed paper, (HEIGHT, WIDTH)."""
    sheet = np.full((HEIGHT, WIDTH), 1.0)
    step = {"ruled": pitch, "margin": pitch, "seyes": pitch / 4, "squared": pitch / 2}.get(paper)
    if step is None:
        return sheet
    for number, y in enumerate(np.arange(random.uniform(0, step), HEIGHT - 3, step)):
        heavy = paper != "seyes" or number % 4 == 0
        sheet[int(y) : int(y) + (2 if heavy else 1)] *= random.uniform(0.66, 0.72) if heavy else 0.85
    if paper in ("seyes", "squared"):
        across = step * (4 if paper == "seyes" else 1)
        for x in np.arange(random.uniform(0, across), WIDTH - 3, across):
            sheet[:, int(x) : int(x) + 2] *= 0.78
    if paper in ("margin", "seyes"):
        sheet[:, LEFT - 40 : LEFT - 37] *= 0.6
    return sheet


def _photographed(
    ink: np.ndarray, sheet: np.ndarray, boxes: list[tuple[float, ...]], random: np.random.Generator
) -> tuple[np.ndarray, list[tuple[tuple[float, float], ...]]]:
    """Ink on paper, turned a little, under uneven light, with grain; and the corners of the boxes after the turn."""
    scene = Image.fromarray((ink**0.8 * sheet * 238).astype(np.uint8))
    degrees = float(random.uniform(-2.5, 2.5))
    scene = scene.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=238)
    light = np.asarray(_light(random), float) / 255
    grain = random.normal(0, 4, (HEIGHT, WIDTH))
    grey = np.clip(np.asarray(scene, float) * light + grain, 0, 255).astype(np.uint8)
    angle = np.deg2rad(-degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([WIDTH, HEIGHT]) / 2
    turned = []
    for x0, y0, x1, y1 in boxes:
        corners = (np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) - middle) @ turn.T + middle
        turned.append(tuple((float(x), float(y)) for x, y in corners))
    return grey, turned


def _light(random: np.random.Generator) -> Image.Image:
    """Light that falls off to one side, and the soft shadow of a hand or phone from the other."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    slope = random.uniform(-1, 1, 2)
    fall = 0.85 + 0.15 * (slope[0] * (x / WIDTH - 0.5) + slope[1] * (y / HEIGHT - 0.5)) * 2
    centre, reach = random.uniform(0.2, 0.8, 2) * (WIDTH, HEIGHT), random.uniform(350, 800, 2)
    inside = ((x - centre[0]) / reach[0]) ** 2 + ((y - centre[1]) / reach[1]) ** 2 < 1
    shadow = Image.fromarray(np.where(inside, 255 * random.uniform(0.55, 0.8), 255).astype(np.uint8))
    soft = np.asarray(shadow.filter(ImageFilter.GaussianBlur(random.uniform(8, 60))), float)
    return Image.fromarray(np.clip(fall * soft, 0, 255).astype(np.uint8))


def _writers(lines: Path, split: str, kind: str) -> dict[str, list[RawLine]]:
    """The lines of every writer who has enough of them."""
    writers: dict[str, list[RawLine]] = {}
    for line in open_lines(lines).stream(None):
        if line.split in (split, None) and line.kind in (kind, None):
            writers.setdefault(line.writer or "unknown", []).append(line)
    return {writer: found for writer, found in writers.items() if len(found) >= FEWEST}
