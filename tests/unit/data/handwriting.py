"""A font, sentences and pen-stroke words that tests write themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import ImageFont

SENTENCES = (
    "Le garçon préfère où naît l'été, naïf comme Noël.",
    "Une ligne sans accent suit les autres lignes de ce texte.",
    "Il dit « bonjour » à la voisine ; elle répond.",
)


def write_font(folder: Path, name: str = "hand.ttf") -> Path:
    """The font that Pillow brings along, as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(ImageFont.load_default(20).font_bytes)
    return folder / name


def write_sentences(path: Path, lines: tuple[str, ...] = SENTENCES) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def upright(columns: int, height: int) -> list[np.ndarray]:
    """One upright stroke per letter, 40 units apart, from y = 0 down to `height`."""
    y = np.linspace(0, height, 12)
    return [np.stack([np.full(12, 40.0 * column), y], axis=1) for column in range(columns)]


def write_words(path: Path, items: list[tuple[str, int, int]], points: list[list[np.ndarray]] | None = None) -> Path:
    """`unipen_words.npz` with (text, writer, split) items; each letter is one upright stroke unless `points` says."""
    strokes = points or [upright(len(text), 95) for text, _, _ in items]
    flat = [stroke for word in strokes for stroke in word]
    x, y = np.concatenate(flat).round().astype(int).T
    ends = np.zeros(len(x), bool)
    ends[np.cumsum([len(stroke) for stroke in flat]) - 1] = True
    sizes = [sum(len(stroke) for stroke in word) for word in strokes]
    texts, writers, splits = zip(*items, strict=True)
    np.savez_compressed(
        path,
        x=x.astype(np.int16),
        y=y.astype(np.uint8),
        stroke_end=ends,
        offsets=np.cumsum([0, *sizes]).astype(np.int32),
        text=np.array(texts),
        writer=np.array(writers, np.int16),
        split=np.array(splits, np.uint8),
        splits=np.array(["train", "val", "test"]),
    )
    return path


def write_characters(
    path: Path, items: list[tuple[str, int, int, float]], points: dict[int, list[np.ndarray]] | None = None
) -> Path:
    """`unipen_strokes.npz` with (label, writer, split, rel_height) items; each is one upright stroke, unless said."""
    strokes = [(points or {}).get(number, upright(1, 255)) for number in range(len(items))]
    flat = [stroke for character in strokes for stroke in character]
    ends = np.zeros(sum(map(len, flat)), bool)
    ends[np.cumsum([len(stroke) for stroke in flat]) - 1] = True
    sizes = [sum(len(stroke) for stroke in character) for character in strokes]
    labels, writers, splits, heights = zip(*items, strict=True)
    np.savez_compressed(
        path,
        points=np.concatenate(flat).round().astype(np.uint8),
        stroke_end=ends,
        offsets=np.cumsum([0, *sizes]).astype(np.int32),
        label=np.array(labels),
        writer=np.array(writers, np.int16),
        rel_height=np.array(heights, np.float16),
        split=np.array(splits, np.uint8),
        splits=np.array(["train", "val", "test"]),
    )
    return path
