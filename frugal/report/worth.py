"""Did it shrink, is it faster? What each step changed against the step before, counted and measured in pairs.

A step is worse when the file or the operations grew, when its CPU time rose beyond doubt, or when the error rose and
nothing was gained for it. Computed from rows and ratios alone; knows no sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from frugal.report.records import Ratio, Report, Row

MORE = 1.001
"""A count has grown beyond this share: not by a byte of a name."""
SLOWER = 1.02
"""The lower end of a ratio of CPU times beyond which a step is slower."""
LARGER, DEARER, SLOW, LESS_ACCURATE = "larger", "more operations", "slower", "less accurate for nothing"
SMALLER, CHEAPER, FAST, MORE_ACCURATE = "smaller", "fewer operations", "faster", "more accurate"


@dataclass(frozen=True, kw_only=True)
class StepWorth:
    """One step against the one before it.

    Attributes:
        size_ratio, macs_ratio: to the step before; None where one of the two is unknown.
        int8_share: of the bytes of weights, stored in 8 bits or fewer.
        time: CPU time to the step before, value, low and high; None where it was not measured.
        error_change: difference of the two errors, as shares of 1.
        kept_float: (operator, how many, why) of what stayed float in a step with integer layers.
        better, worse: words of this module.
    """

    step: str
    before: str
    size_bytes: int | None
    size_ratio: float | None
    macs_ratio: float | None
    int8_share: float | None
    time: tuple[float, float, float] | None
    error_change: float | None
    kept_float: tuple[tuple[str, int, str], ...]
    better: tuple[str, ...]
    worse: tuple[str, ...]


def account(rows: Sequence[Row], ratios: Sequence[Ratio]) -> list[dict[str, Any]]:
    """The account `worth` of a report: one entry per step after the first, as plain JSON values."""
    entries = []
    for before, row in pairwise(rows):
        time = next((r for r in ratios if (r.of_step, r.to_step) == (row.step, before.step)), None)
        entry: dict[str, Any] = {
            "step": row.step,
            "before": before.step,
            "size_bytes": row.size_bytes,
            "size_ratio": _ratio(row.size_bytes, before.size_bytes),
            "macs_ratio": _ratio(row.macs, before.macs),
            "int8_share": row.details.get("int8_weight_share"),
            "time": None if time is None else [time.value, time.low, time.high],
            "error_change": None if row.error is None or before.error is None else row.error - before.error,
            "kept_float": [
                [kept["operator"], len(kept["nodes"]), kept["why"]] for kept in row.details.get("kept_float") or []
            ],
        }
        better, worse = _judged(entry)
        entries.append(entry | {"better": better, "worse": worse})
    return entries


def parse(data: Any) -> tuple[StepWorth, ...]:
    """The account of a report as records; raises ValueError, KeyError or TypeError for anything foreign."""
    return tuple(_parsed(entry) for entry in data)


def worse_steps(report: Report) -> list[StepWorth]:
    """The steps that made something worse."""
    return [step for step in parse(report.sections.get("worth", [])) if step.worse]


def _parsed(entry: Mapping[str, Any]) -> StepWorth:
    numbers = ("size_bytes", "size_ratio", "macs_ratio", "int8_share", "error_change")
    if any(not isinstance(entry[name], (int, float, type(None))) for name in numbers):
        raise ValueError("a number of a step is none")
    time = None if entry["time"] is None else tuple(float(end) for end in entry["time"])
    if time is not None and len(time) != 3:
        raise ValueError("time has value, low and high")
    return StepWorth(
        step=str(entry["step"]),
        before=str(entry["before"]),
        **{name: entry[name] for name in numbers},
        time=time,
        kept_float=tuple((str(operator), int(count), str(why)) for operator, count, why in entry["kept_float"]),
        better=tuple(map(str, entry["better"])),
        worse=tuple(map(str, entry["worse"])),
    )


def _judged(entry: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What became better and what worse."""
    better, worse = [], []
    for ratio, less, more in ((entry["size_ratio"], SMALLER, LARGER), (entry["macs_ratio"], CHEAPER, DEARER)):
        if ratio is not None and ratio < 1:
            better.append(less)
        if ratio is not None and ratio > MORE:
            worse.append(more)
    if entry["time"] is not None and entry["time"][2] < 1:
        better.append(FAST)
    if entry["time"] is not None and entry["time"][1] > SLOWER:
        worse.append(SLOW)
    change = entry["error_change"] or 0.0
    if change < 0:
        better.append(MORE_ACCURATE)
    if change > 0 and not better:
        worse.append(LESS_ACCURATE)
    return better, worse


def _ratio(after: float | None, before: float | None) -> float | None:
    return None if after is None or not before else after / before
