"""The machine's face of a report: `report.json`, read with suspicion and written in one move.

Knows the file, not the sentences: what the keys mean is in `records`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from frugal.contract import InputError
from frugal.report import parts
from frugal.report.files import write_text
from frugal.report.records import EXACT, MEASURED, Quantity, Ratio, Report, Row

_ALLOWED = "a report.json that frugal wrote"
_LARGEST = 1e30
"""No number of a report comes near; beyond, what is computed from it may leave the floats."""
_SMALLEST = 1e-300
"""Of a quantity that is not 0; below, floats lose their digits."""


def render(report: Report) -> str:
    """The report as JSON text, keys as the contract spells them.

    Raises:
        ValueError: a number is NaN or infinite, or a value has no JSON form.
    """
    return _text(report.to_json(), report.name)


def render_all(reports: Sequence[Report]) -> str:
    """One report as itself, several as a list."""
    if len(reports) == 1:
        return render(reports[0])
    return _text([report.to_json() for report in reports], ", ".join(report.name for report in reports))


def write_report(report: Report, path: Path) -> None:
    """Write `report` to `path` in one move; raises InputError where the place cannot be written."""
    write_text(Path(path), render(report))


def read_report(path: Path) -> Report:
    """The report in `path` (a file, or a run folder that holds `report.json`).

    Raises:
        InputError: missing, empty, truncated, foreign, or of a newer schema; the message names the file.
    """
    path = Path(path)
    path = path / "report.json" if path.is_dir() else path
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_fraction)
        report = Report.from_json(data)
        check_types(report)
        parts.check(report)
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or error})", allowed=_ALLOWED) from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        what = "is empty" if path.stat().st_size == 0 else f"is not a report ({error})"
        raise InputError(f"{path} {what}", allowed=_ALLOWED) from error
    return report


def check_types(report: Report) -> None:
    """Raises InputError when a field holds something of another type than the contract says."""
    for name in ("name", "created", "unit"):
        _expect(name, getattr(report, name), str)
    _expect("seed", report.seed, (int, type(None)))
    for name in ("versions", "host", "training", "parity", "about", "sections"):
        _expect(name, getattr(report, name), Mapping)
    _expect("training.cpu_s", report.training.get("cpu_s", 0), (int, float))
    if "energy_j" in report.training:
        _check_quantity("training.energy_j", Quantity.from_json(report.training["energy_j"]))
    for part in _listed("training.ledger", report.training.get("ledger", [])):
        _check_training(part)
    for violation in report.violations:
        _expect("violations", violation, Mapping)
    for row in report.rows:
        _check_row(row)
    for ratio in report.ratios:
        _check_ratio(ratio)


def _text(data: Any, name: str) -> str:
    try:
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False, default=_native) + "\n"
    except (TypeError, ValueError) as error:
        raise ValueError(f"report {name!r} has no JSON form: {error}; unknown is None with a reason") from error


def _check_row(row: Row) -> None:
    for name in ("step", "kind", "method", "metric"):
        _expect(name, getattr(row, name), str)
    for name in (*EXACT, "error_low", "error_high"):
        _expect(name, getattr(row, name), (int, float, type(None)))
    for name in EXACT:
        if (getattr(row, name) or 0) < 0:
            raise InputError(f"not a frugal report ({name} is {getattr(row, name)})", allowed=_ALLOWED)
    for name in MEASURED:
        _check_quantity(name, getattr(row, name))
    _expect("details", row.details, Mapping)


def _check_quantity(name: str, quantity: Quantity) -> None:
    for part in (quantity.value, quantity.low, quantity.high):
        _expect(name, part, (int, float, type(None)))
    _expect(name, quantity.method, str)
    _expect(name, quantity.reason, str)
    if name.startswith("energy") and quantity.value is not None and quantity.method not in tuple("ABCDE"):
        raise InputError(f"not a frugal report ({name} by the method {quantity.method!r:.40})", allowed="method A to E")
    ends = [part for part in (quantity.low, quantity.value, quantity.high) if part is not None]
    if ends != sorted(ends) or any(0 < abs(end) < _SMALLEST for end in ends):
        raise InputError(f"not a frugal report ({name} is {ends}: no value within its range)", allowed=_ALLOWED)


def _listed(name: str, value: Any) -> list[Any]:
    _expect(name, value, list)
    return list(value)


def _check_training(part: Any) -> None:
    """One entry of the account of trainings."""
    _expect("training.ledger", part, Mapping)
    for name, kind in (("what", str), ("status", str), ("trainings", int), ("cpu_s", (int, float))):
        _expect(f"training.ledger.{name}", part.get(name), kind)
    _check_quantity("training.ledger.energy_j", Quantity.from_json(part["energy_j"]))


def _check_ratio(ratio: Ratio) -> None:
    for name in ("value", "low", "high", "blocks", "confidence"):
        _expect(f"ratio.{name}", getattr(ratio, name), (int, float))
    for name in ("of_step", "to_step"):
        _expect(f"ratio.{name}", getattr(ratio, name), str)


def _expect(name: str, value: Any, kinds: type | Sequence[type]) -> None:
    allowed = (kinds,) if isinstance(kinds, type) else tuple(kinds)
    infinite = isinstance(value, float) and not math.isfinite(value)
    if not isinstance(value, allowed) or isinstance(value, bool) or infinite:
        raise InputError(f"not a frugal report ({name} is {value!r:.60})", allowed=_ALLOWED)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number of a report")


def _whole(digits: str) -> int:
    _fraction(digits)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if abs(number) > _LARGEST:
        raise ValueError(f"a number beyond {_LARGEST:g}: {digits:.20}...")
    return number


def _native(value: Any) -> Any:
    """A numpy scalar or array as Python's own; a path as text."""
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} in it")
