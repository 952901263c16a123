"""Scores into labels, labels into errors."""

import numpy as np
import pytest

from frugal.contract import Prediction, Tally
from frugal.runtime.classification import decode, score


def test_the_best_label_with_its_probability_and_the_next_four():
    scores = np.array([[0.05, 0.4, 0.25, 0.1, 0.12, 0.08]], dtype=np.float32)
    [prediction] = decode(scores, "abcdef")
    assert prediction.value == "b"
    assert prediction.confidence == pytest.approx(0.4)
    assert [label for label, _ in prediction.alternatives] == ["c", "e", "d", "f"]
    assert prediction.spans == ()


def test_of_equal_scores_the_first_label_wins():
    [prediction] = decode(np.full((1, 3), 1 / 3, dtype=np.float32), "cab")
    assert prediction.value == "c"
    assert [label for label, _ in prediction.alternatives] == ["a", "b"]


def test_an_int8_output_one_step_beside_1_is_clipped():
    [prediction] = decode(np.array([[1.004, -0.004]]), "ab")
    assert prediction.confidence == 1.0
    assert prediction.alternatives == (("b", 0.0),)


def test_no_rows_no_predictions():
    assert decode(np.zeros((0, 2)), "ab") == []


@pytest.mark.parametrize(
    ("scores", "part"),
    [
        (np.zeros((1, 3)), r"\(B, 2\)"),
        (np.zeros(2), r"\(B, 2\)"),
        (np.array([[4.0, -3.0]]), "softmax"),
        (np.array([[np.nan, 0.0]]), "probabilities"),
    ],
)
def test_what_is_no_probability_is_refused(scores, part):
    with pytest.raises(ValueError, match=part):
        decode(scores, "ab")


def test_one_tally_per_sample():
    predictions = [Prediction(value="a", confidence=1.0), Prediction(value="b", confidence=1.0)]
    assert score(predictions, ["a", "a"]) == [Tally(0.0, 1.0), Tally(1.0, 1.0)]
    with pytest.raises(ValueError, match="one prediction per truth"):
        score(predictions, ["a"])
