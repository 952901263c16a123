"""How far a model is from a budget, and budgets that cannot be kept."""

from __future__ import annotations

import math

import pytest

from frugal.contract import InputError
from frugal.gate import parse_budget
from frugal.report.records import Quantity, Report
from frugal.search.ceilings import (
    LEAST,
    UNKNOWN,
    limits_error_alone,
    misses,
    needs_clock,
    refuse_impossible,
    refuse_unmoved,
    told,
)
from tests.unit.search.landscape import given_row

FIRST = given_row()


def report(**changes: object) -> Report:
    last = FIRST.replace(step="last", **changes)
    return Report(name="", created="", seed=None, unit="", rows=(FIRST, last))


def alone() -> Report:
    return Report(name="", created="", seed=None, unit="", rows=(FIRST,))


def test_a_kept_budget_misses_nothing() -> None:
    assert misses(report(size_bytes=50_000), parse_budget("size_bytes<=50k error_increase<=0")) == {}


@pytest.mark.parametrize("ceiling", ["size_bytes<=20k", "size_kb<=20", "size_bytes_ratio<=0.2"])
def test_twice_too_large_counts_the_same_however_it_is_asked(ceiling: str) -> None:
    (excess,) = misses(report(size_bytes=40_000), parse_budget(ceiling)).values()
    assert excess == pytest.approx(math.log(2))


def test_an_increase_counts_as_the_error_that_it_leads_to() -> None:
    found = misses(report(error=0.05), parse_budget("error_increase<=0.01"))
    assert found == {"error_increase": pytest.approx(math.log((0.05 + 0.01) / (0.03 + 0.01)))}
    assert misses(report(error=0.05), parse_budget("error<=0.03"))["error"] == pytest.approx(found["error_increase"])
    assert misses(report(error=0.05), parse_budget("error_ratio<=1.5"))["error_ratio"] == pytest.approx(
        found["error_increase"]
    )


def test_a_margin_is_added_to_the_error() -> None:
    budget = parse_budget("error<=0.03")
    assert misses(report(error=0.029), budget) == {}
    assert set(misses(report(error=0.029), budget, margin=0.002)) == {"error"}


def test_unknown_is_missed_by_far_and_closely_missed_counts_a_little() -> None:
    assert misses(report(), parse_budget("cpu_ms<=1")) == {"cpu_ms": UNKNOWN}
    assert misses(report(size_bytes=50_001), parse_budget("size_bytes<=50k")) == {"size_bytes": LEAST}


def test_what_a_budget_speaks_of() -> None:
    assert limits_error_alone(parse_budget("error_increase<=0.01 error<=0.1"))
    assert not limits_error_alone(parse_budget("error<=0.1 macs_ratio<=0.5"))
    assert needs_clock(parse_budget("cpu_ms_ratio<=0.5")) and not needs_clock(parse_budget("macs<=1M"))


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("size_bytes<=10", r"allowed: 500 or more: the graph without any weight"),
        ("size_kb<=0.4", r"size_bytes of at most 400, as size_kb<=0.4 asks"),
        ("size_bytes_ratio<=0.001", r"size_bytes of at most 100"),
        ("error_increase<=-0.05", r"error of at most -0.03.*allowed: 0 or more"),
        ("macs<=0", r"macs of at most 0.*allowed: more than 0"),
        ("cpu_ms<=0.1", r"cpu_ms: .*can be measured here"),
    ],
)
def test_a_budget_that_no_model_can_keep_is_one_line(budget: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        refuse_impossible(alone(), parse_budget(budget), least_bytes=500)
    assert "\n" not in str(caught.value)


def test_a_hard_budget_is_not_refused() -> None:
    refuse_impossible(alone(), parse_budget("size_bytes<=501 error_increase<=-0.02 macs_ratio<=0.01"), least_bytes=500)
    measured = FIRST.replace(cpu_ms=Quantity(value=2.0, low=1.9, high=2.1, method="clock"))
    timed = Report(name="", created="", seed=None, unit="", rows=(measured,))
    refuse_impossible(timed, parse_budget("cpu_ms<=0.1"), least_bytes=500)
    with pytest.raises(InputError, match="size_bytes"):  # one byte more is needed than is allowed
        refuse_impossible(alone(), parse_budget("size_bytes<=501"), least_bytes=502)


def test_a_count_that_nothing_lowers_is_one_line_with_the_reasons() -> None:
    smaller = FIRST.replace(size_bytes=30_000)
    with pytest.raises(InputError, match="lowers macs; prune: no layer; allowed: macs of 1000000 or more"):
        refuse_unmoved(FIRST, [smaller], parse_budget("macs_ratio<=0.5"), {"prune": "no layer"})
    refuse_unmoved(FIRST, [smaller], parse_budget("size_bytes<=20k"), {})


def test_what_is_broken_in_words() -> None:
    broken = list(told(report(size_bytes=40_000), parse_budget("size_bytes<=20k macs<=2M cpu_ms<=1")))
    assert broken == ["size_bytes is 40000, asked <= 20000", "cpu_ms is unknown, asked <= 1"]
