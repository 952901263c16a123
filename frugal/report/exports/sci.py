"""Software carbon intensity (ISO/IEC 21031:2024): ((E x I) + M) per R, of one inference and of the model's training.

The consumer's score is per unit of the report, on every grid of the account and with manufacture shared both ways. The
provider's is per parameter; of it E x I is known, M of the machines that trained is not. Unknown parts are null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frugal.report.exported import json_text, times, training_kwh
from frugal.report.records import Quantity, Report

STANDARD = "ISO/IEC 21031:2024"
_NOT_ASSESSED = "not assessed: which machines trained, and for which share of their life, is not in the report"


def render(report: Report, account: Mapping[str, Any]) -> str:
    """E, I, M, R and SCI as JSON text."""
    keys = [grid["key"] for grid in account["grids"]]
    data = {
        "standard": STANDARD,
        "formula": "SCI = ((E x I) + M) per R",
        "report": report.name,
        "created": report.created,
        "step": report.rows[-1].step,
        "country": account.get("country"),
        "grids": {grid["key"]: grid["name"] for grid in account["grids"]},
        "device": account["device"],
        "consumer": {"R": report.unit, "grids": {key: account["sci"][key] for key in keys}},
        "provider": _provider(report, account, keys),
        "sources": account["sources"],
        "note": "greenhouse gas alone; offsets are no part of it",
    }
    return json_text(data)


def _provider(report: Report, account: Mapping[str, Any], keys: list[str]) -> dict[str, Any]:
    """E x I of training per parameter of the last row."""
    parameters, energy = report.rows[-1].parameters, training_kwh(report)
    if not parameters:
        energy = Quantity.unknown("the number of parameters is unknown")
    per_parameter = times(energy, 1 / parameters) if parameters else energy
    grids = {}
    for key in keys:
        intensity = Quantity.from_json(account["sci"][key]["in_use"]["I"])
        grids[key] = {
            "E": per_parameter.to_json() | {"unit": "kWh"},
            "I": account["sci"][key]["in_use"]["I"],
            "E x I": _product(per_parameter, intensity).to_json() | {"unit": "g CO2e per parameter"},
            "M": Quantity.unknown(_NOT_ASSESSED).to_json(),
            "SCI": Quantity.unknown(_NOT_ASSESSED).to_json(),
        }
    return {"R": "parameter", "parameters": parameters, "grids": grids}


def _product(one: Quantity, other: Quantity) -> Quantity:
    """From low x low to high x high."""
    for part in (one, other):
        if part.value is None:
            return Quantity.unknown(part.reason)
    assert one.value is not None and other.value is not None
    ends = ((q.value if q.low is None else q.low, q.value if q.high is None else q.high) for q in (one, other))
    (low, high), (other_low, other_high) = ends
    assert low is not None and high is not None and other_low is not None and other_high is not None
    return Quantity(value=one.value * other.value, low=low * other_low, high=high * other_high, method=one.method)
