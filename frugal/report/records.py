"""The records of a report: Quantity, Row, Report, as CONTRACT `report.json` spells them.

Knows how they read and write as plain JSON values; knows no file, no colour, no sentence.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frugal.contract import InputError

SCHEMA = 1
EXACT = ("error", "samples", "size_bytes", "weight_bytes", "parameters", "nonzero_parameters", "macs")
MEASURED = ("cpu_ms", "wall_ms_p50", "wall_ms_p95", "peak_memory_bytes", "energy_mj")


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A measured number with its 95 % range and method, or None with the reason why it is unknown.

    `method`: A to E for energy, `clock` for times, `os` for memory.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{name} must be finite or None, got {number}")
        if self.value is None and not self.reason:
            raise ValueError("an unknown quantity needs a reason, got none")

    @classmethod
    def unknown(cls, reason: str) -> Quantity:
        return cls(value=None, reason=reason)

    def to_json(self) -> dict[str, Any]:
        if self.value is None:
            return {"value": None, "reason": self.reason}
        return {"value": self.value, "low": self.low, "high": self.high, "method": self.method}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Quantity:
        return cls(
            value=data["value"],
            low=data.get("low"),
            high=data.get("high"),
            method=data.get("method", ""),
            reason=data.get("reason", "") or ("not given" if data["value"] is None else ""),
        )


NOT_MEASURED = Quantity.unknown("not measured")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One step and what it led to. `error` is a share of 1 and None when there was nothing to score against.

    Attributes:
        step: name of the step (unique within a report). kind: train, stage or pass. method: the plug-in's name.
        metric: name under which `error` is printed (error_rate, cer).
        macs: multiply-accumulates at the reference shape; None when an operator could not be counted.
        details: whatever the step wants to tell (unknown operators, worst decile, parity, seconds, reused ...).
    """

    step: str
    kind: str
    method: str
    metric: str
    error: float | None = None
    error_low: float | None = None
    error_high: float | None = None
    samples: int = 0
    size_bytes: int | None = None
    weight_bytes: int | None = None
    parameters: int | None = None
    nonzero_parameters: int | None = None
    macs: int | None = None
    cpu_ms: Quantity = NOT_MEASURED
    wall_ms_p50: Quantity = NOT_MEASURED
    wall_ms_p95: Quantity = NOT_MEASURED
    peak_memory_bytes: Quantity = NOT_MEASURED
    energy_mj: Quantity = NOT_MEASURED
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Row:
        known = {f.name for f in dataclasses.fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for name in MEASURED:
            if name in values:
                values[name] = Quantity.from_json(values[name])
        return cls(**values)

    def replace(self, **changes: Any) -> Row:
        return dataclasses.replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """CPU time of `of_step` divided by CPU time of `to_step`, from paired interleaved blocks."""

    value: float
    low: float
    high: float
    of_step: str
    to_step: str
    blocks: int
    of: str = "cpu_time"
    confidence: float = 0.95

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ratio:
        known = {f.name for f in dataclasses.fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole run or benchmark: what `report.json` holds. Two models benched side by side have one `ratio` as well.

    `about` holds what the faces print beside the numbers (command, recipe, data, task, meter scope, boundary).
    `sections` holds further accounts under their names (need, break_even, life_cycle ...); `parts` reads them.
    """

    name: str
    created: str
    seed: int | None
    unit: str
    rows: tuple[Row, ...]
    versions: dict[str, str] = field(default_factory=dict)
    host: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    parity: dict[str, Any] = field(default_factory=dict)
    ratios: tuple[Ratio, ...] = ()
    violations: tuple[dict[str, Any], ...] = ()
    about: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_json(self) -> dict[str, Any]:
        data = {
            "schema": self.schema,
            **{f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self) if f.name != "schema"},
        }
        return data | ({"ratio": data["ratios"][0]} if len(self.ratios) == 1 else {})

    @classmethod
    def from_json(cls, data: Any) -> Report:
        """Raises InputError when `data` is not a report of a schema that we read."""
        if not isinstance(data, Mapping) or "schema" not in data or not isinstance(data.get("rows"), list):
            raise InputError("not a frugal report (no schema and rows)", allowed="a report.json that frugal wrote")
        if data["schema"] != SCHEMA:
            raise InputError(f"report schema {data['schema']}", allowed=str(SCHEMA), remedy="a newer frugal")
        if not data["rows"]:
            raise InputError("a report without rows", allowed="at least one row")
        try:
            rows = tuple(Row.from_json(row) for row in data["rows"])
            ratios = tuple(Ratio.from_json(ratio) for ratio in data.get("ratios", []))
            known = {f.name for f in dataclasses.fields(cls)} - {"rows", "ratios", "violations"}
            values = {key: value for key, value in data.items() if key in known}
            return cls(rows=rows, ratios=ratios, violations=tuple(data.get("violations", [])), **values)
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise InputError(f"not a frugal report ({error})", allowed="a report.json that frugal wrote") from error


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
