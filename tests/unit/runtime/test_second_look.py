"""How far a line of a narrow hand is drawn out, and whose text is taken after two looks."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.runtime.beam import Unweighted
from frugal.runtime.second_look import choose, second_look


@pytest.mark.parametrize(
    ("pixels", "characters", "fixed", "needed"),
    [(100, 10, 1.4, 1.7), (150, 10, 1.4, 1.2), (180, 10, 1.0, 1.0), (100, 0, 1.0, 1.0), (5, 1, 1.4, 1.7)],
)
def test_a_line_is_drawn_out_by_as_much_as_is_stated_or_needed(pixels, characters, fixed, needed):
    assert second_look({"narrower_than": 18, "widen": 1.4}).factor(pixels, characters) == fixed
    assert second_look({"narrower_than": 18, "widest": 1.7}).factor(pixels, characters) == pytest.approx(needed)


def test_none_is_none():
    assert second_look(None) is None


@pytest.mark.parametrize(
    "stated",
    [2, {}, {"narrower_than": 18}, {"narrower_than": 18, "widen": 1.4, "widest": 2}, {"narrower_than": 18, "widest": 0},
     {"narrower_than": True, "widest": 2}, {"narrower_than": 18, "widest": "much"}, {"narrower_than": 18, "wide": 2}],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_its_name(stated):
    with pytest.raises(InputError, match=r"the key \S.*; allowed: null, or narrower_than with widen or widest"):
        second_look(stated, named="the key")


class Weighted(Unweighted):
    """One class is worth more than the others."""

    def __init__(self, label: int, weight: float) -> None:
        self._label, self._weight = label, weight

    def weight(self, context: None, label: int) -> float:
        return self._weight if label == self._label else 1.0


def look(first: float) -> np.ndarray:
    """Two steps: class 0 with this probability or class 1, then blank."""
    return np.array([[first, 1 - first, 0.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize(("first", "second", "chosen"), [(0.9, 0.4, 0), (0.7, 0.3, 1), (0.1, 0.55, 1), (0.1, 0.8, 0)])
def test_the_second_look_counts_twice(first, second, chosen):
    """Class 0 wins where first * second ** 2 is the larger: odds 9 * (4/6) ** 2 = 4, 7/3 * (3/7) ** 2 = 0.43 ..."""
    odds = first / (1 - first) * (second / (1 - second)) ** 2
    assert (odds > 1) == (chosen == 0)
    assert choose([[0], [1]], [look(first), look(second)], blank=2, scorer=Unweighted()) == chosen


def test_what_is_known_of_the_text_weighs_against_the_looks():
    """Both looks see class 0 with odds of 4; a weight of 3 on class 1 is not enough, one of 5 is."""
    looks = [look(0.8), look(0.8)]
    assert choose([[0], [1]], looks, blank=2, scorer=Weighted(1, 3.0)) == 0
    assert choose([[0], [1]], looks, blank=2, scorer=Weighted(1, 5.0)) == 1
