"""Histograms of gradients against a pixel-by-pixel computation, and the linear layer against scikit-learn's."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from frugal.need import linear
from frugal.need.linear import Linear
from frugal.runtime.reader import Reader


def by_hand(image, cells):
    """The same histograms with loops and the two-argument arc tangent."""
    light = np.pad(image.astype(float) / 255, 1, mode="edge")
    cell = min(image.shape) // cells
    high, wide = (side // cell for side in image.shape)
    votes = np.zeros((9, high, wide))
    for y in range(high * cell):
        for x in range(wide * cell):
            across = light[y + 1, x + 2] - light[y + 1, x]
            down = light[y + 2, x + 1] - light[y, x + 1]
            place = (math.atan2(down, across) % math.pi) / math.pi * 9 + 4.5  # as the graph: 0 lies mid-scale
            place = (place - 0.5) % 9
            left = math.floor(place) % 9
            share = place - math.floor(place)
            votes[left, y // cell, x // cell] += math.hypot(across, down) * (1 - share)
            votes[(left + 1) % 9, y // cell, x // cell] += math.hypot(across, down) * share
    votes /= cell * cell
    corners = [votes[:, r : r + high - 1, c : c + wide - 1] for r in (0, 1) for c in (0, 1)]
    blocks = np.concatenate(corners)
    return (blocks / np.sqrt((blocks**2).sum(0, keepdims=True) + 1e-3)).ravel()


@pytest.mark.parametrize("cells", [4, 7])
def test_the_histograms_are_those_of_a_computation_by_hand(strokes, tmp_path, cells):
    found, truths = linear.features(strokes, strokes.selection, cells, tmp_path)
    assert found.shape == (40, linear.size((28, 28), cells))
    assert truths.tolist() == list(strokes.selection.truths)
    for row, image in zip(found[:6], strokes.selection.images, strict=False):
        np.testing.assert_allclose(row, by_hand(image, cells), atol=2e-4)


def test_the_graph_answers_what_the_fitted_model_answers(strokes, tmp_path):
    learnt = linear.features(strokes, strokes.train, 4, tmp_path)
    test, _ = linear.features(strokes, strokes.test, 4, tmp_path)
    model = LogisticRegression(C=1.0, max_iter=2000, tol=1e-3, random_state=0).fit(*learnt)
    predictions = Reader(Linear(cells=4, strengths=(1.0,)).build(strokes, tmp_path)).predict(strokes.test.images)
    assert [each.value for each in predictions] == model.predict(test).tolist()
    np.testing.assert_allclose([each.confidence for each in predictions], model.predict_proba(test).max(1), atol=1e-4)
    assert np.mean([p.value == t for p, t in zip(predictions, strokes.test.truths, strict=True)]) > 0.95


def test_two_classes_have_one_row_of_coefficients(strokes, tmp_path):
    import dataclasses

    def two(part):
        return part.take([row for row, truth in enumerate(part.truths) if truth in "-|"])

    parts = {name: two(getattr(strokes, name)) for name in ("train", "selection", "test")}
    problem = dataclasses.replace(strokes, labels=("-", "|"), **parts)
    answers = Reader(Linear(cells=4).build(problem, tmp_path)).predict(problem.test.images)
    assert np.mean([p.value == t for p, t in zip(answers, problem.test.truths, strict=True)]) == 1.0
