"""Confidence and alternatives of a fused text, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.runtime.beam import Unweighted
from frugal.runtime.line_decoding import decode_line

LABELS = "abc"
BLANK = 3


class Table:
    """Weights by the last character and the next one."""

    highest = 1.0

    def __init__(self, weights: dict[str, float]) -> None:
        self._weights = weights

    def start(self) -> str:
        return "-"

    def weight(self, context: str, label: int) -> float:
        return self._weights.get(context + LABELS[label], 0.5)

    def after(self, context: str, label: int) -> str:
        return LABELS[label]

    def end(self, context: str) -> float:
        return 1.0


def row(**shares: float) -> list[float]:
    return [shares.get(label, 0.0) for label in (*LABELS, "blank")]


SCORES = np.array([[row(a=0.5, b=0.4, blank=0.1), row(blank=1.0), row(c=0.95, blank=0.05)]])


def test_without_weights_a_character_is_as_sure_as_its_peak():
    line = decode_line(SCORES, LABELS, blank=BLANK, scorer=Unweighted())
    assert line.value == "ac"
    assert line.confidences == pytest.approx((0.5, 0.95))
    assert line.confidence == pytest.approx(0.5 * 0.95)


def test_what_follows_counts_for_the_character_before():
    """b is likelier before c: the text turns, and a's share falls by what the weights say of a and c."""
    line = decode_line(SCORES, LABELS, blank=BLANK, scorer=Table({"bc": 1.0, "ac": 0.1}))
    assert line.value == "bc"
    own, other, none = 0.4 * 0.5 * 1.0, 0.5 * 0.5 * 0.1, 0.1 * 0.5  # weights of -b bc; -a ac; -c
    assert line.confidences[0] == pytest.approx(own / (own + other + none))
    own, none = 0.95 * 1.0, 0.05
    assert line.confidences[1] == pytest.approx(own / (own + none))


def test_alternatives_are_the_next_texts_and_add_up_to_one_at_most():
    line = decode_line(SCORES, LABELS, blank=BLANK, scorer=Unweighted())
    assert [text for text, _ in line.alternatives] == ["bc", "c", "a", "b"]
    shares = [line.confidence, *(share for _, share in line.alternatives)]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-9
    assert shares[1] / shares[0] == pytest.approx(0.4 / 0.5)


def test_a_line_of_blanks_is_no_text():
    line = decode_line(np.array([[row(blank=1.0)] * 3]), LABELS, blank=BLANK, scorer=Unweighted())
    assert (line.value, line.confidence, line.spans, line.confidences) == ("", 1.0, (), ())


def test_spans_are_in_pixels():
    line = decode_line(SCORES, LABELS, blank=BLANK, scorer=Unweighted(), time_stride=4.0)
    assert line.spans == ((0.0, 6.0), (6.0, 12.0))


def test_scores_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(B, T, 4\)"):
        decode_line(SCORES[0], LABELS, blank=BLANK, scorer=Unweighted())
