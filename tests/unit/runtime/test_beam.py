"""Prefix beam search: what is kept, what is dropped. That its numbers are right is tests/reference/test_ctc_beam.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from frugal.runtime.beam import FLOOR, search

BLANK = 2


def test_the_best_come_first_and_no_more_than_asked_for():
    shares = np.full((6, 3), 1 / 3)
    found = search(shares, blank=BLANK, width=5)
    assert len(found) == 5
    assert [one.log_score for one in found] == sorted((one.log_score for one in found), reverse=True)
    assert len({one.classes for one in found}) == 5


def test_no_step_gives_no_text():
    [only] = search(np.zeros((0, 3)), blank=BLANK)
    assert (only.classes, only.log_score) == ((), 0.0)


def test_characters_below_the_floor_are_dropped():
    shares = np.array([[FLOOR / 2, 0.5, 0.5 - FLOOR / 2]])
    assert {one.classes for one in search(shares, blank=BLANK)} == {(), (1,)}


def test_a_character_needs_a_blank_to_be_doubled():
    sure = np.array([[0.98, 0.01, 0.01]] * 3)
    assert search(sure, blank=BLANK)[0].classes == (0,)
    sure[1] = [0.01, 0.01, 0.98]
    assert search(sure, blank=BLANK)[0].classes == (0, 0)


def test_a_long_line_neither_underflows_nor_recurses():
    shares = np.tile([[0.9998, 0.0001, 0.0001], [0.0001, 0.0001, 0.9998]], (3000, 1))
    best = search(shares, blank=BLANK)[0]
    assert best.classes == (0,) * 3000
    assert math.isfinite(best.log_score)


class Forbids:
    """A scorer under which class 0 is as good as impossible."""

    highest = 1.0

    def start(self) -> None:
        return None

    def weight(self, context: None, label: int) -> float:
        return 1e-9 if label == 0 else 1.0

    def after(self, context: None, label: int) -> None:
        return None

    def end(self, context: None) -> float:
        return 1.0


def test_a_scorer_can_turn_the_answer():
    shares = np.array([[0.7, 0.2, 0.1]])
    assert search(shares, blank=BLANK)[0].classes == (0,)
    assert search(shares, blank=BLANK, scorer=Forbids())[0].classes == (1,)


@pytest.mark.parametrize("width", [1, 2, 16])
def test_width_one_is_enough_where_all_is_clear(width):
    shares = np.array([[0.98, 0.01, 0.01], [0.01, 0.01, 0.98], [0.01, 0.98, 0.01]])
    assert search(shares, blank=BLANK, width=width)[0].classes == (0, 1)


def test_a_step_of_zeros_leaves_the_texts_as_they_were():
    shares = np.array([[0.98, 0.01, 0.01], [0.0, 0.0, 0.0], [0.01, 0.98, 0.01]])
    assert search(shares, blank=BLANK)[0].classes == (0, 1)
