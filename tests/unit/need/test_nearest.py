"""The nearest stored item, against scikit-learn's brute force on the same averaged pixels."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from frugal.need.nearest import Nearest, shrunk, window
from frugal.need.template import Template
from frugal.runtime.reader import Reader


@pytest.mark.parametrize("side", [7, 10, 28])
def test_it_answers_what_brute_force_answers(strokes, tmp_path, side):
    windows = window((28, 28), side)
    train, test = (
        shrunk(np.stack(part.images), windows).reshape(len(part), -1) for part in (strokes.train, strokes.test)
    )
    expected = KNeighborsClassifier(1, algorithm="brute").fit(train, strokes.train.truths).predict(test)
    reader = Reader(Nearest(side=side).build(strokes, tmp_path))
    assert [each.value for each in reader.predict(strokes.test.images)] == expected.tolist()


def test_at_most_so_many_items_are_stored(strokes, tmp_path):
    small, large = (Nearest(side=7, most=most).build(strokes, tmp_path / str(most)) for most in (20, 120))
    assert small.size_bytes < large.size_bytes / 2


def test_the_template_is_the_class_of_the_nearest_mean_image(strokes, tmp_path):
    pixels = [np.stack(part.images).reshape(len(part), -1).astype(float) for part in (strokes.train, strokes.test)]
    expected = NearestCentroid().fit(pixels[0], strokes.train.truths).predict(pixels[1])
    answers = [each.value for each in Reader(Template(side=28).build(strokes, tmp_path)).predict(strokes.test.images)]
    assert np.mean([a == e for a, e in zip(answers, expected, strict=True)]) > 0.97  # means are rounded to bytes


def test_windows_are_averaged_and_rounded_half_to_even():
    images = np.array([[[1, 2, 9], [2, 1, 9]]], np.uint8)
    assert shrunk(images, (2, 2)).tolist() == [[[2]]]  # 1.5; the third column fills no window
