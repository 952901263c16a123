"""Devices that are not here: what fits, in what time, for what energy; and the oldest that is fast enough.

Reads the JSON of `frugal estimate` with suspicion; estimates nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from frugal.contract import InputError
from frugal.report import values
from frugal.report.page import Section, Table
from frugal.report.records import Quantity
from frugal.report.words import Voice

IN_TIME_MS = 100.0
"""Answers within a tenth of a second feel immediate (Miller 1968, "Response time in man-computer conversational
transactions")."""
Estimates = Sequence[Mapping[str, Any]]


def parse(data: Any) -> Estimates:
    """The estimates if they have the form that we write; raises InputError, KeyError or TypeError else."""
    if not isinstance(data, list) or not data:
        raise InputError("no list of devices")
    for each in data:
        for name in ("device", "title", "confidence"):
            if not isinstance(each[name], str):
                raise InputError(f"{name} is no text")
        for name in ("time_ms", "energy_mj", "battery_percent_per_1000"):
            quantity = Quantity.from_json(each[name])
            if not all(end is None or _is_number(end) for end in (quantity.value, quantity.low, quantity.high)):
                raise InputError(f"{name} is no quantity")
            if not isinstance(quantity.method, str) or not isinstance(quantity.reason, str):
                raise InputError(f"{name} with a text of another type")
        if not isinstance(each["fits"], Mapping) or not isinstance(each.get("missing_operators"), (list, type(None))):
            raise InputError("fits or missing_operators of another type")
        if not isinstance(each.get("released"), (int, type(None))):
            raise InputError("released is no year")
    return data


def section(voice: Voice, estimates: Estimates, index: int) -> Section:
    """A verdict and a table, fastest first, unknown times last; `index` is not needed, there is no drawing."""
    ordered = sorted(estimates, key=lambda each: _time(each).value or math.inf)
    columns = ("device", "flash", "ram", "time", "energy", "battery", "missing", "basis")
    table = Table(
        caption=voice.say("devices.table"),
        head=tuple(voice.say(f"devices.{name}") for name in columns),
        rows=tuple(_cells(voice, each) for each in ordered),
        last=False,
    )
    return Section(
        title=voice.say("devices"),
        text=(verdict(voice, estimates),),
        tables=(table,),
        notes=(voice.say("devices.note"),),
    )


def verdict(voice: Voice, estimates: Estimates) -> str:
    """The oldest device that runs it in time, even at the slow end of the range; without years the slowest such."""
    fast = [each for each in estimates if runs_in_time(each)]
    limit = f"{voice.numerals.general(IN_TIME_MS)}{voice.numerals.space}ms"
    if not fast:
        return voice.say("devices.none", limit=limit)
    dated = [each for each in fast if each.get("released")]
    if dated:
        oldest = min(dated, key=lambda each: (each["released"], -(_time(each).value or 0.0)))
        return voice.say(
            "devices.oldest", title=oldest["title"], year=oldest["released"], limit=limit, time=_ms(voice, oldest)
        )
    slowest = max(fast, key=lambda each: _time(each).value or 0.0)
    return voice.say("devices.slowest", title=slowest["title"], limit=limit, time=_ms(voice, slowest))


def runs_in_time(each: Mapping[str, Any]) -> bool:
    """Whether it fits, no operator is missing, and the slow end of its time is within the limit."""
    high = _time(each).high
    fits = each["fits"].get("flash") is not False and each["fits"].get("ram") is not False
    return fits and not each.get("missing_operators") and high is not None and high <= IN_TIME_MS


def _cells(voice: Voice, each: Mapping[str, Any]) -> tuple[str, ...]:
    fits = (_fits(voice, each["fits"].get(name)) for name in ("flash", "ram"))
    quantities = (Quantity.from_json(each[name]) for name in ("time_ms", "energy_mj", "battery_percent_per_1000"))
    texts = (voice.say("unknown") if q.value is None else values.ranged_text(voice, q) for q in quantities)
    missing = each.get("missing_operators")
    operators = voice.say("unknown") if missing is None else ", ".join(map(str, missing)) or voice.say("none")
    return (each["title"], *fits, *texts, operators, voice.name("basis", each["confidence"]))


def _fits(voice: Voice, fits: Any) -> str:
    return voice.say("unknown") if not isinstance(fits, bool) else voice.say("yes" if fits else "no")


def _time(each: Mapping[str, Any]) -> Quantity:
    return Quantity.from_json(each["time_ms"])


def _ms(voice: Voice, each: Mapping[str, Any]) -> str:
    return f"{values.ranged_text(voice, _time(each))}{voice.numerals.space}ms"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
