"""CycloneDX 1.6 (ECMA-424): a bill of materials of the model, with its model card and energy consumptions.

The energy of one inference and of all trainings, in kilowatt-hours; their ranges, method and unit are properties. CO2e
stands there only where a country was named; the mix of a grid is not split into sources.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from frugal.report.exported import (
    Grid,
    country_grid,
    family,
    identifier,
    inference_kwh,
    json_text,
    licence,
    ranged_words,
    training_kwh,
    without_unknown,
)
from frugal.report.records import Quantity, Report, Row

SPECIFICATION = "1.6"
_GRAMS_PER_TONNE = 1e6


def render(report: Report, account: Mapping[str, Any]) -> str:
    """The bill of materials as JSON text; it names the model of the last row."""
    grid = country_grid(account)
    data = {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{identifier(report, 'cyclonedx')}",
        "version": 1,
        "metadata": without_unknown({"timestamp": _moment(report.created), "tools": {"components": [_tool(report)]}}),
        "components": [_model(report, report.rows[-1], grid)],
    }
    return json_text(data)


def _moment(created: str) -> str | None:
    """The time of the report where it has one with its zone."""
    try:
        moment = datetime.datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment.isoformat() if moment.tzinfo is not None else None


def _tool(report: Report) -> dict[str, Any]:
    version = report.versions.get("frugal") or report.versions.get("frugal-ml")
    return without_unknown({"type": "application", "name": "frugal", "version": version})


def _model(report: Report, row: Row, grid: Grid | None) -> dict[str, Any]:
    sha256 = row.details.get("model_sha256")
    weights = licence(report)
    return without_unknown(
        {
            "type": "machine-learning-model",
            "bom-ref": f"model-{row.step}",
            "name": report.name,
            "description": f"step {row.step} ({row.method})",
            "hashes": [{"alg": "SHA-256", "content": sha256}] if sha256 else None,
            "licenses": [{"license": {"name": weights}}] if weights else None,
            "modelCard": _card(report, row, grid),
        }
    )


def _card(report: Report, row: Row, grid: Grid | None) -> dict[str, Any]:
    consumptions = [
        _consumption("inference", inference_kwh(report), f"one {report.unit}", grid),
        _consumption("training", training_kwh(report), "all trainings of the report", grid),
    ]
    known = [consumption for consumption in consumptions if consumption is not None]
    return without_unknown(
        {
            "modelParameters": {"task": family(report)},
            "quantitativeAnalysis": {"performanceMetrics": [_metric(row)]} if row.error is not None else None,
            "considerations": {"environmentalConsiderations": {"energyConsumptions": known}} if known else None,
        }
    )


def _metric(row: Row) -> dict[str, Any]:
    metric: dict[str, Any] = {"type": row.metric, "value": f"{row.error:.6g}"}
    if row.error_low is not None and row.error_high is not None:
        metric["confidenceInterval"] = {"lowerBound": f"{row.error_low:.6g}", "upperBound": f"{row.error_high:.6g}"}
    return metric


def _consumption(activity: str, energy: Quantity, unit: str, grid: Grid | None) -> dict[str, Any] | None:
    if energy.value is None:
        return None
    where = f"grid of {grid.name}" if grid is not None else "electricity grid, country unknown"
    kwh = {"value": energy.value, "unit": "kWh"}
    properties = [("unit", unit), ("energy", ranged_words(energy, "kWh"))]
    carbon = None
    if grid is not None and grid.intensity_g_per_kwh.value is not None:
        grams = energy.value * grid.intensity_g_per_kwh.value
        carbon = {"value": grams / _GRAMS_PER_TONNE, "unit": "tCO2eq"}
        properties.append(("intensity", f"{ranged_words(grid.intensity_g_per_kwh, 'g CO2e/kWh')}; {grid.source}"))
    return without_unknown(
        {
            "activity": activity,
            "energyProviders": [
                {"organization": {"name": where}, "energySource": "unknown", "energyProvided": dict(kwh)}
            ],
            "activityEnergyCost": kwh,
            "co2CostEquivalent": carbon,
            "properties": [{"name": f"frugal:{name}", "value": value} for name, value in properties],
        }
    )
