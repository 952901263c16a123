"""Samples that are drawn for shipping: what the model takes, seen by it as writing, the same each time."""

from __future__ import annotations

import numpy as np

from frugal.contract import Artefact
from frugal.runtime.artefact import open_artefact
from frugal.zoo.drawn_samples import drawn_feeds
from frugal.zoo.index import find
from frugal.zoo.loading import load


def test_lines_are_dark_on_light_and_read_about_as_they_are() -> None:
    feeds = drawn_feeds(open_artefact(find("lines-fr-xs")))
    assert feeds is not None
    images = [feed["image"][0] for feed in feeds]
    assert all(image.dtype == np.uint8 and image.shape == (64, 360) and np.median(image) == 255 for image in images)
    read = load("lines-fr-xs").predict(images)
    assert "mar" in read[1].value and "30" in read[1].value


def test_characters_are_light_on_black_and_each_is_another_label() -> None:
    feeds = drawn_feeds(open_artefact(find("chars-xs")))
    assert feeds is not None and len(feeds) == 8
    images = [feed["image"][0] for feed in feeds]
    assert all(image.shape == (28, 28) and np.median(image) == 0 and image.max() > 200 for image in images)
    assert len({image.tobytes() for image in images}) == 8


def test_a_model_without_labels_or_of_numbers_gets_none() -> None:
    artefact = open_artefact(find("chars-xs"))
    floats = [{**artefact.contract["inputs"][0], "dtype": "float32"}]
    for change in ({"labels": []}, {"inputs": floats}):
        assert drawn_feeds(Artefact(path=artefact.path, contract={**artefact.contract, **change})) is None
