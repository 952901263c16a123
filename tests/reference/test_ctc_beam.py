"""Beam search, forward algorithm and best alignment against the sum over every alignment there is."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest

from frugal.runtime import beam
from frugal.runtime.alignment import best_alignment, log_probability
from frugal.runtime.beam import search
from frugal.runtime.ctc import decode
from frugal.runtime.fusion import Joint, WordScorer

LABELS = "ab "
BLANK = 3
STEPS = 6


@pytest.fixture
def exhaustive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is dropped for being far behind the best."""
    monkeypatch.setattr(beam, "BEHIND", 0.0)


def drawn(seed: int) -> np.ndarray:
    """(T, C) with nothing below 2 %, so that the search leaves nothing out."""
    shares = 0.02 + np.random.default_rng(seed).dirichlet(np.full(4, 0.6), size=STEPS)
    return shares / shares.sum(axis=1, keepdims=True)


def every_text(shares: np.ndarray) -> dict[tuple[int, ...], float]:
    """Text -> probability, summed over all C ** T paths."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for path in itertools.product(range(4), repeat=len(shares)):
        text = tuple(label for label, _ in itertools.groupby(path) if label != BLANK)
        found[text] += math.prod(shares[step, label] for step, label in enumerate(path))
    return found


class Bigrams:
    """A scorer whose weight depends on the last character, as a language model's does."""

    highest = 1.7

    def __init__(self, seed: int) -> None:
        self.table = np.random.default_rng(seed).uniform(0.1, 1.7, (4, 4))

    def start(self) -> int:
        return BLANK

    def weight(self, context: int, label: int) -> float:
        return float(self.table[context, label])

    def after(self, context: int, label: int) -> int:
        return label

    def end(self, context: int) -> float:
        return float(self.table[context, BLANK])


def weight_of(scorer, text) -> float:
    context, total = scorer.start(), 1.0
    for label in text:
        total *= scorer.weight(context, label)
        context = scorer.after(context, label)
    return total * scorer.end(context)


@pytest.mark.usefixtures("exhaustive")
@pytest.mark.parametrize("seed", range(5))
def test_a_beam_that_is_wide_enough_finds_every_text_with_its_probability(seed):
    shares = drawn(seed)
    truth = every_text(shares)
    assert sum(truth.values()) == pytest.approx(1)
    found = search(shares, blank=BLANK, width=10**5)
    assert found[0].classes == max(truth, key=truth.get)
    for one in found:
        assert math.exp(one.log_score) == pytest.approx(truth[one.classes], rel=1e-9)


@pytest.mark.usefixtures("exhaustive")
@pytest.mark.parametrize("seed", range(5))
def test_with_a_scorer_each_text_counts_times_its_weights(seed):
    shares, words = drawn(seed), WordScorer(["ab", "b"], (*LABELS, ""))
    for scorer in (Bigrams(seed), words, Joint([Bigrams(seed), words])):
        truth = {text: share * weight_of(scorer, text) for text, share in every_text(shares).items()}
        found = search(shares, blank=BLANK, scorer=scorer, width=10**5)
        assert found[0].classes == max(truth, key=truth.get)
        for one in found:
            assert math.exp(one.log_score) == pytest.approx(truth[one.classes], rel=1e-9)


def test_a_narrow_beam_is_nearly_always_right():
    best = 0
    for seed in range(40):
        truth = every_text(drawn(seed))
        best += search(drawn(seed), blank=BLANK, width=16)[0].classes == max(truth, key=truth.get)
    assert best >= 38


def test_the_beam_beats_the_best_path():
    """Graves' example: blank is best at each step, yet some text is more probable than none."""
    shares = np.array([[0.4, 0.0, 0.0, 0.6], [0.4, 0.0, 0.0, 0.6]])
    assert decode(shares[None], LABELS, blank=BLANK)[0].value == ""
    assert search(shares, blank=BLANK)[0].classes == (0,)
    assert math.exp(search(shares, blank=BLANK)[0].log_score) == pytest.approx(0.64)


@pytest.mark.parametrize("seed", range(3))
def test_the_forward_algorithm_sums_all_alignments(seed):
    shares = drawn(seed)
    for text, share in list(every_text(shares).items())[::9]:
        assert math.exp(log_probability(shares, text, blank=BLANK)) == pytest.approx(share)


@pytest.mark.parametrize("seed", range(3))
def test_the_best_alignment_is_the_best_of_all_paths(seed):
    shares = drawn(seed)
    best: dict[tuple[int, ...], tuple[float, tuple[int, ...]]] = {}
    for path in itertools.product(range(4), repeat=STEPS):
        text = tuple(label for label, _ in itertools.groupby(path) if label != BLANK)
        share = math.prod(shares[step, label] for step, label in enumerate(path))
        best[text] = max(best.get(text, (0.0, ())), (share, path))
    for text, (_, path) in list(best.items())[::9]:
        runs = [(label, len(list(steps))) for label, steps in itertools.groupby(path)]
        ends = list(itertools.accumulate(length for _, length in runs))
        expected = [(end - length, end) for (label, length), end in zip(runs, ends, strict=True) if label != BLANK]
        begins, stops = best_alignment(shares, text, blank=BLANK)
        assert list(zip(begins.tolist(), stops.tolist(), strict=True)) == expected
