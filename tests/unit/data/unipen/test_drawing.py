"""Characters as images: in the middle, filling the box, and like those of a published preparation."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from frugal.data.files import read_npz
from frugal.data.pen_strokes import Strokes
from frugal.data.unipen.drawing import draw

SHELF = Path(os.environ.get("FRUGAL_DATA", "")) / "chars"


def stroke(*points: tuple[float, float]) -> Strokes:
    return Strokes(np.array(points, np.float32), np.arange(len(points)) == len(points) - 1)


def test_a_bar_stands_in_the_middle_from_edge_to_edge() -> None:
    image = draw(stroke((500, 20), (500, 90)), 70)
    rows, columns = np.nonzero(image)
    assert image.dtype == np.uint8
    assert image.shape == (28, 28)
    assert image.max() == 255
    assert (rows.min(), rows.max()) == (1, 26)
    assert set(columns) <= {12, 13, 14, 15}


def test_smaller_than_the_size_is_smaller() -> None:
    assert np.nonzero(draw(stroke((0, 0), (0, 35)), 70))[0].min() > 6


def test_a_dot_without_size_is_a_dot_in_the_middle() -> None:
    rows, columns = np.nonzero(draw(stroke((3, 3)), 0))
    assert {*rows, *columns} <= {12, 13, 14, 15}


def test_strokes_are_not_joined() -> None:
    strokes = Strokes(np.array([[0, 0], [0, 10], [10, 0], [10, 10]], np.float32), np.array([False, True] * 2))
    assert not draw(strokes, 10)[:, 9:19].any()


@pytest.mark.skipif(not (SHELF / "unipen_strokes.npz").is_file(), reason="no characters in $FRUGAL_DATA/chars")
def test_images_are_those_of_the_published_preparation() -> None:
    names = ("points", "stroke_end", "offsets", "cat")
    points, ends, offsets, category = read_npz(SHELF / "unipen_strokes.npz", names).values()
    images = read_npz(SHELF / "unipen_images28.npz", ("images",))["images"]
    rows = np.random.default_rng(1).choice(len(images), 300, replace=False)
    spans = [slice(offsets[row], offsets[row + 1]) for row in rows]
    sizes = np.where(category[rows] == 3, 255 * 0.85, 255)  # stored symbols fill a part of the box only
    strokes = [Strokes(points[span].astype(np.float32), ends[span]) for span in spans]
    drawn = [draw(part, float(size)) for part, size in zip(strokes, sizes, strict=True)]
    assert np.abs(np.array(drawn, float) - images[rows]).mean() < 1.2
