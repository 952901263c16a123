"""After how many uses has a compression paid for itself? N* = (E_B - E_A) / (e_A - e_B), with its range.

A is the first step of a report, B the last. E_B - E_A is every training but A's own and every pass, failed ones and
sweeps too; e is the energy of one use. Where all of it was calculated from CPU time at the same watts (method C), the
calibration cancels and only the clocks' ranges remain; else the ranges of both sides count in full. A saving whose
range holds zero is never said to pay. Knows no sentence and no drawing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from frugal.report.records import Quantity, Report, Row

FIRST = ("train", "initial", "given")
"""What a ledger calls the making of the first step (its first word); everything else was spent on changing it."""
SAME_WATTS = 0.03
"""Relative difference of watts below which two figures rest on one calibration: rounding, the loop around a call."""
PAYS, NEVER, AT_ONCE, UNKNOWN = "pays", "never", "at_once", "unknown"


@dataclass(frozen=True, kw_only=True)
class Range:
    """A value and its ends, low <= value <= high."""

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> Range:
        return Range(value=self.value * factor, low=self.low * factor, high=self.high * factor)


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """What the compression cost, what a use saves, and how many uses even it out.

    Attributes:
        outcome: pays (`uses` is known), never (no saving is shown), at_once (nothing was spent on it) or unknown.
        cost_j, saving_j: joules; of one use where it is a saving. Both rest on the same calibration where
            `calibration_cancels`, which moves them together and leaves `uses` alone.
        trainings, failed: how many were counted, and how many of them did not end as they should; passes are counted in
            `cost_j` alone.
    """

    first: str
    last: str
    outcome: str
    reason: str = ""
    cost_j: Range | None = None
    saving_j: Range | None = None
    uses: Range | None = None
    calibration_cancels: bool = False
    trainings: int = 0
    failed: int = 0


def break_even(report: Report) -> BreakEven | None:
    """The last step against the first; None where there is one step only."""
    if len(report.rows) < 2:
        return None
    first, last = report.rows[0], report.rows[-1]
    parts = changes(report.training)
    if parts is None:
        return BreakEven(first=first.step, last=last.step, outcome=UNKNOWN, reason="no ledger")
    cost = _cost(parts)
    cancels = cost is None or _one_calibration(parts, (first, last))
    saving = _saving(report, first, last, cancels)
    common = BreakEven(
        first=first.step,
        last=last.step,
        outcome=UNKNOWN,
        calibration_cancels=cancels,
        trainings=sum(int(part["trainings"]) for part in parts),
        failed=sum(int(part["trainings"]) for part in parts if part["status"] != "done"),
    )
    if isinstance(cost, str) or isinstance(saving, str):
        return replace(common, reason=cost if isinstance(cost, str) else str(saving))
    if cost is not None and cancels:  # the common calibration is in both: of the cost only spent CPU time is left
        cost = Range(value=cost.value, low=cost.value, high=cost.value)
    known = replace(common, cost_j=cost, saving_j=saving)
    if saving.low <= 0:
        return replace(known, outcome=NEVER)
    if cost is None:
        return replace(known, outcome=AT_ONCE)
    uses = Range(value=cost.value / saving.value, low=cost.low / saving.high, high=cost.high / saving.low)
    return replace(known, outcome=PAYS, uses=uses)


def changes(training: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The parts of the ledger that were spent on changing the first step; None where the report holds no ledger."""
    parts = training.get("ledger")
    if not isinstance(parts, list):
        return None
    return [part for part in parts if str(part["what"]).partition(" ")[0] not in FIRST]


def _cost(parts: list[Mapping[str, Any]]) -> Range | str | None:
    """Joules; None where nothing was trained, a reason where they are unknown."""
    energies = [Quantity.from_json(part["energy_j"]) for part in parts]
    for energy in energies:
        if energy.value is None:
            return energy.reason
    if len({energy.method for energy in energies}) > 1:
        return "trainings were metered by different methods"
    if not energies:
        return None
    ends = [(e.value or 0.0, e.low or e.value or 0.0, e.high or e.value or 0.0) for e in energies]
    value, low, high = (math.fsum(column) for column in zip(*ends, strict=True))
    return Range(value=value, low=low, high=high)


def _one_calibration(parts: list[Mapping[str, Any]], rows: tuple[Row, Row]) -> bool:
    """Whether all joules are CPU seconds times the same watts."""
    watts: list[float] = []
    for part in parts:
        energy = Quantity.from_json(part["energy_j"])
        if energy.method != "C" or not energy.value or not part["cpu_s"]:
            return False
        watts.append(energy.value / part["cpu_s"])
    for row in rows:
        if row.energy_mj.method != "C" or not row.energy_mj.value or not row.cpu_ms.value:
            return False
        watts.append(row.energy_mj.value / row.cpu_ms.value)
    return max(watts) <= (1 + SAME_WATTS) * min(watts)


def _saving(report: Report, first: Row, last: Row, cancels: bool) -> Range | str:
    """Joules that one use saves; a reason where they are unknown."""
    for row in (first, last):
        if row.energy_mj.value is None:
            return row.energy_mj.reason
        if row.energy_mj.low is None or row.energy_mj.high is None:
            return "an energy without a range"
    if first.energy_mj.method != last.energy_mj.method:
        return "the steps were metered by different methods"
    if cancels and first.energy_mj.method == "C" and first.energy_mj.value and first.cpu_ms.value:
        saved = _saved_cpu_ms(report, first, last)
        if saved is not None:
            return saved.scaled(first.energy_mj.value / first.cpu_ms.value / 1e3)
    before, after = (_ends(row.energy_mj) for row in (first, last))
    low, high = before.low - after.high, before.high - after.low
    return Range(value=before.value - after.value, low=low, high=high).scaled(1e-3)


def _saved_cpu_ms(report: Report, first: Row, last: Row) -> Range | None:
    """CPU time that one use saves, by the paired ratio of the two where they were measured in pairs."""
    if first.cpu_ms.low is None or first.cpu_ms.high is None or first.cpu_ms.value is None:
        return None
    before = _ends(first.cpu_ms)
    for ratio in report.ratios:
        if (ratio.of_step, ratio.to_step) == (last.step, first.step):
            ends = [cpu * (1 - share) for cpu in (before.low, before.high) for share in (ratio.low, ratio.high)]
            return Range(value=before.value * (1 - ratio.value), low=min(ends), high=max(ends))
    if last.cpu_ms.value is None or last.cpu_ms.low is None or last.cpu_ms.high is None:
        return None
    after = _ends(last.cpu_ms)
    return Range(value=before.value - after.value, low=before.low - after.high, high=before.high - after.low)


def _ends(quantity: Quantity) -> Range:
    assert quantity.value is not None and quantity.low is not None and quantity.high is not None
    return Range(value=quantity.value, low=quantity.low, high=quantity.high)
