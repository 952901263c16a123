"""Greedy decoding and the tally of the character error rate."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.contract import Prediction, Tally
from frugal.runtime.ctc import LinePrediction, calibrated, decode, score

LABELS = "ab "
BLANK = 3


def one_hot(*classes: int, sure: float = 0.97) -> np.ndarray:
    scores = np.full((1, len(classes), 4), (1 - sure) / 3)
    scores[0, np.arange(len(classes)), classes] = sure
    return scores


def test_repeats_merge_and_blanks_part():
    [line] = decode(one_hot(0, 0, BLANK, 0, 1, 1, BLANK), LABELS, blank=BLANK)
    assert line.value == "aab"
    assert line.confidences == pytest.approx((0.97, 0.97, 0.97))
    assert line.spans == ((0.0, 2.5), (2.5, 4.0), (4.0, 6.0))
    assert line.alternatives == ()


def test_the_confidence_of_the_line_is_the_probability_of_its_text():
    scores = np.array([[[0.6, 0.1, 0.0, 0.3], [0.5, 0.2, 0.0, 0.3]]])
    [line] = decode(scores, LABELS, blank=BLANK)
    assert line.value == "a"
    assert line.confidence == pytest.approx(0.6 * 0.5 + 0.6 * 0.3 + 0.3 * 0.5)  # aa, a-, -a
    assert line.confidences == (0.6,)


def test_spans_are_counted_in_pixels_and_stay_on_the_line():
    [line] = decode(one_hot(0, BLANK, BLANK, BLANK, 1), LABELS, blank=BLANK, time_stride=8.0)
    assert line.spans == ((0.0, 20.0), (20.0, 40.0))


def test_words_have_text_place_and_the_product_of_their_characters():
    scores = np.concatenate([one_hot(0, 1, 2, sure=0.9), one_hot(2, BLANK, 2, 1, sure=0.8)], axis=1)
    [line] = decode(scores, LABELS, blank=BLANK)
    assert line.value == "ab  b"
    first, second = line.words
    assert (first.text, second.text) == ("ab", "b")
    assert first.confidence == pytest.approx(0.81)
    assert second.confidence == pytest.approx(0.8)
    assert first.span == (line.spans[0][0], line.spans[1][1])
    assert second.span == line.spans[-1]


def test_nothing_but_blanks_and_no_step_at_all():
    [line] = decode(one_hot(BLANK, BLANK, sure=0.9), LABELS, blank=BLANK)
    assert (line.value, line.spans, line.confidences, line.words) == ("", (), (), ())
    assert line.confidence == pytest.approx(0.81)
    [empty] = decode(np.zeros((1, 0, 4)), LABELS, blank=BLANK)
    assert empty == LinePrediction(value="", confidence=1.0)
    assert decode(np.zeros((0, 5, 4)), LABELS, blank=BLANK) == []


def test_each_line_of_a_batch_by_itself():
    first, second = one_hot(0, BLANK, 1), one_hot(2, 1, 0)
    together = decode(np.concatenate([first, second]), LABELS, blank=BLANK)
    assert together == decode(first, LABELS, blank=BLANK) + decode(second, LABELS, blank=BLANK)


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_blank_may_be_any_class(blank):
    scores = np.insert(one_hot(0, 3, 1, 2)[:, :, :3], blank, one_hot(0, 3, 1, 2)[:, :, 3], axis=2)
    [line] = decode(scores, LABELS, blank=blank)
    assert line.value == "ab "


def test_temperature_changes_confidence_and_no_text():
    scores = one_hot(0, BLANK, 1, sure=0.8)
    sharp, plain, soft = (decode(scores, LABELS, blank=BLANK, temperature=t)[0] for t in (0.5, 1.0, 2.0))
    assert sharp.value == plain.value == soft.value
    assert sharp.confidence > plain.confidence > soft.confidence
    logits = np.log(scores)
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum(axis=-1, keepdims=True)
    assert calibrated(scores, 2.0) == pytest.approx(expected)
    with pytest.raises(ValueError, match="temperature must be positive, got 0"):
        calibrated(scores, 0)


@pytest.mark.parametrize(
    ("scores", "blank", "part"),
    [
        (np.zeros((1, 2, 3)), 3, r"\(B, T, 4\)"),
        (np.zeros((2, 4)), 3, r"\(B, T, 4\)"),
        (np.zeros((1, 2, 4)), 4, "blank must be a class, 0 to 3, got 4"),
        (np.full((1, 2, 4), 5.0), 3, "softmax"),
        (np.full((1, 2, 4), np.nan), 3, "probabilities"),
    ],
)
def test_what_is_no_probability_is_refused(scores, blank, part):
    with pytest.raises(ValueError, match=part):
        decode(scores, LABELS, blank=blank)


def test_an_int8_output_one_step_beside_1_is_clipped():
    [line] = decode(np.array([[[1.004, -0.004, 0.0, 0.0]]]), LABELS, blank=BLANK)
    assert line.confidence == 1.0


def test_the_tally_is_of_normalised_texts():
    predictions = [Prediction(value=text, confidence=1.0) for text in ("l'été ", "abc", "")]
    assert score(predictions, ["l’e\u0301té", "b", "ab"]) == [Tally(0.0, 5.0), Tally(2.0, 1.0), Tally(2.0, 2.0)]
    with pytest.raises(ValueError, match="one prediction per truth"):
        score(predictions, ["a"])
