"""A table of factors checks itself: each rule is broken here once, and the shipped tables keep them all."""

from dataclasses import replace

import pytest

from frugal.contract import InputError
from frugal.energy.factors.electricity import electricity
from frugal.energy.factors.manufacture import manufacture
from frugal.energy.factors.records import MOST_ALIKE, Factor, checked, faults

GOOD = Factor(subject="FRA", criterion="water", unit="L/kWh", value=3.7, low=3.0, high=4.0, vintage="2020",
              scope="generation", source="wri_2020")  # fmt: skip
TABLE = [replace(GOOD, subject=name, value=value) for name, value in (("FRA", 3.7), ("DEU", 3.2), ("USA", 3.1))]


def test_a_good_table_passes():
    assert list(faults(TABLE)) == []
    assert checked(TABLE, "water") == tuple(TABLE)


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (replace(GOOD, value=-3.7, low=-4.0, high=-3.0), "FRA water: negative (-4 L/kWh)"),
        (replace(GOOD, low=-1.0), "negative (-1 L/kWh)"),
        (replace(GOOD, value=0.0, low=None, high=None), "0, which is no factor"),
        (replace(GOOD, vintage=""), "FRA water: no vintage"),
        (replace(GOOD, scope=" "), "no scope"),
        (replace(GOOD, source=""), "no source"),
        (replace(GOOD, unit=""), "no unit"),
        (replace(GOOD, source="hearsay"), "source hearsay is not in the table of sources"),
        (replace(GOOD, value=float("nan")), "not finite"),
        (replace(GOOD, high=float("inf")), "not finite"),
        (replace(GOOD, value=5.0), "outside its range"),
        (replace(GOOD, value=None, low=None, high=None), "no number and no reason"),
        (replace(GOOD, value=None, low=3.0, high=4.0, reason="unknown"), "a range without a number"),
    ],
)
def test_each_rule_of_one_factor(broken, fault):
    [found] = [found for found in faults([broken, *TABLE[1:]]) if fault in found]
    with pytest.raises(InputError, match="table water"):
        checked([broken], "water")
    assert "\n" not in found


@pytest.mark.parametrize("value", [3.7e3, 3.7e-3])
def test_an_outlier_is_a_slip_of_units(value):
    outlier = replace(GOOD, value=value, low=None, high=None)
    [found] = faults([outlier, *TABLE[1:], replace(GOOD, subject="ESP", value=3.6)])
    assert "is far from the median" in found


def test_a_number_filled_in_must_be_marked():
    names = [f"C{index}" for index in range(MOST_ALIKE + 1)]
    filled = [replace(GOOD, subject=name, value=3.908) for name in names]
    [found] = faults([*filled, *TABLE])
    assert "6 subjects (C0 ...) share 3.908 and are not marked imputed" in found
    marked = [replace(factor, imputed=True) for factor in filled]
    assert list(faults([*marked, *TABLE])) == []


def test_no_number_with_a_reason_is_no_fault():
    unknown = Factor(subject="WORLD", criterion="adpe", unit="", value=None, reason="tables contradict each other")
    assert list(faults([unknown, *TABLE])) == []


def test_the_shipped_tables_keep_the_rules():
    assert list(faults(electricity())) == []
    assert list(faults(manufacture())) == []
    assert len(electricity()) > 400


def test_many_faults_are_one_line():
    broken = [replace(GOOD, subject=f"C{index}", vintage="") for index in range(9)]
    with pytest.raises(InputError) as error:
        checked(broken, "water")
    assert "and 7 more" in str(error.value)
    assert "\n" not in str(error.value)
