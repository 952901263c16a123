"""Which trial is best: kept before nearly kept, certain before doubtful, then the aim."""

from __future__ import annotations

import dataclasses

from frugal.gate import parse_budget
from frugal.report.records import Row
from frugal.search.standing import best_of, standing
from frugal.search.trials import Trial
from tests.unit.search.landscape import given_row


def trial(number: int, *, spread: float = 0.0, **changes: object) -> Trial:
    last: Row = given_row().replace(step="last", **changes)
    return Trial(
        number=number, why="sampled", told=str(number), key=(str(number),), parameters={},
        rows=(given_row(), last), spread=spread,
    )  # fmt: skip


def best(budget: str, *trials: Trial) -> int:
    return best_of(trials, parse_budget(budget)).number


def test_what_keeps_the_budget_goes_before_what_errs_less() -> None:
    assert best("size_bytes<=50k", trial(0, error=0.01), trial(1, size_bytes=40_000, error=0.09)) == 1


def test_where_a_cost_is_limited_the_lowest_error_wins() -> None:
    small, right = trial(0, size_bytes=10_000, error=0.05), trial(1, size_bytes=49_000, error=0.03)
    assert best("size_bytes<=50k", small, right) == 1


def test_where_errors_alone_are_limited_the_smallest_wins() -> None:
    small, right = trial(0, size_bytes=10_000, error=0.05), trial(1, size_bytes=49_000, error=0.03)
    assert best("error<=0.06", small, right) == 0


def test_a_ceiling_kept_with_one_standard_error_to_spare_goes_before_one_kept_by_chance() -> None:
    lucky, sure = (
        trial(0, size_bytes=10_000, error=0.029, spread=0.01),
        trial(1, size_bytes=20_000, error=0.021, spread=0.005),
    )
    assert best("error_increase<=0.01", lucky, sure) == 1
    assert standing(lucky, parse_budget("error_increase<=0.01")).miss == 0
    assert standing(lucky, parse_budget("error_increase<=0.01")).doubt > 0


def test_where_nothing_keeps_it_the_nearest_wins() -> None:
    assert best("size_bytes<=1k", trial(0, size_bytes=4_000), trial(1, size_bytes=3_000, error=0.5)) == 1


def test_a_trial_that_failed_is_no_answer() -> None:
    failed = dataclasses.replace(trial(0, error=0.0), reason="InputError: no")
    assert best("error<=1", failed, trial(1)) == 1


def test_one_number_keeps_the_order() -> None:
    budget = parse_budget("size_bytes<=50k error_increase<=0.01")
    ranked = [
        trial(0, size_bytes=40_000, error=0.02),
        trial(1, size_bytes=40_000, error=0.025, spread=0.02),
        trial(2, size_bytes=51_000, error=0.0),
        trial(3, size_bytes=90_000, error=0.5),
    ]
    values = [standing(each, budget).value for each in ranked]
    assert values == sorted(values) and best("size_bytes<=50k error_increase<=0.01", *reversed(ranked)) == 0
