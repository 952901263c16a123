"""BoAmps 1.1.0 (Boavizta and partners, CC BY 4.0): the energy of a computing task, as open data wants it.

One file tells of one task: inference of the last row. Embodied impacts and water have no field there. Country and
carbon intensity appear only where a country was named.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from frugal.contract import InputError
from frugal.report.exported import (
    country_grid,
    family,
    identifier,
    inference_kwh,
    json_text,
    ranged_words,
    without_unknown,
)
from frugal.report.records import Quantity, Report, Row

FORMAT_VERSION = "1.1.0"
SPECIFICATION = "https://github.com/Boavizta/BoAmps"
BILLION = 1e9
_QUALITY = ((1.10, "high"), (1.25, "medium"))
"""Up to this factor of the range; anything wider, and a range that is unknown, is `low`."""

_DATA_TYPES = {"characters": "image", "lines": "image"}


def render(report: Report, account: Mapping[str, Any]) -> str:
    """Raises InputError where the energy is unknown: the format must have a number."""
    row, energy = report.rows[-1], inference_kwh(report)
    if energy.value is None:
        raise InputError(
            f"boamps of a report without energy ({energy.reason})", allowed="a report whose last row has joules"
        )
    calls = _calls(row)
    data = {
        "header": {
            "formatVersion": FORMAT_VERSION,
            "formatVersionSpecificationUri": SPECIFICATION,
            "reportId": identifier(report, "boamps"),
            "reportDatetime": _moment(report.created),
            "reportStatus": "draft",
        },
        "task": _task(report, row, calls),
        "measures": [_measure(report, energy, calls)],
        "system": {"os": str(report.host.get("system") or "unknown")},
        "software": without_unknown({"language": "python", "version": report.versions.get("python")}),
        "infrastructure": _infrastructure(report),
        "environment": _environment(account),
        "quality": _quality(energy),
    }
    return json_text(without_unknown(data))


def _task(report: Report, row: Row, calls: int) -> dict[str, Any]:
    data_type = _DATA_TYPES.get(str(report.about.get("task")), "other")
    algorithm = {
        "algorithmType": "neural network",
        "algorithmName": row.method,
        "parametersNumber": None if row.parameters is None else row.parameters / BILLION,
        "framework": "onnxruntime",
        "frameworkVersion": report.versions.get("onnxruntime"),
        "quantization": row.details.get("precision"),
    }
    measured = f"metric: 1 - {row.metric}; unit: one {report.unit}; energy of one inference: "
    return without_unknown(
        {
            "taskStage": "inference",
            "taskFamily": family(report),
            "nbRequest": calls,
            "algorithms": [without_unknown(algorithm)],
            "dataset": [
                {"dataUsage": "input", "dataType": data_type, "dataQuantity": calls},
                {"dataUsage": "output", "dataType": "text" if data_type == "image" else "other", "dataQuantity": calls},
            ],
            "measuredAccuracy": 1 - row.error if row.error is not None and 0 <= row.error <= 1 else None,
            "taskDescription": measured + ranged_words(row.energy_mj, "mJ"),
        }
    )


def _measure(report: Report, energy: Quantity, calls: int) -> dict[str, Any]:
    assert energy.value is not None
    meter = str(report.host.get("meter") or "meter not named")
    return without_unknown(
        {
            "measurementMethod": f"frugal: {meter} (method {energy.method})",
            "version": report.versions.get("frugal") or report.versions.get("frugal-ml"),
            "cpuTrackingMode": report.host.get("meter_scope"),
            "powerConsumption": energy.value * calls,
            "measurementDateTime": _moment(report.created),
        }
    )


def _infrastructure(report: Report) -> dict[str, Any]:
    """A virtual machine may be anybody's cloud, which the report does not know."""
    infra = "onPremise" if report.host.get("virtual_machine") is False else "other"
    component = {"componentType": "cpu", "componentName": report.host.get("cpu"), "nbComponent": 1}
    return {"infraType": infra, "components": [without_unknown(component)]}


def _environment(account: Mapping[str, Any]) -> dict[str, Any] | None:
    grid = country_grid(account)
    if grid is None:
        return None
    return without_unknown({"country": grid.name, "powerSourceCarbonIntensity": grid.intensity_g_per_kwh.value})


def _quality(energy: Quantity) -> str:
    if energy.value is None or energy.low is None or energy.high is None or energy.low <= 0:
        return "low"
    factor = max(energy.high / energy.value, energy.value / energy.low)
    return next((word for limit, word in _QUALITY if factor <= limit), "low")


def _calls(row: Row) -> int:
    """Inferences behind the figure, where the row tells; else one."""
    calls = row.details.get("calls")
    return calls if isinstance(calls, int) and calls > 0 else 1


def _moment(created: str) -> str:
    """`YYYY-MM-DD HH:MM:SS`; what is no date stays as it was written."""
    try:
        return datetime.datetime.fromisoformat(created).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return created
