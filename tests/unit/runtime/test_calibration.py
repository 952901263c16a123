"""Confidence that means what it says: fitted on lines whose scores are made too sure on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.runtime.calibration import (
    are_right,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    words_are_right,
)
from frugal.runtime.ctc import LinePrediction, decode

LABELS = "abcde"
BLANK = 5


def lines(sharpness: float, number: int = 60, seed: int = 0) -> tuple[list[np.ndarray], list[str]]:
    """Scores (1, T, C) from which the truth was drawn, then taken to a power: 1 is calibrated, 2 too sure."""
    generator = np.random.default_rng(seed)
    scores, truths = [], []
    for _ in range(number):
        shares = np.zeros((41, 6))
        shares[::2, BLANK] = 1
        shares[1::2, :5] = generator.dirichlet(np.full(5, 0.3), size=20)
        truths.append("".join(LABELS[generator.choice(5, p=row)] for row in shares[1::2, :5]))
        sharp = np.maximum(shares, 1e-9) ** sharpness
        scores.append((sharp / sharp.sum(axis=1, keepdims=True))[None])
    return scores, truths


@pytest.mark.parametrize("sharpness", [0.6, 1.0, 2.0])
def test_the_temperature_undoes_what_made_the_scores_too_sure(sharpness):
    scores, truths = lines(sharpness)
    assert fit_temperature(scores, truths, LABELS, blank=BLANK) == pytest.approx(sharpness, rel=0.15)


def test_a_fitted_temperature_calibrates_other_lines():
    temperature = fit_temperature(*lines(2.0), LABELS, blank=BLANK)
    scores, truths = lines(2.0, number=150, seed=1)
    errors = {}
    for used in (1.0, temperature):
        read = [decode(line, LABELS, blank=BLANK, temperature=used)[0] for line in scores]
        sure = np.concatenate([np.asarray(line.confidences) for line in read])
        right = np.concatenate([are_right(line.value, truth) for line, truth in zip(read, truths, strict=True)])
        errors[used] = expected_calibration_error(sure, right)
    assert errors[temperature] < 0.04 < 0.1 < errors[1.0]


def test_nothing_read_cannot_be_calibrated():
    blank = np.zeros((1, 3, 6))
    blank[:, :, BLANK] = 1
    with pytest.raises(ValueError, match="no character was read"):
        fit_temperature([blank], ["abc"], LABELS, blank=BLANK)


def test_words_are_right_as_a_whole():
    line = LinePrediction(value="le  chat", confidence=1.0)
    assert words_are_right(line, "la chat").tolist() == [False, True]
    assert words_are_right(LinePrediction(value="", confidence=1.0), "la").tolist() == []


def test_the_error_is_weighted_by_how_many_fall_into_a_bin():
    sure = np.array([1.0, 1.0, 1.0, 0.0])
    assert expected_calibration_error(sure, np.array([True, True, True, False])) == 0
    assert expected_calibration_error(sure, np.array([True, True, False, False])) == pytest.approx(0.25)


def test_a_wrong_certainty_is_very_bad_and_not_infinite():
    loss = negative_log_likelihood(np.array([1.0]), np.array([False]))
    assert 10 < loss < 20
    assert negative_log_likelihood(np.array([0.5]), np.array([True])) == pytest.approx(np.log(2))
