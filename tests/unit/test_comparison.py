"""Scores by hand, a paired test against all signs, and intervals against simulated engines."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from frugal.comparison import METRICS, differ_most, difference, randomisation_test, score, units
from frugal.contract import InputError
from frugal.transcripts import Truth

LINES = Truth(texts={"a": "L’été est là", "b": "où ça", "c": "rien"}, writers=("w", "w", "v"))


def edited(length: int, errors: int) -> str:
    return "x" * errors + "a" * (length - errors)


def engines(rates: tuple[float, float], writers: int, seed: int, lines: int = 6) -> tuple[Truth, list[dict[str, str]]]:
    """Lines of 40 characters and two engines; each writer is as hard for both."""
    generator = np.random.default_rng(seed)
    hard = generator.uniform(0.5, 1.5, writers)
    items = [f"{writer}-{line}" for writer in range(writers) for line in range(lines)]
    chances = np.repeat(hard, lines)
    answers = [
        {item: edited(40, int(n)) for item, n in zip(items, generator.binomial(40, rate * chances), strict=True)}
        for rate in rates
    ]
    return Truth(texts=dict.fromkeys(items, "a" * 40), writers=tuple(item.split("-")[0] for item in items)), answers


def test_rates_by_hand() -> None:
    found = score("s", LINES, {"a": "L'ete  est là", "b": "où ça", "c": "bien"})
    assert {metric: found.rates[metric].value for metric in METRICS} == {
        "cer": pytest.approx(3 / 21),
        "cer_raw": pytest.approx(5 / 21),
        "wer": pytest.approx(2 / 6),
        "wer_raw": pytest.approx(2 / 6),
        "accents": pytest.approx(3 / 5),
        "exact": pytest.approx(1 / 3),
    }
    assert found.worst_decile == pytest.approx(1 / 4)
    assert found.missing == found.strangers == ()


def test_rules_change_the_rates_but_not_the_raw_ones_and_accents_are_counted_before_they_are_folded() -> None:
    answers = {"a": "l'ETE EST LA", "b": "OU CA", "c": "RIEN"}
    folded = score("s", LINES, answers, ["nfc", "quotes", "case", "accents", "spaces"])
    assert folded.rates["cer"].value == folded.rates["wer"].value == 0
    assert folded.rates["exact"].value == 1
    assert folded.rates["accents"].value == 0
    assert folded.rates["cer_raw"].value == score("s", LINES, answers, []).rates["cer"].value > 0.5


def test_a_line_without_an_answer_is_all_wrong_and_named() -> None:
    found = score("s", LINES, {"a": "L'été est là", "c": "rien", "z": "?"})
    assert found.rates["cer"].value == pytest.approx(5 / 21)
    assert (found.missing, found.strangers, found.answers[1]) == (("b",), ("z",), "")


def test_intervals_are_over_writers_where_two_are_known_else_over_lines() -> None:
    truth, (answers, _) = engines((0.1, 0.1), writers=12, seed=0)
    by_writer = score("s", truth, answers).rates["cer"]
    by_line = score("s", Truth(texts=truth.texts, writers=None), answers).rates["cer"]
    assert by_writer.value == by_line.value
    assert by_writer.high - by_writer.low > 1.2 * (by_line.high - by_line.low)
    one = Truth(texts=truth.texts, writers=("w",) * len(truth.texts))
    assert units(one) is None and score("s", one, answers).worst_decile is None
    assert score("s", one, answers).rates["cer"] == by_line


def test_nothing_right_and_nothing_wrong_keep_what_may_hide() -> None:
    truth = Truth(texts={str(i): "é" for i in range(30)}, writers=None)
    right, wrong = score("s", truth, truth.texts), score("s", truth, {})
    assert (right.rates["exact"].low, right.rates["exact"].high) == (pytest.approx(0.9), 1.0)
    assert (wrong.rates["exact"].low, wrong.rates["exact"].high) == (0.0, pytest.approx(0.1))


def test_what_cannot_be_counted_is_unknown() -> None:
    truth = Truth(texts={"a": "mot", "b": ""}, writers=("w", "v"))
    found = score("s", truth, {"a": "mot", "b": "bruit"})
    assert found.rates["accents"].value is None
    assert found.rates["cer"].value == pytest.approx(5 / 3)
    assert found.worst_decile == 0
    with pytest.raises(InputError, match="every line is empty"):
        score("s", Truth(texts={"a": " ...", "b": ""}, writers=None), {}, ["punctuation", "spaces"])


@pytest.mark.parametrize("seed", range(6))
def test_p_value_is_the_share_of_all_signs_that_lead_as_far(seed: int) -> None:
    generator = np.random.default_rng(seed)
    steps = generator.integers(-9, 12, size=11).tolist()
    sums = [abs(sum(sign * step for sign, step in zip(signs, steps, strict=True)))
            for signs in itertools.product((-1, 1), repeat=len(steps))]  # fmt: skip
    share = np.mean([total >= abs(sum(steps)) for total in sums])
    assert randomisation_test(steps) == pytest.approx(share, abs=1e-11)


def test_p_value_at_its_ends() -> None:
    assert randomisation_test([]) == randomisation_test([0, 0]) == randomisation_test([3, -3]) == 1.0
    assert randomisation_test([5] * 8) == pytest.approx(2 / 2**8, abs=1e-12)
    assert randomisation_test([-1] * 20_000) == 1e-12


def test_p_values_of_equal_engines_are_spread_evenly() -> None:
    """Of 1000 tests without a difference about 5 % fall below 0.05, and 10 % below 0.1."""
    generator = np.random.default_rng(0)
    edits = generator.binomial(80, 0.1, (1000, 2, 15))
    values = np.array([randomisation_test((one - other).tolist()) for one, other in edits])
    assert np.mean(values <= 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(values <= 0.10) == pytest.approx(0.10, abs=0.03)


def test_a_true_difference_is_found_and_measured_with_less_spread_than_two_intervals_apart() -> None:
    truth, (one, other) = engines((0.10, 0.07), writers=20, seed=3)
    first, second = score("a", truth, one), score("b", truth, other)
    change = difference(first, second, truth)
    rate = change.rates["cer"]
    assert rate.value == pytest.approx(second.rates["cer"].value - first.rates["cer"].value)
    assert rate.low < -0.03 < rate.high < 0
    assert change.p_value < 0.001 and change.units == change.differing == 20
    assert rate.high - rate.low < first.rates["cer"].high - first.rates["cer"].low
    back = difference(second, first, truth)
    assert back.p_value == change.p_value and back.rates["cer"].value == -rate.value
    assert difference(first, second, truth).rates["exact"].value == pytest.approx(
        second.rates["exact"].value - first.rates["exact"].value
    )


def test_two_writers_can_show_nothing() -> None:
    truth, (one, _) = engines((0.2, 0.2), writers=2, seed=0)
    change = difference(score("a", truth, one), score("b", truth, truth.texts), truth)
    assert change.p_value == change.least_p == 0.5


def test_equal_answers_and_a_single_line_have_no_interval() -> None:
    answers = {"a": "L'ete est là", "b": "où ça", "c": "bien"}
    change = difference(score("a", LINES, answers), score("b", LINES, answers), LINES)
    assert (change.p_value, change.differing) == (1.0, 0)
    assert all((rate.value, rate.low, rate.high) == (0, None, None) for rate in change.rates.values())
    single = Truth(texts={"a": "mot"}, writers=None)
    alone = difference(score("a", single, {"a": "mot"}), score("b", single, {"a": "mat"}), single)
    assert (alone.rates["cer"].value, alone.rates["cer"].low, alone.p_value) == (pytest.approx(1 / 3), None, 1.0)


def test_lines_that_differ_most_come_first_and_equal_ones_not_at_all() -> None:
    first = score("a", LINES, {"a": "L'été est là", "b": "", "c": "rien"})
    second = score("b", LINES, {"a": "L'ete est la", "b": "", "c": "bien"})
    assert differ_most([first, second], 5) == [0, 2]
    assert differ_most([second], 2) == [1, 0]
    assert differ_most([first, second], 0) == []
