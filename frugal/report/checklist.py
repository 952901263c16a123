"""A checklist in our own words, keyed to the documents that ask for such things: filled from evidence, or declared.

What a report can show is shown with the evidence; what only people know may be declared by somebody on a day; the rest
is "not assessed". Knows no sentence: keys of `wording.checklist`, numbers of the report.

Editions: AFNOR SPEC 2314, June 2024, revised April 2025 (its numbers of good practices as cited in public; its text is
not repeated here). RGESN, 2024. ITU-T L.1801, February 2026 (twin text: ETSI ES 204 135). Regulation (EU) 2024/1689
(AI Act), Annex XI, which binds providers of general-purpose models only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frugal import breakeven
from frugal.report import further_errors, life_cycle_section, need, values
from frugal.report.records import Report
from frugal.report.words import Voice

Evidence = Callable[[Voice, Report], str]
"""What the report shows for an item, as a sentence; "" where it shows nothing."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line: its key, where it is asked for, and what fills it; without evidence only people can answer it."""

    key: str
    references: str
    evidence: Evidence | None = None


def _need(voice: Voice, report: Report) -> str:
    if "need" not in report.sections:
        return ""
    found = need.parse(report.sections["need"])
    tried = sum(each.error is not None for each in found.candidates)
    chosen = found.chosen or voice.say("none")
    return voice.say("check.need.shown", n=tried, chosen=chosen)


def _unit(voice: Voice, report: Report) -> str:
    return voice.say("check.unit.shown", unit=voice.name("unit", report.unit))


def _measured(voice: Voice, report: Report) -> str:
    energy = report.rows[-1].energy_mj
    if energy.value is None or energy.low is None:
        return ""
    return values.joules_with_ends(voice, energy)


def _beforehand(voice: Voice, report: Report) -> str:
    known = report.sections.get("devices") or ()
    timed = sum(each["time_ms"].get("value") is not None for each in known)
    return voice.say("check.beforehand.shown", n=timed) if timed else ""


def _trainings(voice: Voice, report: Report) -> str:
    parts = report.training.get("ledger")
    if not parts:
        return ""
    all_, lost = (sum(p["trainings"] for p in parts if p["status"] != skipped) for skipped in ("", "done"))
    cpu_s = voice.numerals.significant(sum(part["cpu_s"] for part in parts))
    return voice.say("check.trainings.shown", n=all_, failed=lost, cpu=cpu_s)


def _smaller(voice: Voice, report: Report) -> str:
    first, last = report.rows[0].size_bytes, report.rows[-1].size_bytes
    steps = [row.method for row in report.rows if row.kind in ("stage", "pass") and len(report.rows) > 1]
    if not steps or not first or not last:
        return ""
    return voice.say("check.smaller.shown", steps=", ".join(steps), share=voice.numerals.percent(last / first, 1))


def _accuracy(voice: Voice, report: Report) -> str:
    row = report.rows[-1]
    if row.error is None or row.error_low is None:
        return ""
    return voice.say("check.accuracy.shown", error=values.error_text(voice, row), n=voice.numerals.count(row.samples))


def _worst(voice: Voice, report: Report) -> str:
    row = report.rows[-1]
    if further_errors.find(row, further_errors.WORST_DECILE) is None:
        return ""
    return voice.say("check.worst.shown", error=values.further_text(voice, row, further_errors.WORST_DECILE))


def _paired(voice: Voice, report: Report) -> str:
    return voice.say("check.paired.shown", n=len(report.ratios)) if report.ratios else ""


def _even(voice: Voice, report: Report) -> str:
    found = breakeven.break_even(report)
    if found is None or found.outcome == breakeven.UNKNOWN:
        return ""
    return voice.say(f"check.even.{found.outcome}", uses="" if found.uses is None else _count(voice, found.uses.value))


def _criteria(voice: Voice, report: Report) -> str:
    if "life_cycle" not in report.sections:
        return ""
    data = life_cycle_section.parse(report.sections["life_cycle"])
    names = [
        voice.say(f"life.{criterion}")
        for criterion, cells in life_cycle_section.criteria(data)
        if any(cells[grid["key"]].get("value") is not None for grid in data["grids"])
    ]
    grids = ", ".join(voice.name("grid", grid["key"]) for grid in data["grids"])
    return voice.say("check.criteria.shown", criteria=", ".join(names), grids=grids) if names else ""


def _making(voice: Voice, report: Report) -> str:
    device = (report.sections.get("life_cycle") or {}).get("device") or {}
    if device.get("class") is None:
        return ""
    return voice.say("check.making.shown", device=voice.name("device_class", str(device["class"])))


def _data(voice: Voice, report: Report) -> str:
    licence = report.about.get("licence")
    sources = licence.get("sources") if isinstance(licence, Mapping) else None
    if not sources:
        return ""
    named = ", ".join(str(each.get("name", "")) for each in sources if isinstance(each, Mapping))
    return voice.say("check.data.shown", sources=named)


def _again(voice: Voice, report: Report) -> str:
    command = report.about.get("command")
    return voice.say("check.again.shown", seed=values.plain_text(voice, report.seed)) if command else ""


def _size(voice: Voice, report: Report) -> str:
    row = report.rows[-1]
    if row.parameters is None:
        return ""
    return voice.say("check.size.shown", parameters=voice.numerals.count(row.parameters), method=row.method)


def _count(voice: Voice, number: float) -> str:
    return voice.numerals.count(float(f"{number:.2g}"))


ITEMS: tuple[Item, ...] = (
    Item(key="need", references="SPEC 2314 BP 01 · RGESN 9.1 · L.1801 8.2", evidence=_need),
    Item(key="purpose", references="SPEC 2314 BP 01 · Annex XI 1.1(a)"),
    Item(key="unit", references="L.1801 app. IV", evidence=_unit),
    Item(key="beforehand", references="SPEC 2314 BP 23", evidence=_beforehand),
    Item(key="measured", references="SPEC 2314 BP 25 · Annex XI 1.2(e)", evidence=_measured),
    Item(key="size", references="Annex XI 1.1(d)", evidence=_size),
    Item(key="smaller", references="RGESN 9.2", evidence=_smaller),
    Item(key="trainings", references="Annex XI 1.2(d), (e) · RGESN 9", evidence=_trainings),
    Item(key="even", references="L.1801 8.2", evidence=_even),
    Item(key="paired", references="SPEC 2314 BP 31", evidence=_paired),
    Item(key="accuracy", references="SPEC 2314 BP 13", evidence=_accuracy),
    Item(key="worst", references="Annex XI 1.2(c)", evidence=_worst),
    Item(key="criteria", references="L.1801 8.1 · SPEC 2314 BP 13", evidence=_criteria),
    Item(key="making", references="L.1801 8.1", evidence=_making),
    Item(key="data", references="Annex XI 1.2(c)", evidence=_data),
    Item(key="again", references="SPEC 2314 BP 26", evidence=_again),
    Item(key="volume", references="L.1801 8.3"),
    Item(key="hardware", references="L.1801 8.1"),
    Item(key="upkeep", references="SPEC 2314 BP 25"),
    Item(key="mistakes", references="Annex XI 1.1(b)"),
    Item(key="skills", references="SPEC 2314"),
    Item(key="end", references="L.1801 8.1"),
)
"""In the order of the page."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How one item stands: shown (by evidence), declared (by a person) or not_assessed; `text` says the substance."""

    item: Item
    status: str
    text: str = ""


def answers(voice: Voice, report: Report) -> list[Answer]:
    """Every item: evidence first, else what was declared, else not assessed."""
    declared: Mapping[str, Any] = (report.sections.get("declared") or {}).get("answers") or {}
    found = []
    for item in ITEMS:
        shown = item.evidence(voice, report) if item.evidence is not None else ""
        if shown:
            found.append(Answer(item=item, status="shown", text=shown))
        elif declared.get(item.key):
            found.append(Answer(item=item, status="declared", text=str(declared[item.key])))
        else:
            found.append(Answer(item=item, status="not_assessed"))
    return found
