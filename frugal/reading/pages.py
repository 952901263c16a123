"""A page read: its lines found or given, each cut and read alone, with places of words and characters on the page.

Knows a reader as a function of images; knows no file and no format.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError, Prediction
from frugal.pagexml import Points
from frugal.reading.cutting import LineImage, line_image, whole_image
from frugal.reading.finding import LOWEST, PageLine, lines_on, sheet_of
from frugal.reading.loading import PageImage
from frugal.reading.paper import flattened, light_of, without_print

ALONE = 2.5
"""An image that is at most so many times as high as the one line found on it was cut around that line."""


Predict = Callable[[list[np.ndarray]], list[Prediction]]
"""Line images, uint8 (h, w), into texts: `Reader.predict` of a model of the task lines."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A character, or a word: `polygon` on the page, clockwise from the top left; `confidence` None where unknown."""

    text: str
    polygon: Points
    confidence: float | None


@dataclass(frozen=True, kw_only=True)
class Word(Part):
    """A word with its characters."""

    characters: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class ReadLine:
    """A line of the page with what it says.

    Attributes:
        polygon, baseline, block: as in `PageLine`.
        confidence: of the whole text; None where nothing could be read.
        words, characters: in order; a space belongs to no word.
    """

    polygon: Points
    baseline: Points
    block: int
    text: str
    confidence: float | None
    words: tuple[Word, ...]
    characters: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class ReadPage:
    """A page and its lines in reading order; sizes and points in its pixels."""

    path: Path
    number: int
    count: int
    width: int
    height: int
    lines: tuple[ReadLine, ...]


def read_page(page: PageImage, predict: Predict, *, given: Sequence[PageLine] | None = None) -> ReadPage:
    """Read a page; `given` are its lines where they are known, else they are found.

    Raises:
        InputError: a line that the reader refuses; names the file.
    """
    height, width = page.grey.shape
    lines, images = _cut(page.grey, given)
    readable = [image for image in images if image is not None]
    try:
        predictions = iter(predict([image.pixels for image in readable]))
    except InputError as error:
        raise InputError(f"{page.path}: {error}") from error
    read = [
        _unread(line) if image is None else _read(line, image, next(predictions))
        for line, image in zip(lines, images, strict=True)
    ]
    return ReadPage(path=page.path, number=page.number, count=page.count, width=width, height=height, lines=tuple(read))


def _cut(grey: np.ndarray, given: Sequence[PageLine] | None) -> tuple[list[PageLine], list[LineImage | None]]:
    sheet = sheet_of(grey) if min(grey.shape) >= LOWEST else None
    lines = list(given) if given is not None else lines_on(sheet) if sheet is not None else []
    if given is None and _is_one_line(grey, lines):
        height, width = grey.shape
        frame = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
        return [PageLine(polygon=frame, baseline=lines[0].baseline)], [whole_image(grey)]
    if not lines:
        return [], []
    flat = flattened(grey, light_of(grey))
    printed = sheet.printed(grey.shape) if sheet is not None else None
    if printed is not None:
        flat = without_print(flat, printed)
    return lines, [line_image(flat, line.polygon, line.baseline) for line in lines]


def _is_one_line(grey: np.ndarray, lines: Sequence[PageLine]) -> bool:
    """Whether the image was cut around a single line: then the reader gets it as it is."""
    if len(lines) != 1:
        return False
    heights = [y for _, y in lines[0].polygon]
    return bool(grey.shape[0] <= ALONE * (max(heights) - min(heights)))


def _read(line: PageLine, image: LineImage, prediction: Prediction) -> ReadLine:
    """Places of words and characters: a prediction of text has one span per character, in pixels of the line."""
    text = str(prediction.value)
    sure = getattr(prediction, "confidences", ()) or [None] * len(text)
    characters = [
        Part(text=character, polygon=image.box(*span), confidence=share)
        for character, span, share in zip(text, prediction.spans, sure, strict=True)
    ]
    return ReadLine(
        polygon=line.polygon,
        baseline=line.baseline,
        block=line.block,
        text=text,
        confidence=float(prediction.confidence),
        words=tuple(_words(prediction, image, characters)),
        characters=tuple(characters),
    )


def _words(prediction: Prediction, image: LineImage, characters: Sequence[Part]) -> Iterator[Word]:
    """The words that the decoder tells apart: runs without a space, in order."""
    inked = iter([character for character in characters if character.text != " "])
    for word in getattr(prediction, "words", ()):
        own = tuple(itertools.islice(inked, len(word.text)))
        yield Word(text=word.text, polygon=image.box(*word.span), confidence=word.confidence, characters=own)


def _unread(line: PageLine) -> ReadLine:
    return ReadLine(
        polygon=line.polygon,
        baseline=line.baseline,
        block=line.block,
        text="",
        confidence=None,
        words=(),
        characters=(),
    )
