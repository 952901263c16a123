"""Alignments of a text with the steps of its line."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.runtime.alignment import best_alignment, boxes, log_probability

A, B, BLANK = 0, 1, 2


def steps(*classes: int) -> np.ndarray:
    shares = np.full((len(classes), 3), 0.05)
    shares[np.arange(len(classes)), classes] = 0.9
    return shares


def test_the_best_alignment_finds_each_peak():
    begins, ends = best_alignment(steps(BLANK, A, A, BLANK, B, BLANK, B), [A, B, B], blank=BLANK)
    assert begins.tolist() == [1, 4, 6]
    assert ends.tolist() == [3, 5, 7]


def test_equal_neighbours_need_a_blank_between():
    begins, ends = best_alignment(steps(A, A, A), [A, A], blank=BLANK)
    assert ends[0] < begins[1]


def test_a_text_that_the_scores_do_not_favour_is_placed_all_the_same():
    begins, ends = best_alignment(steps(A, BLANK, BLANK), [A, B], blank=BLANK)
    assert begins[0] == 0
    assert 0 < begins[1] < ends[1] <= 3


def test_no_text_stands_nowhere():
    begins, ends = best_alignment(steps(BLANK, BLANK), [], blank=BLANK)
    assert len(begins) == len(ends) == 0
    assert boxes(begins, ends, steps=2, time_stride=4) == ()


def test_a_text_longer_than_the_line_has_no_probability():
    assert log_probability(steps(A), [A, B], blank=BLANK) == -np.inf
    assert log_probability(np.zeros((0, 3)), [A], blank=BLANK) == -np.inf
    assert log_probability(np.zeros((0, 3)), [], blank=BLANK) == 0.0


def test_a_thousand_steps_do_not_underflow():
    shares = np.full((1000, 3), 1 / 3)
    assert log_probability(shares, [], blank=BLANK) == pytest.approx(1000 * np.log(1 / 3))


def test_a_single_character_reaches_no_further_than_its_peak():
    assert boxes(np.array([2]), np.array([4]), steps=9, time_stride=2) == ((4.0, 8.0),)
