"""What the exports of a report say alike: kilowatt-hours, the grid of the country, and identifiers made of the content.

Knows no format.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frugal.report.records import Quantity, Report

JOULES_PER_KWH = 3.6e6
NOT_STATED = "not stated"
FAMILIES = {"characters": "handwritten character recognition", "lines": "handwritten line recognition"}
"""Task of ours -> what others call it."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The grid of the country that was named, with grams of CO2e per kilowatt-hour."""

    key: str
    name: str
    intensity_g_per_kwh: Quantity
    source: str


def country_grid(account: Mapping[str, Any]) -> Grid | None:
    """None where no country was named: nothing is guessed in its place."""
    key = account.get("country")
    if not key:
        return None
    intensity = account["sci"][key]["in_use"]["I"]
    name = next(grid["name"] for grid in account["grids"] if grid["key"] == key)
    described = account["sources"].get(intensity.get("source", ""), {})
    return Grid(
        key=key,
        name=name,
        intensity_g_per_kwh=Quantity.from_json(intensity),
        source=f"{described.get('credit', '')}, {intensity.get('vintage', '')}".strip(", "),
    )


def inference_kwh(report: Report) -> Quantity:
    """Energy of one inference of the last row."""
    return times(report.rows[-1].energy_mj, 1 / 1000 / JOULES_PER_KWH)


def training_kwh(report: Report) -> Quantity:
    """Energy of all trainings, failed ones too."""
    given = report.training.get("energy_j")
    if not isinstance(given, Mapping) or "value" not in given:
        return Quantity.unknown("the report holds no training")
    return times(Quantity.from_json(given), 1 / JOULES_PER_KWH)


def times(quantity: Quantity, factor: float) -> Quantity:
    """A quantity in another unit."""
    if quantity.value is None:
        return quantity
    low, high = (None if end is None else end * factor for end in (quantity.low, quantity.high))
    return Quantity(value=quantity.value * factor, low=low, high=high, method=quantity.method)


def ranged_words(quantity: Quantity, unit: str) -> str:
    """`1.4 mJ (0.6 to 3.6), method C`, or unknown with the reason."""
    if quantity.value is None:
        return f"unknown: {quantity.reason}"
    ends = "" if quantity.low is None or quantity.high is None else f" ({quantity.low:.3g} to {quantity.high:.3g})"
    return f"{quantity.value:.3g} {unit}{ends}" + (f", method {quantity.method}" if quantity.method else "")


def identifier(report: Report, purpose: str) -> str:
    """A UUID made of the report's content, so that the same report exports alike."""
    content = json.dumps(report.to_json(), sort_keys=True, default=str)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{purpose} {hashlib.sha256(content.encode()).hexdigest()}"))


def family(report: Report) -> str:
    task = report.about.get("task")
    return FAMILIES.get(str(task), str(task)) if task else "unknown"


def licence(report: Report) -> str | None:
    """The licence of the weights; None where nobody stated one: `not stated` is no name of a licence."""
    declared = report.about.get("licence")
    weights = declared.get("weights") if isinstance(declared, Mapping) else None
    return str(weights) if weights and weights != NOT_STATED else None


def without_unknown(data: Mapping[str, Any]) -> dict[str, Any]:
    """The map without keys whose value is None or empty."""
    return {key: value for key, value in data.items() if value is not None and value != "" and value != {}}


def json_text(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
