"""Networks that were measured on a device: the table that ships, and files in which others hand in their own.

A file is one JSON object (`"schema": 1`); docs/estimate.md describes it. It is read with suspicion: sizes, types and
ranges are checked, nothing in it names code, and every fault is one line. Knows no profile and fits nothing.
"""

from __future__ import annotations

import datetime
import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from frugal.contract import InputError
from frugal.energy.factors.sources import read_table
from frugal.report.records import Quantity

SCHEMA = 1
PRECISIONS = ("int8", "float32")
LARGEST_FILE_BYTES = 1_000_000
_ALLOWED = "measured rows as docs/estimate.md describes them"
_LONGEST_TEXT = 300
_LIMITS = {"macs": (1.0, 1e15), "joules": (1e-12, 1e9), "ms": (1e-9, 1e9), "runs": (1, 1e12), "error": (0.0, 1e6)}


@dataclass(frozen=True, kw_only=True)
class MeasuredRow:
    """One network on one device, per inference.

    Attributes:
        device: id of a profile, or a name of its own.
        family: devices that share a slope; kind: devices of a similar level.
        energy_mj, time_ms: None where it was not measured.
        system: the board or product, in words.
        source: an identifier of the table of sources.
    """

    device: str
    family: str
    kind: str
    precision: str
    network: str
    macs: float
    energy_mj: float | None
    time_ms: float | None
    system: str
    source: str


@dataclass(frozen=True, kw_only=True)
class HandedRow:
    """One network of a handed-in file; quantities carry method A, and their range where it was given."""

    model: str
    precision: str
    macs: int
    energy_mj: Quantity
    time_ms: Quantity
    runs: int | None
    error: float | None
    samples: int | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A handed-in file: which device, who measured it, when (YYYY-MM-DD), with which instrument."""

    device: str
    who: str
    when: str
    instrument: str
    note: str
    rows: tuple[HandedRow, ...]


@functools.cache
def shipped_rows() -> tuple[MeasuredRow, ...]:
    """The table that ships; each row names its source."""
    return tuple(
        MeasuredRow(
            device=row["device"],
            family=row["family"],
            kind=row["kind"],
            precision=row["precision"],
            network=row["network"],
            macs=float(row["macs"]),
            energy_mj=float(row["energy_mj"]) if row["energy_mj"] else None,
            time_ms=float(row["time_ms"]) if row["time_ms"] else None,
            system=row["system"],
            source=row["source"],
        )
        for row in read_table("device_measurements.csv")
    )


def read_measured(path: Path) -> Measured:
    """The rows that somebody measured.

    Raises:
        InputError: missing, too big, no JSON, another schema, or a value of a wrong type or size; one line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(f"more than {LARGEST_FILE_BYTES:,} bytes", allowed=_ALLOWED)
        return _parse(json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse))
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or error})", allowed=_ALLOWED) from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON ({error!s:.80})", allowed=_ALLOWED) from error


def _parse(data: Any) -> Measured:
    if not isinstance(data, Mapping) or not isinstance(data.get("rows"), list):
        raise InputError("no object with rows", allowed=_ALLOWED)
    if data.get("schema") != SCHEMA:
        raise InputError(f"schema {data.get('schema')!r:.20}", allowed=str(SCHEMA), remedy="a newer frugal")
    if not 1 <= len(data["rows"]) <= 1000:
        raise InputError(f"{len(data['rows'])} rows", allowed="1 to 1 000 rows")
    when = _text(data, "when")
    if not _is_date(when):
        raise InputError(f"when {when!r:.40}", allowed="a date, YYYY-MM-DD")
    return Measured(
        device=_text(data, "device"),
        who=_text(data, "who"),
        when=when,
        instrument=_text(data, "instrument"),
        note=_text(data, "note", needed=False),
        rows=tuple(_row(row, index) for index, row in enumerate(data["rows"])),
    )


def _row(data: Any, index: int) -> HandedRow:
    if not isinstance(data, Mapping):
        raise InputError(f"rows[{index}] is no object", allowed=_ALLOWED)
    try:
        joules, ms = _quantity(data, "joules"), _quantity(data, "ms")
        if joules is None and ms is None:
            raise InputError("neither joules nor ms", allowed="one of them at least")
        precision = _text(data, "precision")
        if precision not in PRECISIONS:
            raise InputError(f"precision {precision!r:.40}", allowed=", ".join(PRECISIONS))
        return HandedRow(
            model=_text(data, "model"),
            precision=precision,
            macs=_whole(data, "macs"),
            energy_mj=_scaled(joules, 1000.0, "A"),
            time_ms=_scaled(ms, 1.0, "clock"),
            runs=_whole(data, "runs") if "runs" in data else None,
            error=_number(data["error"], "error") if "error" in data else None,
            samples=_whole(data, "samples", "runs") if "samples" in data else None,
        )
    except InputError as error:
        raise InputError(f"rows[{index}]: {error}") from error


def _quantity(data: Mapping[str, Any], name: str) -> tuple[float, float | None, float | None] | None:
    """Value, low and high: a number alone, or an object with all three."""
    given = data.get(name)
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return _number(given, name), None, None
    value, low, high = (_number(given.get(key), name) for key in ("value", "low", "high"))
    if not low <= value <= high:
        raise InputError(f"{name} {value:g} outside its range {low:g} to {high:g}", allowed="low <= value <= high")
    return value, low, high


def _scaled(given: tuple[float, float | None, float | None] | None, factor: float, method: str) -> Quantity:
    if given is None:
        return Quantity.unknown("not measured")
    value, low, high = (None if part is None else part * factor for part in given)
    return Quantity(value=value, low=low, high=high, method=method)


def _number(value: Any, name: str) -> float:
    low, high = _LIMITS[name]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        raise InputError(f"{name} {value!r:.40}", allowed=f"a number from {low:g} to {high:g}")
    return float(value)


def _whole(data: Mapping[str, Any], name: str, limits: str = "") -> int:
    number = _number(data.get(name), limits or name)
    if number != int(number):
        raise InputError(f"{name} {number:g}", allowed="a whole number")
    return int(number)


def _text(data: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or (needed and not value.strip()):
        raise InputError(f"{name} {value!r:.40}", allowed=f"a text of up to {_LONGEST_TEXT} characters")
    return " ".join(value.split())


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number here")
