"""Pages of text drawn by code, with the box of each line known: plain or ruled paper, columns, skew, shadow.

Drawn with Pillow's own font, or with the fonts of `$FRUGAL_DATA/fonts` where that is set.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SENTENCES = (
    "Je soussigné certifie que l'élève était présent",
    "Où vas-tu si tôt, à pied, sous la neige ?",
    "Le garçon a reçu sept lettres hier",
    "grève générale : plus de trains jusqu'à jeudi",
    "Ma chère tante, voilà déjà trois semaines",
    "que nous sommes arrivés au bord de la mer",
    "Le goût du café, le bruit des vagues",
    "Paul jouait du piano dès l'aube",
    "3 kg de pommes, 12 œufs et du beurre",
    "Il fallait payer 45,80 francs par personne",
    "Noël approche, gare aux dépenses !",
    "On dîne à huit heures",
    "p. s.",
)
KINDS: list[dict[str, Any]] = [
    {},
    {"rules": "lines"},
    {"rules": "seyes"},
    {"skew": 3.0},
    {"skew": -2.0, "rules": "lines"},
    {"shadow": 0.6},
    {"shadow": 0.4, "rules": "seyes"},
    {"spacing": 1.25},
    {"columns": 2},
    {"lines": 3, "rules": "lines"},
]
"""How pages are drawn to count what is found."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, eq=False)
class DrawnPage:
    """`grey` uint8 (H, W); `boxes` and `texts` of its lines, column by column."""

    grey: np.ndarray
    boxes: list[Box]
    texts: list[str]


def draw_page(
    seed: int,
    *,
    lines: int = 14,
    rules: str = "none",
    columns: int = 1,
    skew: float = 0.0,
    shadow: float = 0.0,
    spacing: float = 1.6,
    size: int = 26,
) -> DrawnPage:
    """`lines` lines a column; `rules` is none, lines or seyes; `skew` in degrees, `shadow` a share of light."""
    random = np.random.default_rng((11, seed))
    font = _font(random, size)
    pitch = spacing * size
    width, margin = 60 + columns * 30 * size // 2, 2 * size
    height = int(2 * margin + (lines + 1) * pitch)
    ink = Image.new("L", (width, height), 255)
    boxes: list[Box] = []
    texts: list[str] = []
    for column in range(columns):
        left = margin + column * (width - margin) // columns
        room = (width - margin) // columns - margin
        for row in range(lines):
            text = _fitting(str(random.choice(SENTENCES)), font, room)
            indent = int(random.uniform(0, room - font.getlength(text))) if random.random() < 0.3 else 0
            place = (left + indent, margin + row * pitch + random.uniform(-0.06, 0.06) * pitch)
            boxes.append(_write(ink, place, text, font))
            texts.append(text)
    grey = np.minimum(np.asarray(ink, float), _paper(random, rules, width, height, pitch)) * 0.9
    turned, moved = _turned(grey, boxes, skew)
    light = 1 - shadow * np.linspace(0, 1, turned.shape[1])[None, :] * np.linspace(0.3, 1, turned.shape[0])[:, None]
    noisy = turned * light + random.normal(0, 3, turned.shape)
    return DrawnPage(np.clip(noisy, 0, 255).astype(np.uint8), moved, texts)


def _font(random: np.random.Generator, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    shelf = Path(os.environ.get("FRUGAL_DATA", "")) / "fonts"
    files = sorted(shelf.glob("*.ttf")) if os.environ.get("FRUGAL_DATA") else []
    return ImageFont.truetype(str(random.choice(files)), size) if files else ImageFont.load_default(size)


def _fitting(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    while font.getlength(text) > room:
        text = text.rpartition(" ")[0]
    return text


def _write(ink: Image.Image, place: tuple[float, float], text: str, font: ImageFont.FreeTypeFont) -> Box:
    layer = Image.new("L", ink.size, 255)
    ImageDraw.Draw(layer).text(place, text, font=font, fill=20)
    ink.paste(20, mask=layer.point(lambda value: 255 - value))
    rows, columns = np.nonzero(np.asarray(layer) < 128)
    return (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))


def _paper(random: np.random.Generator, rules: str, width: int, height: int, pitch: float) -> np.ndarray:
    paper = np.full((height, width), 250.0)
    if rules == "none":
        return paper
    steps = 4 if rules == "seyes" else 1
    for number, y in enumerate(np.arange(random.uniform(0, pitch), height - 2, pitch / steps)):
        paper[int(y) : int(y) + 2] = 165 if number % steps == 0 else 205
    if rules == "seyes":
        for x in np.arange(random.uniform(0, pitch), width - 2, pitch):
            paper[:, int(x) : int(x) + 1] = 190
    paper[:, 40:42] = 150
    return paper


def _turned(grey: np.ndarray, boxes: list[Box], skew: float) -> tuple[np.ndarray, list[Box]]:
    """Image and boxes after a clockwise turn; a box becomes the upright box around its turned corners."""
    if not skew:
        return grey, boxes
    turned = Image.fromarray(grey.astype(np.uint8)).rotate(-skew, Image.Resampling.BILINEAR, fillcolor=225)
    angle = np.deg2rad(skew)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([grey.shape[1], grey.shape[0]]) / 2
    moved = []
    for left, top, right, bottom in boxes:
        corners = (np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) - middle) @ turn.T + middle
        moved.append((*map(float, corners.min(axis=0)), *map(float, corners.max(axis=0))))
    return np.asarray(turned, float), moved


def found(page: DrawnPage, polygons: list[tuple[tuple[float, float], ...]]) -> int:
    """How many lines have a polygon of their own whose upright box overlaps theirs by half (intersection / union)."""
    free = [(min(x), min(y), max(x), max(y)) for x, y in (zip(*polygon, strict=True) for polygon in polygons)]
    count = 0
    for box in page.boxes:
        best = max(free, key=lambda other: _overlap(box, other), default=None)
        if best is not None and _overlap(box, best) >= 0.5:
            free.remove(best)
            count += 1
    return count


def _overlap(a: Box, b: Box) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    union = sum((right - left) * (bottom - top) for left, top, right, bottom in (a, b)) - width * height
    return width * height / union
