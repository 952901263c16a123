"""Class scores into labels, and labels into errors: the decoder `classification`.

Knows numpy and a list of labels; knows no model, no image, no torch.

Shapes: `B` batch, `C` classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from frugal.contract import Prediction, Tally

ALTERNATIVES = 4
_ROUNDING = 0.01
"""How far outside [0, 1] a probability may lie: an int8 output ends a quantisation step beside 1."""


def decode(scores: np.ndarray, labels: Sequence[str]) -> list[Prediction]:
    """The best label of each row of softmax probabilities (B, C), with the next four as alternatives.

    Of equal scores the class that comes first in `labels` wins.

    Raises:
        ValueError: `scores` has another shape than (B, C), or holds numbers that are no probabilities.

    >>> decode(np.array([[0.2, 0.7, 0.1]]), "abc")
    [Prediction(value='b', confidence=0.7, alternatives=(('a', 0.2), ('c', 0.1)), spans=())]
    """
    if scores.ndim != 2 or scores.shape[1] != len(labels):
        raise ValueError(f"scores must be (B, {len(labels)}), one per label, got {scores.shape}")
    if scores.size and not (scores.min() >= -_ROUNDING and scores.max() <= 1 + _ROUNDING):
        raise ValueError(
            f"scores must be probabilities in [0, 1], got {scores.min():.4g} to {scores.max():.4g}; "
            "put a softmax at the end of the graph"
        )
    shares = np.clip(scores.astype(np.float64), 0.0, 1.0)
    order = np.argsort(-scores, axis=1, kind="stable")[:, : 1 + ALTERNATIVES]  # (B, 5)
    return [_prediction(row, best, labels) for row, best in zip(shares, order, strict=True)]


def score(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[Tally]:
    """One Tally per sample: error 0 or 1 out of 1.

    >>> score([Prediction(value="b", confidence=1.0)], ["a"])
    [Tally(errors=1.0, total=1.0)]
    """
    if len(predictions) != len(truths):
        raise ValueError(f"one prediction per truth, got {len(predictions)} and {len(truths)}")
    return [Tally(float(p.value != truth), 1.0) for p, truth in zip(predictions, truths, strict=True)]


def _prediction(shares: np.ndarray, best: np.ndarray, labels: Sequence[str]) -> Prediction:
    ranked = tuple((labels[index], float(shares[index])) for index in best)
    return Prediction(value=ranked[0][0], confidence=ranked[0][1], alternatives=ranked[1:])
