"""Energy by every meter that read, side by side: gross, net of the idle machine, and how the meters compare.

Reads what the measuring left in a row's details, and leaves out what has another form; never adds two methods up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from frugal.report import values
from frugal.report.page import Section, Table
from frugal.report.records import Quantity, Report, Row
from frugal.report.scope import told
from frugal.report.words import Voice

KEYS = ("energy_tiers", "energy_cross_checks", "energy_textbook_mj", "energy_boundary", "energy_scope")
"""What a row's details hold for this section."""


def sections(voice: Voice, report: Report) -> Iterator[Section]:
    """One section where any row names its meters; none where the report is older."""
    rows = [(row, tier) for row in report.rows for tier in _tiers(row)]
    if not rows:
        return
    last = report.rows[-1]
    yield Section(
        title=voice.say("meters"),
        text=_boundary(voice, last.details.get("energy_boundary")),
        items=(*_checks(voice, last), *_textbook(voice, last)),
        tables=(
            Table(
                caption=voice.say("meters.table", unit=voice.name("unit", report.unit)),
                head=tuple(voice.say(f"meters.{name}") for name in ("step", "meter", "gross", "net", "share")),
                rows=tuple(_cells(voice, row, tier) for row, tier in rows),
                words=2,
                last=False,
            ),
        ),
        notes=tuple(dict.fromkeys(_covers(voice, tier) for _, tier in rows if tier.get("scope"))),
    )


def _boundary(voice: Voice, boundary: Any) -> tuple[str, ...]:
    """What the headline figure holds of the idle machine."""
    if not isinstance(boundary, str):
        return ()
    return (voice.say("meters.boundary", boundary=voice.name("meters.holds", boundary)),)


def _covers(voice: Voice, tier: Mapping[str, Any]) -> str:
    return voice.say("meters.covers", meter=voice.name("meters.name", tier["meter"]), scope=told(voice, tier["scope"]))


def _tiers(row: Row) -> list[Mapping[str, Any]]:
    """The entries that have the form that we write."""
    given = row.details.get("energy_tiers")
    return [tier for tier in given if _is_tier(tier)] if isinstance(given, list) else []


def _is_tier(tier: Any) -> bool:
    if not isinstance(tier, Mapping) or not all(isinstance(tier.get(key, ""), str) for key in ("meter", "scope")):
        return False
    return "meter" in tier and all(values.is_quantity(tier.get(key)) for key in ("gross_mj", "net_mj"))


def _cells(voice: Voice, row: Row, tier: Mapping[str, Any]) -> tuple[str, ...]:
    gross, net = (Quantity.from_json(tier[key]) for key in ("gross_mj", "net_mj"))
    share = tier.get("net_share")
    net_share = voice.numerals.percent(share, 0) if values.is_number(share) else values.DASH
    texts = (values.quantity_text(voice, each) for each in (gross, net))
    return (row.step, voice.name("meters.name", tier["meter"]), *texts, net_share)


def _checks(voice: Voice, row: Row) -> Iterator[str]:
    """How much more one meter says than another, from the same seconds."""
    given = row.details.get("energy_cross_checks")
    for check in given if isinstance(given, list) else []:
        if isinstance(check, Mapping) and all(values.is_number(check.get(key)) for key in ("value", "low", "high")):
            value, low, high = voice.numerals.ranged(check["value"], check["low"], check["high"])
            yield voice.say("meters.check", of=check.get("of"), to=check.get("to"), value=value, low=low, high=high)


def _textbook(voice: Voice, row: Row) -> Iterator[str]:
    """What the arithmetic alone would take by a textbook: a lower bound, never a headline."""
    bound = row.details.get("energy_textbook_mj")
    value = bound.get("value") if isinstance(bound, Mapping) else None
    if values.is_number(value) and value > 0:
        energy = values.joules_text(voice, value / 1e3)
        least = row.energy_mj.value / value if row.energy_mj.value else math.nan
        times = voice.numerals.significant(least, 2) if math.isfinite(least) else voice.say("unknown")
        yield voice.say("meters.textbook", energy=energy, times=times)
