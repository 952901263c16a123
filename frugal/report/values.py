"""How one value of a report reads in a language: with its range, its unit and its method, or why it is unknown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeGuard

from frugal.report import further_errors
from frugal.report.records import Quantity, Row
from frugal.report.words import Voice

TAGS = {"A": "measured", "B": "measured", "C": "calculated", "D": "calculated", "E": "magnitude"}
"""Method letter -> how the number came about, for everyone."""

DASH = "–"
_JOULES = ((1e6, "MJ"), (1e3, "kJ"), (1.0, "J"), (1e-3, "mJ"), (1e-6, "µJ"), (1e-9, "nJ"))
_SECONDS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def reason(voice: Voice, quantity: Quantity) -> str:
    return voice.name("reason", quantity.reason)


def quantity_text(voice: Voice, quantity: Quantity, scale: float = 1.0) -> str:
    """Value and range divided by `scale`, then the method: `0.14 (0.06–0.35) C`; or unknown, and why."""
    if quantity.value is None:
        return voice.say("unknown.because", reason=reason(voice, quantity))
    text = ranged_text(voice, quantity, scale)
    return f"{text} {quantity.method}".rstrip()


def ranged_text(voice: Voice, quantity: Quantity, scale: float = 1.0) -> str:
    """Value and range without the method; the quantity must be known."""
    assert quantity.value is not None
    value, low, high = voice.numerals.ranged(
        quantity.value / scale,
        None if quantity.low is None else quantity.low / scale,
        None if quantity.high is None else quantity.high / scale,
    )
    return f"{value} ({low}{DASH}{high})" if low and high else value


def count_text(voice: Voice, number: float | None) -> str:
    return voice.say("unknown") if number is None else voice.numerals.count(number)


def size_text(voice: Voice, size_bytes: float) -> str:
    """Bytes as kB (1 000) or MB."""
    unit, scale = ("unit.MB", 1e6) if size_bytes >= 999_500 else ("unit.kB", 1e3)
    return f"{voice.numerals.significant(size_bytes / scale)}{voice.numerals.space}{voice.say(unit)}"


def error_text(voice: Voice, row: Row) -> str:
    """Error with its interval: `1.30 % (0.70–2.40)`."""
    return share_text(voice, row.error, row.error_low, row.error_high)


def further_text(voice: Voice, row: Row, name: str) -> str:
    """A further error of a row with its interval, or unknown."""
    found = further_errors.find(row, name)
    return share_text(voice, *(found.shown() if found is not None else (None, None, None)))


def share_text(voice: Voice, share: float | None, low: float | None, high: float | None) -> str:
    """A share of 1 in percent, with its interval where that is known."""
    if share is None:
        return voice.say("unknown")
    text = voice.numerals.percent(share)
    if low is None or high is None:
        return text
    ends = (voice.numerals.fixed(100 * end, 2) for end in (low, high))
    return f"{text} ({DASH.join(ends)})"


def joules_text(voice: Voice, joules: float) -> str:
    """Energy in the unit that suits its size."""
    return _scaled(voice, joules, _JOULES, 2)


def seconds_text(voice: Voice, seconds: float) -> str:
    """Time in the unit that suits its size."""
    return _scaled(voice, seconds, _SECONDS, 2)


def joules_range(voice: Voice, energy_mj: Quantity) -> tuple[str, str, str]:
    """Value, low and high of an energy with units; "" for an end that is unknown."""
    assert energy_mj.value is not None
    scale, unit = _unit_for(energy_mj.value / 1e3, _JOULES)
    low_end, high_end = (None if end is None else end / 1e3 / scale for end in (energy_mj.low, energy_mj.high))
    texts = voice.numerals.ranged(energy_mj.value / 1e3 / scale, low_end, high_end)
    value, low, high = (f"{text}{voice.numerals.space}{unit}" if text else "" for text in texts)
    return value, low, high


def joules_with_ends(voice: Voice, energy_mj: Quantity) -> str:
    """A known energy with its range and how it came about: `200 µJ (57 µJ–680 µJ, calculated, method C)`."""
    value, low, high = joules_range(voice, energy_mj)
    ends = f"{low}{DASH}{high}, " if low and high else ""
    return f"{value} ({ends}{tag(voice, energy_mj)})"


def change_text(voice: Voice, change: float) -> str:
    """A difference of two errors in percentage points, with its sign."""
    text = voice.numerals.fixed(100 * change, 2)
    return voice.say("points", change=text if text.startswith("-") else f"+{text}").replace("-", "−")


def tag(voice: Voice, quantity: Quantity) -> str:
    """`measured`, `calculated` or `order of magnitude`, with the method letter."""
    if quantity.value is None or quantity.method not in TAGS:
        return voice.say("tag.unknown")
    return voice.say("tag.method", tag=voice.say(f"tag.{TAGS[quantity.method]}"), method=quantity.method)


def plain_text(voice: Voice, value: Any) -> str:
    """Anything that a report holds beside its numbers, on one line."""
    if value is None:
        return voice.say("unknown")
    if isinstance(value, bool):
        return voice.say("yes" if value else "no")
    if isinstance(value, float):
        return voice.numerals.general(value)
    if isinstance(value, Mapping):
        if is_quantity(value):
            return quantity_text(voice, as_quantity(value))
        return ", ".join(f"{key}: {plain_text(voice, item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        if not value:
            return voice.say("none")
        return ", ".join(plain_text(voice, item) for item in value)
    return str(value)


def as_quantity(value: Any) -> Quantity:
    """A quantity from what a report holds: the record itself, its JSON form, a bare number, or nothing."""
    if isinstance(value, Quantity):
        return value
    if is_number(value):
        return Quantity(value=float(value))
    if is_quantity(value):
        return Quantity.from_json(value)
    return Quantity.unknown("not given")


def is_number(value: Any) -> TypeGuard[float]:
    """A finite number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_quantity(value: Any) -> bool:
    """The JSON form of a quantity: unknown with a reason, or a number with a method."""
    if not isinstance(value, Mapping) or not isinstance(value.get("method", ""), str):
        return False
    if value.get("value") is None:
        return "value" in value and isinstance(value.get("reason"), str)
    ends = (value.get("low"), value.get("high"))
    return "method" in value and is_number(value["value"]) and all(end is None or is_number(end) for end in ends)


def _scaled(voice: Voice, amount: float, units: tuple[tuple[float, str], ...], digits: int) -> str:
    scale, unit = _unit_for(amount, units)
    return f"{voice.numerals.significant(amount / scale, digits)}{voice.numerals.space}{unit}"


def _unit_for(amount: float, units: tuple[tuple[float, str], ...]) -> tuple[float, str]:
    return next((pair for pair in units if amount >= 0.9995 * pair[0]), (1.0, "J" if units is _JOULES else "s"))
