"""What to do, on the first screen: a few sentences, each computed from one finding of the report.

Knows no format. A finding that a report does not hold gives no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator

from frugal import breakeven
from frugal.report import devices_section, need, training_section, values
from frugal.report.records import Report
from frugal.report.words import Voice

MOST = 5
"""Sentences on the first screen; more would not be read."""


def advice(voice: Voice, report: Report) -> tuple[str, ...]:
    """The most important first; where nothing is to be done, that."""
    found = [
        *_budget(voice, report),
        *_need(voice, report),
        *_last_step(voice, report),
        *_volume(voice, report),
        *_devices(voice, report),
        *_measure(voice, report),
    ]
    return tuple(found[:MOST]) or (voice.say("advice.nothing"),)


def _budget(voice: Voice, report: Report) -> Iterator[str]:
    if report.violations:
        names = ", ".join(dict.fromkeys(str(each.get("name", "")) for each in report.violations))
        yield voice.say("advice.budget", n=len(report.violations), names=names)


def _need(voice: Voice, report: Report) -> Iterator[str]:
    if "need" not in report.sections:
        return
    found = need.parse(report.sections["need"])
    accuracy = f"{voice.numerals.short(round(100 * (1 - found.asked_error), 6))}{voice.numerals.space}%"
    chosen = found.candidate(found.chosen)
    if chosen is None:
        yield voice.say("advice.need.none", accuracy=accuracy)
    elif chosen.kind != "network":
        kind = voice.name("need.kind", chosen.kind)
        yield voice.say("advice.need.other", accuracy=accuracy, name=chosen.name, kind=kind)


def _last_step(voice: Voice, report: Report) -> Iterator[str]:
    """A last step that is shown to take more CPU time than the one before it."""
    if len(report.rows) < 2:
        return
    before, last = report.rows[-2], report.rows[-1]
    for ratio in report.ratios:
        if (ratio.of_step, ratio.to_step) == (last.step, before.step) and ratio.low > 1:
            times = voice.numerals.fixed(ratio.value, 2)
            yield voice.say("advice.slower", last=last.step, before=before.step, times=times)


def _volume(voice: Voice, report: Report) -> Iterator[str]:
    even = breakeven.break_even(report)
    if even is None or even.outcome not in (breakeven.PAYS, breakeven.NEVER):
        return
    about = {"first": even.first, "last": even.last, "units": voice.name("units", report.unit)}
    if even.outcome == breakeven.NEVER:
        yield voice.say("advice.never", **about)
    else:
        uses, low, high = training_section.uses_text(voice, even)
        yield voice.say("advice.pays", uses=uses, low=low, high=high, **about)


def _devices(voice: Voice, report: Report) -> Iterator[str]:
    estimates = devices_section.parse(report.sections["devices"]) if "devices" in report.sections else ()
    if any(devices_section.runs_in_time(each) for each in estimates):
        yield devices_section.verdict(voice, estimates)


def _measure(voice: Voice, report: Report) -> Iterator[str]:
    energy = report.rows[-1].energy_mj
    if energy.value is None:
        yield voice.say("advice.unknown", reason=values.reason(voice, energy))
    elif energy.method not in ("A", "B"):
        yield voice.say("advice.measure", tag=values.tag(voice, energy))
