"""What a person gets out of a model (a character, a line, a page, a decision) and the energy of one that is right.

A cheap model that is often wrong must not win: the energy of a correct unit is energy / (1 - error). Knows no meter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frugal import text
from frugal.contract import InputError
from frugal.energy.statistics import Interval, product
from frugal.report.records import Quantity, Row

UNITS = ("character", "line", "1000-characters", "page", "decision")
OF_TASK = {"characters": "character", "lines": "line"}
"""What one call of such a model reads."""
_IN_CHARACTERS = {"character": 1, "1000-characters": 1000}


@dataclass(frozen=True, kw_only=True)
class FunctionalUnit:
    """A unit and how many calls of the model make one; None with a reason where nobody knows."""

    name: str
    calls: float | None
    reason: str = ""

    @property
    def is_one_call(self) -> bool:
        return self.calls == 1


def functional_unit(asked: str | None, task: str | None, truths: Sequence[str] | None = None) -> FunctionalUnit:
    """The unit that `--unit` names: `NAME`, or `NAME=CALLS` where several calls make one (page=30).

    Characters of a lines model are counted in the truths. Any other name stands for one call.
    """
    one_call = OF_TASK.get(str(task), "inference")
    name, _, number = (asked or one_call).partition("=")
    if number:
        return FunctionalUnit(name=name, calls=_calls(asked or "", number))
    if name == "page" and one_call in OF_TASK.values():
        return _unknown(name, f"how many calls of a {one_call} make a page")
    if name not in _IN_CHARACTERS or name == one_call:
        return FunctionalUnit(name=name, calls=1)
    if one_call == "character":
        return FunctionalUnit(name=name, calls=_IN_CHARACTERS[name])
    if one_call != "line":
        return (
            FunctionalUnit(name=name, calls=1)
            if name == "character"
            else _unknown(name, "how many characters a call reads")
        )
    if not truths:
        return _unknown(name, "how many characters a line holds (the samples have no truth)")
    per_line = sum(len(text.normalise(truth)) for truth in truths) / len(truths)
    return (
        FunctionalUnit(name=name, calls=_IN_CHARACTERS[name] / per_line) if per_line else _unknown(name, "characters")
    )


def per_unit(row: Row, unit: FunctionalUnit) -> dict[str, Any]:
    """For a row's details: the unit, its calls, its energy, and the energy of a correct one; unknown with a reason."""
    energy = _energy(row, unit)
    return {
        "functional_unit": unit.name,
        "calls_per_unit": None if unit.calls is None else round(unit.calls, 6),
        "energy_per_unit_mj": energy.to_json(),
        "energy_per_correct_unit_mj": _per_correct(row, energy).to_json(),
    }


def _energy(row: Row, unit: FunctionalUnit) -> Quantity:
    if row.energy_mj.value is None:
        return row.energy_mj
    if unit.calls is None:
        return Quantity.unknown(unit.reason)
    return _scaled(row.energy_mj, Interval(unit.calls, unit.calls, unit.calls))


def _per_correct(row: Row, energy: Quantity) -> Quantity:
    """Energy / (1 - error); the ranges of both, taken as independent and log-normal to each side."""
    if energy.value is None:
        return energy
    if row.error is None:
        return Quantity.unknown(f"accuracy not assessed: {row.details.get('error_reason', 'no error')}")
    if row.error >= 1:
        return Quantity.unknown("no answer was right")
    low, high = (
        row.error if row.error_low is None else row.error_low,
        row.error if row.error_high is None else row.error_high,
    )
    worst = 1 / (1 - high) if high < 1 else math.inf
    return _scaled(energy, Interval(1 / (1 - row.error), 1 / (1 - low), worst))


def _scaled(energy: Quantity, by: Interval) -> Quantity:
    assert energy.value is not None
    ends = (energy.low if energy.low is not None else 0.0, energy.high if energy.high is not None else math.inf)
    found = product(Interval(energy.value, *ends), by)
    high = found.high if math.isfinite(found.high) else None
    return Quantity(value=found.value, low=found.low, high=high, method=energy.method)


def _unknown(name: str, what: str) -> FunctionalUnit:
    return FunctionalUnit(name=name, calls=None, reason=f"nobody knows {what}: --unit {name}=CALLS tells")


def _calls(asked: str, number: str) -> float:
    try:
        calls = float(number)
    except ValueError:
        calls = math.nan
    if not 0 < calls < math.inf:
        raise InputError(
            f"--unit {asked}", allowed=f"{', '.join(UNITS)}, or NAME=CALLS with calls of the model above 0"
        )
    return calls
