"""Units and calls, and the energy of a correct one by hand."""

from __future__ import annotations

import math

import pytest

from frugal.contract import InputError
from frugal.functional_unit import FunctionalUnit, functional_unit, per_unit
from frugal.report.records import Quantity, Row

ENERGY = Quantity(value=2.0, low=1.0, high=4.0, method="C")


def row(**values: object) -> Row:
    return Row(step="m", kind="pass", method="m", metric="cer", **{"energy_mj": ENERGY, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "task", "truths", "name", "calls"),
    [
        (None, "characters", None, "character", 1),
        (None, "lines", None, "line", 1),
        (None, None, None, "inference", 1),
        ("decision", None, None, "decision", 1),
        ("line", "lines", None, "line", 1),
        ("1000-characters", "characters", None, "1000-characters", 1000),
        ("1000-characters", "lines", ["x" * 30, "y" * 50], "1000-characters", 25),
        ("character", "lines", ["x" * 30, "y" * 50], "character", 1 / 40),
        ("page=30", "lines", None, "page", 30),
        ("page", None, None, "page", 1),
    ],
)
def test_units_and_their_calls(
    asked: str | None, task: str | None, truths: list[str] | None, name: str, calls: float
) -> None:
    unit = functional_unit(asked, task, truths)
    assert (unit.name, unit.calls) == (name, pytest.approx(calls))


@pytest.mark.parametrize(
    ("asked", "task"),
    [("1000-characters", "lines"), ("1000-characters", None), ("page", "lines"), ("page", "characters")],
)
def test_what_nobody_knows_has_a_reason_and_a_remedy(asked: str, task: str | None) -> None:
    unit = functional_unit(asked, task)
    assert unit.calls is None and f"--unit {asked}=CALLS" in unit.reason
    details = per_unit(row(error=0.1), unit)
    assert details["energy_per_correct_unit_mj"]["value"] is None
    assert "nobody knows" in details["energy_per_correct_unit_mj"]["reason"]


@pytest.mark.parametrize("asked", ["page=many", "page=0", "page=-3", "page=inf"])
def test_calls_that_are_no_number_are_one_line(asked: str) -> None:
    with pytest.raises(InputError, match="NAME=CALLS"):
        functional_unit(asked, "lines")


def test_the_energy_of_a_correct_unit_by_hand() -> None:
    """2 mJ x 25 calls / (1 - 0.2) = 62.5 mJ; up: ln 2 and ln(0.8 / 0.75) in quadrature."""
    details = per_unit(
        row(error=0.2, error_low=0.15, error_high=0.25), FunctionalUnit(name="1000-characters", calls=25)
    )
    assert details["energy_per_unit_mj"]["value"] == pytest.approx(50)
    correct = details["energy_per_correct_unit_mj"]
    assert (correct["value"], correct["method"]) == (pytest.approx(62.5), "C")
    assert correct["high"] == pytest.approx(62.5 * math.exp(math.hypot(math.log(2), math.log(0.8 / 0.75))))
    assert correct["low"] == pytest.approx(62.5 / math.exp(math.hypot(math.log(2), math.log(0.85 / 0.8))))


def test_a_worse_model_pays_more_for_what_is_right() -> None:
    unit = FunctionalUnit(name="line", calls=1)
    good, bad = (per_unit(row(error=e), unit)["energy_per_correct_unit_mj"]["value"] for e in (0.1, 0.8))
    assert bad / good == pytest.approx(4.5)


def test_without_error_or_energy_it_is_unknown() -> None:
    unit = FunctionalUnit(name="line", calls=1)
    unscored = row(details={"error_reason": "no samples were given (--data)"})
    reason = per_unit(unscored, unit)["energy_per_correct_unit_mj"]["reason"]
    assert reason == "accuracy not assessed: no samples were given (--data)"
    assert per_unit(row(error=1.0), unit)["energy_per_correct_unit_mj"]["reason"] == "no answer was right"
    unmetered = row(error=0.1, energy_mj=Quantity.unknown("no counter"))
    assert per_unit(unmetered, unit)["energy_per_correct_unit_mj"]["reason"] == "no counter"


def test_an_error_that_may_be_1_leaves_the_upper_end_open() -> None:
    details = per_unit(row(error=0.5, error_low=0.0, error_high=1.0), FunctionalUnit(name="line", calls=1))
    assert details["energy_per_correct_unit_mj"]["high"] is None
