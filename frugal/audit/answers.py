"""What a firm answers, read from JSON and checked; nothing is filled in here.

Knows no factor. Every fault of a file is one line: the file, the question, what was given, what is allowed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frugal.audit.tables import tables
from frugal.contract import InputError
from frugal.energy.factors import electricity

SCHEMA = 1
MOST_BYTES = 1_000_000
MOST_DEVICES = 200
MOST_COUNT = 1e5

USES = {
    "attachments_a_week": 1e6,
    "attachment_mb": 1e4,
    "video_hours_a_week": 1e5,
    "chatbot_answers_a_week": 1e6,
    "images_a_week": 1e6,
    "storage_gb": 1e6,
    "pages_viewed_a_month": 1e9,
    "page_mb": 1e3,
}
"""Question -> the largest number that is taken for an answer."""
ELECTRICITY = {"bill_kwh": 1e8, "bill_euros": 1e8, "devices_kwh": 1e8}
DEVICE = {"age_years": 50, "keep_years": 50, "hours_a_day": 24, "watts": 1e5, "kwh_a_year": 1e6}
CALENDAR = {"days_a_week": 7, "weeks_a_year": 52}
_TEXTS = ("name", "trade", "country")


@dataclass(frozen=True, kw_only=True)
class DeviceAnswer:
    """So many devices of one kind; None = not answered.

    Attributes:
        age_years: how old they are. keep_years: at what age they are replaced.
        watts: while in use, read from a meter. kwh_a_year: each, read from a meter.
    """

    kind: str
    count: float
    age_years: float | None = None
    keep_years: float | None = None
    hours_a_day: float | None = None
    watts: float | None = None
    kwh_a_year: float | None = None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One firm; None = not answered. `country`: ISO alpha-3. `devices` None: the trade's are assumed."""

    name: str | None = None
    trade: str | None = None
    country: str | None = None
    days_a_week: float | None = None
    weeks_a_year: float | None = None
    electricity: Mapping[str, float] = field(default_factory=dict)
    devices: tuple[DeviceAnswer, ...] | None = None
    uses: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What was answered, as a file of answers holds it."""
        given = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        if self.devices is not None:
            devices = (dataclasses.asdict(device) for device in self.devices)
            given["devices"] = [{k: v for k, v in device.items() if v is not None} for device in devices]
        return {"schema": SCHEMA, **{name: value for name, value in given.items() if value not in (None, {})}}


def read_answers(path: Path) -> Answers:
    """Raises InputError, in one line that begins with the file's name."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.stat().st_size} bytes", allowed=f"at most {MOST_BYTES}")
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: {reason}", allowed="a JSON file of answers") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON", allowed="answers saved from the page of frugal audit --html") from error
    try:
        return parse(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parse(data: Any) -> Answers:
    """Answers from plain values; raises InputError for anything that is not one."""
    given = _map(data, "the file")
    _known(given, {"schema", *_TEXTS, *CALENDAR, "electricity", "devices", "uses"}, "")
    if given.get("schema") != SCHEMA:
        raise InputError(f"schema {given.get('schema')!r:.40}", allowed=str(SCHEMA))
    texts = {name: _text(given, name) for name in _TEXTS}
    if texts["trade"] is not None and texts["trade"] not in tables().trades:
        raise InputError(f"trade {texts['trade']!r:.40}", allowed=", ".join(tables().trades))
    return Answers(
        name=texts["name"],
        trade=texts["trade"],
        country=_country(texts["country"]),
        days_a_week=_number(given, "days_a_week", CALENDAR["days_a_week"], ""),
        weeks_a_year=_number(given, "weeks_a_year", CALENDAR["weeks_a_year"], ""),
        electricity=_numbers(given.get("electricity"), ELECTRICITY, "electricity"),
        devices=_devices(given.get("devices")),
        uses=_numbers(given.get("uses"), USES, "uses"),
    )


def _country(name: str | None) -> str | None:
    if name is None:
        return None
    key = electricity.grid(name)
    if key not in electricity.countries():
        raise InputError(f"country {name}", allowed="one country, such as FR; leave it out where it is unknown")
    return key


def _devices(data: Any) -> tuple[DeviceAnswer, ...] | None:
    if data is None:
        return None
    if not isinstance(data, list) or len(data) > MOST_DEVICES:
        raise InputError("devices", allowed=f"a list of at most {MOST_DEVICES}")
    return tuple(_device(item, f"devices[{index}]") for index, item in enumerate(data))


def _device(data: Any, where: str) -> DeviceAnswer:
    given = _map(data, where)
    _known(given, {"kind", "count", *DEVICE}, f"{where}.")
    kind, known = given.get("kind"), tables().devices
    if not isinstance(kind, str) or kind not in known:
        raise InputError(f"{where}.kind {kind!r:.40}", allowed=", ".join(known))
    count = _number(given, "count", MOST_COUNT, f"{where}.")
    numbers = {name: _number(given, name, most, f"{where}.") for name, most in DEVICE.items()}
    age, keep = numbers["age_years"], numbers["keep_years"]
    if keep is not None and keep <= 0:
        raise InputError(f"{where}.keep_years {keep:g}", allowed="more than 0")
    if age is not None and keep is not None and keep < age:
        raise InputError(f"{where}.keep_years {keep:g}", allowed=f"at least the age, {age:g}")
    return DeviceAnswer(kind=kind, count=1.0 if count is None else count, **numbers)


def _numbers(data: Any, most: Mapping[str, float], where: str) -> dict[str, float]:
    given = _map({} if data is None else data, where)
    _known(given, set(most), f"{where}.")
    numbers = {name: _number(given, name, most[name], f"{where}.") for name in given}
    return {name: number for name, number in numbers.items() if number is not None}


def _number(given: Mapping[str, Any], name: str, most: float, where: str) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not plain or not 0 <= value <= most:
        raise InputError(f"{where}{name} {value!r:.40}", allowed=f"a number from 0 to {most:g}")
    return float(value)


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > 200):
        raise InputError(f"{name} {value!r:.40}", allowed="a text of at most 200 characters")
    return value or None


def _map(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise InputError(f"{where} is {type(data).__name__}", allowed="a map of questions and answers")
    return data


def _known(given: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for name in given:
        if name not in allowed:
            raise InputError(f"{where}{name!r:.40}", allowed=", ".join(sorted(allowed)))
