"""Does a confidence of 0.9 mean right nine times out of ten? Fit the temperature of a line model, and measure.

Guo et al. 2017, "On calibration of modern neural networks": temperature scaling and the expected calibration error.
Deviation: the temperature minimises the negative log-likelihood of "this character is right", since a line's characters
are not counted off against its truth step by step. Knows scores and texts; knows no model and no file.

Shapes: `T` steps, `C` classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from frugal.runtime import ctc
from frugal.runtime.ctc import LinePrediction
from frugal.text import align

BINS = 15
LOWEST, HIGHEST = 0.25, 4.0
_TRIALS = 16
_CERTAIN = 1e-6
"""How far from 0 and 1 a confidence counts at least, so that one wrong certainty is not infinitely bad."""


def fit_temperature(scores: Sequence[np.ndarray], truths: Sequence[str], labels: Sequence[str], *, blank: int) -> float:
    """The temperature under which greedy reading knows best which of its characters are right.

    Args:
        scores: (1, T, C) softmax probabilities of each line, of writers that the model was not trained on.
        truths: what the lines say, normalised.

    Raises:
        ValueError: there is no line, or no character was read.
    """
    read = [ctc.decode(line, labels, blank=blank)[0] for line in scores]
    rights = [are_right(line.value, truth) for line, truth in zip(read, truths, strict=True)]
    if not sum(map(len, rights)):
        raise ValueError("no character was read, so there is no temperature to fit; give lines with text")

    def loss(logarithm: float) -> float:
        temperature = float(np.exp(logarithm))
        found = [ctc.decode(line, labels, blank=blank, temperature=temperature)[0].confidences for line in scores]
        return negative_log_likelihood(np.concatenate([*map(np.asarray, found)]), np.concatenate(rights))

    return float(np.exp(_lowest(loss, float(np.log(LOWEST)), float(np.log(HIGHEST)))))


def are_right(answer: str, truth: str) -> np.ndarray:
    """Per character of `answer`, whether it stands so in `truth` under the Levenshtein alignment.

    >>> are_right("lo chat", "le chats").tolist()
    [True, False, True, True, True, True, True]
    """
    return np.array([right == given for right, given in align(truth, answer) if given], dtype=bool)


def words_are_right(prediction: LinePrediction, truth: str) -> np.ndarray:
    """Per word of the prediction, whether all its characters are right."""
    rights = are_right(prediction.value, truth)
    found, start = [], 0
    for text in prediction.value.split(" "):
        if text:
            found.append(bool(rights[start : start + len(text)].all()))
        start += len(text) + 1
    return np.array(found, dtype=bool)


def expected_calibration_error(confidences: np.ndarray, rights: np.ndarray, *, bins: int = BINS) -> float:
    """Mean distance of confidence and share of right ones, over bins of equal width, by how many fall into each.

    >>> round(expected_calibration_error(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False])), 3)
    0.1
    """
    place = np.minimum((np.asarray(confidences) * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=np.asarray(confidences, dtype=np.float64) - rights, minlength=bins)
    return float(np.abs(gaps).sum() / len(place))


def negative_log_likelihood(confidences: np.ndarray, rights: np.ndarray) -> float:
    """Mean -ln of the probability given to what came true: right, or wrong."""
    sure = np.clip(confidences, _CERTAIN, 1 - _CERTAIN)
    return float(-np.log(np.where(rights, sure, 1 - sure)).mean())


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """The minimum of a function with one valley (golden-section search, Kiefer 1953)."""
    golden = (np.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(_TRIALS):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return (low + high) / 2
