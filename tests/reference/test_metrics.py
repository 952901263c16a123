"""Macro F1 and the mean absolute error against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score, mean_absolute_error

from frugal import metrics


@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_of_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truths = generator.choice(list("abcde"), size=200, p=[0.5, 0.3, 0.1, 0.06, 0.04]).tolist()
    answers = [truth if generator.random() < 0.7 else str(generator.choice(list("abcdez"))) for truth in truths]
    expected = f1_score(truths, answers, labels=sorted(set(truths)), average="macro")
    assert metrics.f1_error(answers, truths).error == pytest.approx(1 - expected)


def test_the_interval_of_f1_holds_the_truth_of_many_samples() -> None:
    """An answer is right with probability 0.8, else the other class: F1 of both is 0.8, in 95 % of the intervals."""
    generator = np.random.default_rng(3)
    hits = 0
    for _ in range(40):
        truths = generator.choice(["a", "b"], size=150)
        wrong = generator.random(150) < 0.2
        answers = np.where(wrong, np.where(truths == "a", "b", "a"), truths)
        scored = metrics.f1_error(answers.tolist(), truths.tolist())
        assert scored.low is not None and scored.high is not None
        hits += scored.low <= 0.2 <= scored.high
    assert hits >= 35


def test_mean_absolute_error_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    truths, answers = generator.normal(size=50), generator.normal(size=50)
    scored = metrics.mean_absolute_error(answers.tolist(), [str(truth) for truth in truths])
    assert scored.further is not None
    assert scored.further["mae"]["value"] == pytest.approx(mean_absolute_error(truths, answers))
