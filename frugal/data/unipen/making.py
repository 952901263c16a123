"""Writes `chars/unipen_images28.npz`, `chars/unipen_strokes.npz` and `ink/unipen_words.npz` from UNIPEN's distribution.

Characters: points in a box of 255, images as in `drawing`, `rel_height` = height / the median height of the writer's
digits and letters. A digit or letter fills the box; a symbol that is smaller than that median keeps its size beside it,
or a full stop would be as large as an O. Words: y from 0 to 96, x from 0 in the same unit, points that lie closer than
STEP to the one before left out. Flat arrays; item i is [offsets[i], offsets[i + 1]); y points down.

The split is by writer: `val` are those whose name, in lower case, has a SHA-256 in the lowest fifth of all values. The
contributor does not count, so one name is on one side however often it occurs.

Knows no format of the sources and no loader.
"""

from __future__ import annotations

import hashlib
import math
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.data.pen_strokes import Strokes
from frugal.data.unipen.collecting import Collection, Item, collect
from frugal.data.unipen.drawing import SIDE, centred, draw, extent

FILES = ("chars/unipen_images28.npz", "chars/unipen_strokes.npz", "ink/unipen_words.npz")
SPLITS = ("train", "val", "test")
VALIDATION_SHARE = 0.2
CLASSES = {"digit": string.digits, "upper": string.ascii_uppercase, "lower": string.ascii_lowercase}
SYMBOL = "symbol"
BOX = 255
SYMBOL_SHARE = 0.85
"""Of the box of stored points that a symbol fills at most; its image fills the whole box."""
HEIGHT = 96
STEP = 3.0
WIDEST = int(np.iinfo(np.int16).max)

Arrays = dict[str, np.ndarray]
Writers = Mapping[tuple[str, str], int]
"""(Contributor, name) -> number."""


def make(folder: Path, out: Path) -> Collection:
    """The three files below `out`, made from the unpacked distribution `folder`; what was taken and what was not.

    Files of these names that lie there already are replaced when all three are complete.

    Raises:
        InputError: `folder` is not the distribution, or `out` cannot be written.
    """
    _check_out(out)
    collection = collect(folder)
    both = [*collection.characters, *collection.words]
    writers = {key: number for number, key in enumerate(sorted({(item.source, item.writer) for item in both}))}
    images, strokes = character_arrays(collection.characters, writers)
    _write(out, dict(zip(FILES, (images, strokes, word_arrays(collection.words, writers)), strict=True)))
    return collection


def character_arrays(items: Sequence[Item], writers: Writers) -> tuple[Arrays, Arrays]:
    """The arrays of `unipen_images28.npz` and of `unipen_strokes.npz`, whose rows are the same characters."""
    items = sorted(items, key=lambda item: writers[item.source, item.writer])
    categories = np.array([_category(item.label) for item in items])
    owners = np.array([writers[item.source, item.writer] for item in items])
    extents = np.array([extent(item.strokes) for item in items])
    usual = _usual_heights(extents[:, 1], owners, categories != SYMBOL)
    images = np.zeros((len(items), SIDE, SIDE), np.uint8)
    kept: list[Strokes] = []
    for row, item in enumerate(items):
        is_symbol = categories[row] == SYMBOL
        size = float(max(*extents[row], usual[row] if is_symbol else 0.0))
        images[row] = draw(item.strokes, size)
        kept.append(_boxed(item.strokes, size, BOX * (SYMBOL_SHARE if is_symbol else 1.0)))
    names = [*CLASSES, SYMBOL]
    shared = _shared(items, writers) | {
        "label": np.array([item.label for item in items], "<U1"),
        "cat": np.array([names.index(name) for name in categories], np.uint8),
        "cats": np.array(names),
    }
    heights = np.divide(extents[:, 1], usual, out=np.zeros(len(items)), where=usual > 0)
    limited = np.minimum(heights, float(np.finfo(np.float16).max)).astype(np.float16)
    points = np.concatenate([part.points for part in kept]).astype(np.uint8)
    return {"images": images} | shared, _flat(kept) | {"points": points, "rel_height": limited} | shared


def word_arrays(items: Sequence[Item], writers: Writers) -> Arrays:
    """The arrays of `unipen_words.npz`; what is a flat line or wider than int16 holds is left out."""
    items = sorted(items, key=lambda item: writers[item.source, item.writer])
    scaled = [(item, _scaled(item.strokes)) for item in items if _is_scalable(item.strokes)]
    items, kept = [item for item, _ in scaled], [strokes for _, strokes in scaled]
    if not items:
        raise InputError("no word has a height", remedy="unpack the distribution again")
    points = np.concatenate([part.points for part in kept])
    return (
        _flat(kept)
        | {"x": points[:, 0].astype(np.int16), "y": points[:, 1].astype(np.uint8)}
        | {"text": np.array([item.label for item in items], "<U64")}
        | _shared(items, writers)
        | {"is_text_line": np.array([item.is_text_line for item in items], bool)}
    )


def split_of(writer: str) -> str:
    """`train` or `val`, of the name alone.

    >>> split_of("gs"), split_of("KEES"), split_of("kees")
    ('train', 'val', 'val')
    """
    digest = hashlib.sha256(writer.casefold().encode()).digest()
    return "val" if int.from_bytes(digest[:8], "big") < VALIDATION_SHARE * 2**64 else "train"


def _check_out(out: Path) -> None:
    """Before the long work: whether files can be made there."""
    try:
        for name in FILES:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            _unfinished(out / name).touch()
            _unfinished(out / name).unlink()
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror})", remedy="another folder for OUT") from error


def _write(out: Path, files: Mapping[str, Arrays]) -> None:
    try:
        for name, arrays in files.items():
            named: dict[str, Any] = dict(arrays)
            with _unfinished(out / name).open("wb") as file:
                np.savez_compressed(file, **named)
        for name in files:
            _unfinished(out / name).replace(out / name)
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror})", remedy="another folder for OUT") from error


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _category(label: str) -> str:
    return next((name for name, labels in CLASSES.items() if label in labels), SYMBOL)


def _usual_heights(heights: np.ndarray, owners: np.ndarray, is_letter: np.ndarray) -> np.ndarray:
    """Per character the median height of its writer's digits and letters; of all where he wrote symbols alone."""
    usual = np.zeros(len(heights))
    for owner in np.unique(owners):
        own = owners == owner
        known = own & is_letter if (own & is_letter).any() else own
        usual[own] = np.median(heights[known])
    return usual


def _boxed(strokes: Strokes, size: float, box: float) -> Strokes:
    """Whole numbers in [0, BOX], the middle at half of it, without points equal to the one before in their stroke."""
    points = np.rint(0.5 * BOX + box * centred(strokes, size)).clip(0, BOX)
    return _thinned(Strokes(points, strokes.ends), 0.5)


def _is_scalable(strokes: Strokes) -> bool:
    width, height = extent(strokes)
    return height > 0 and len(strokes.points) > 1 and width / height * HEIGHT < WIDEST


def _scaled(strokes: Strokes) -> Strokes:
    unit = HEIGHT / extent(strokes)[1]
    thin = _thinned(Strokes((strokes.points - strokes.points.min(axis=0)) * unit, strokes.ends), STEP)
    return Strokes(np.rint(thin.points - thin.points.min(axis=0)), thin.ends)


def _thinned(strokes: Strokes, step: float) -> Strokes:
    """Without points nearer than `step` to the last one kept of their stroke; a stroke's end stays where it differs."""
    x, y = strokes.points.T.tolist()
    kept: list[int] = []
    ends: list[int] = []
    begin = 0
    for end in (np.flatnonzero(strokes.ends) + 1).tolist():
        last = begin
        kept.append(begin)
        for number in range(begin + 1, end):
            if math.hypot(x[number] - x[last], y[number] - y[last]) >= step:
                kept.append(number)
                last = number
        if (x[end - 1], y[end - 1]) != (x[last], y[last]):
            kept.append(end - 1)
        ends.append(len(kept) - 1)
        begin = end
    is_end = np.zeros(len(kept), bool)
    is_end[ends] = True
    return Strokes(strokes.points[kept], is_end)


def _flat(kept: Sequence[Strokes]) -> Arrays:
    return {
        "offsets": np.cumsum([0, *(len(strokes.points) for strokes in kept)]).astype(np.int32),
        "stroke_end": np.concatenate([strokes.ends for strokes in kept]),
    }


def _shared(items: Sequence[Item], writers: Writers) -> Arrays:
    """What characters and words say in the same way of writer, contributor and split."""
    sources = sorted({item.source for item in items})
    return {
        "writer": np.array([writers[item.source, item.writer] for item in items], np.int16),
        "source": np.array([sources.index(item.source) for item in items], np.uint8),
        "sources": np.array(sources),
        "split": np.array([SPLITS.index(split_of(item.writer)) for item in items], np.uint8),
        "splits": np.array(SPLITS),
    }
