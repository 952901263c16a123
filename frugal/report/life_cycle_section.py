"""The life cycle of a million uses as a table: four criteria, use on each grid, manufacture shared out in two ways.

Reads the JSON of `frugal.energy.lifecycle` with suspicion; computes nothing but the unit that suits a number's size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from frugal.contract import InputError
from frugal.report import values
from frugal.report.page import Section, Table
from frugal.report.words import Voice

MILLION = 1e6
UNITS = {
    "g CO2e": ((1e6, "t CO₂e"), (1e3, "kg CO₂e"), (1.0, "g CO₂e"), (1e-3, "mg CO₂e"), (1e-6, "µg CO₂e")),
    "kg Sb eq": ((1.0, "kg Sb"), (1e-3, "g Sb"), (1e-6, "mg Sb"), (1e-9, "µg Sb"), (1e-12, "ng Sb"), (1e-15, "pg Sb")),
    "MJ": ((1e3, "GJ"), (1.0, "MJ"), (1e-3, "kJ"), (1e-6, "J"), (1e-9, "mJ")),
    "L": ((1e3, "m³"), (1.0, "L"), (1e-3, "mL"), (1e-6, "µL"), (1e-9, "nL")),
}
"""Unit of a cell -> what it is shown in, largest first: factor to the cell's unit, name."""
REASONS = {
    "published figures of devices": "terms",
    "no open figure for this country": "country",
    "no convention for the world": "convention",
    "two open tables contradict": "contradiction",
    "open factors of devices are negative": "negative",
}
"""How a reason of the factor tables begins -> the sentence that says it in another language."""
_WAYS = ("in_use", "calendar")


def parse(data: Any) -> Mapping[str, Any]:
    """The account if it has the form that we write; raises InputError, KeyError or TypeError else."""
    keys = [grid["key"] for grid in data["grids"]]
    if not keys or not all(isinstance(text, str) for grid in data["grids"] for text in (grid["key"], grid["name"])):
        raise InputError("no grids")
    for criterion, cells in criteria(data):
        for key in keys:
            _check(criterion, cells[key])
        for way in _WAYS:
            _check(criterion, data["manufacture"][criterion][way])
    for number in (data["device"]["life_years"], data["device"]["hours_a_day"]):
        _number("device", number)
    for text in ("title", "licence", "credit", "url"):
        if not all(isinstance(source[text], str) for source in data["sources"].values()):
            raise InputError(f"a source whose {text} is no text")
    return data  # type: ignore[no-any-return]


def section(voice: Voice, data: Mapping[str, Any], index: int) -> Section:
    """The account in words and a table; `index` is not needed, there is no drawing."""
    units = voice.name("units", str(data["unit"]))
    return Section(
        title=voice.say("life"),
        text=(_manufacture(voice, data), voice.say("life.note")),
        tables=(_table(voice, data, units),),
        notes=tuple(_unassessed(voice, data)),
        facts=tuple(_sources(data)),
    )


def _table(voice: Voice, data: Mapping[str, Any], units: str) -> Table:
    grids = [(grid["key"], voice.name("grid", grid["key"])) for grid in data["grids"]]
    named = [
        (key, grid["name"] if name == key else name) for (key, name), grid in zip(grids, data["grids"], strict=True)
    ]
    rows = []
    for criterion, cells in criteria(data):
        made = data["manufacture"][criterion]
        columns = [cells[key] for key, _ in named] + [made[way] for way in _WAYS]
        rows.append((voice.say(f"life.{criterion}"), *(amount(voice, cell) for cell in columns)))
    uses = (voice.say("life.use", grid=name) for _, name in named)
    made_ways = (voice.say(f"life.made.{way}") for way in _WAYS)
    return Table(
        caption=voice.say("life.table", units=units),
        head=(voice.say("life.criterion"), *uses, *made_ways),
        rows=tuple(rows),
        last=False,
    )


def amount(voice: Voice, cell: Mapping[str, Any]) -> str:
    """A cell for a million uses in the unit that suits it, with its range; else not assessed."""
    if cell.get("value") is None:
        return voice.say("not_assessed")
    steps = UNITS.get(str(cell["unit"]), ((1.0, str(cell["unit"])),))
    value = MILLION * cell["value"]
    scale, unit = next((step for step in steps if value >= 0.9995 * step[0]), steps[-1])
    ends = (None if cell.get(end) is None else MILLION * cell[end] / scale for end in ("low", "high"))
    number, low, high = voice.numerals.ranged(value / scale, *ends)
    ranged = f" ({low}{values.DASH}{high})" if low and high else ""
    return f"{number}{ranged}{voice.numerals.space}{unit}"


def criteria(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each criterion and its cells of use, by grid."""
    for criterion in ("ghg", "adpe", "primary_energy", "water"):
        yield criterion, data["use"][criterion]


def _manufacture(voice: Voice, data: Mapping[str, Any]) -> str:
    """Whose manufacture was shared out, or that nobody named a device."""
    device = data["device"]
    if device.get("class") is None:
        return voice.say("life.no_device")
    years, hours = (voice.numerals.general(float(device[name])) for name in ("life_years", "hours_a_day"))
    kind = voice.name("device_class", str(device["class"]))
    return voice.say("life.device", device=kind, years=years, hours=hours)


def _unassessed(voice: Voice, data: Mapping[str, Any]) -> Iterator[str]:
    """Each reason once, with the criteria that it is about."""
    about: dict[str, list[str]] = {}
    for criterion, cells in criteria(data):
        made = data["manufacture"][criterion]
        for cell in (*(cells[grid["key"]] for grid in data["grids"]), *(made[way] for way in _WAYS)):
            if cell.get("value") is None:
                reason = str(cell.get("reason") or "not given").removeprefix("not assessed: ")
                named = about.setdefault(reason, [])
                if criterion not in named:
                    named.append(criterion)
    for reason, concerned in about.items():
        names = ", ".join(voice.say(f"life.{criterion}") for criterion in concerned)
        yield voice.say("life.unassessed", criteria=names, reason=_reason(voice, reason))


def _reason(voice: Voice, reason: str) -> str:
    key = next((key for start, key in REASONS.items() if reason.startswith(start)), None)
    return voice.name("reason", reason) if key is None else voice.say(f"life.why.{key}", reason=reason)


def _sources(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each source: what of it was used and of when, whose it is, under which licence, where it lies."""
    used: dict[str, list[str]] = {}
    for criterion, cells in criteria(data):
        for cell in (*cells.values(), *data["manufacture"][criterion].values()):
            if cell.get("source"):
                what = ", ".join(text for text in (cell.get("scope", ""), cell.get("vintage", "")) if text)
                named = used.setdefault(cell["source"], [])
                if what and what not in named:
                    named.append(what)
    for identifier, source in data["sources"].items():
        place = source["url"].partition("://")[2]
        parts = (*used.get(identifier, ()), source["credit"], source["licence"], place)
        yield source["title"], " · ".join(part for part in parts if part)


def _check(criterion: str, cell: Mapping[str, Any]) -> None:
    for name in ("value", "low", "high"):
        _number(criterion, cell.get(name))
    if cell.get("value") is not None and not isinstance(cell["unit"], str):
        raise InputError(f"{criterion} without a unit")
    if not all(isinstance(cell.get(name, ""), str) for name in ("reason", "source", "vintage", "scope")):
        raise InputError(f"{criterion} with a text of another type")


def _number(name: str, value: Any) -> None:
    """Impacts are positive: nothing here is ever set off against anything."""
    if value is None:
        return
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
        raise InputError(f"{name} is {value!r:.60}", allowed="a number of at least 0")
