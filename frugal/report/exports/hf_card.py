"""The front matter of a model card as the Hugging Face hub reads it, and a few sentences with ranges under it.

`co2_eq_emissions` speaks of training alone, in grams, and stands there only where training was metered and a country
was named; a comment says why not otherwise. Knows no hub and asks no network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from frugal.report.exported import (
    country_grid,
    family,
    inference_kwh,
    licence,
    ranged_words,
    training_kwh,
    without_unknown,
)
from frugal.report.markdown import escape
from frugal.report.records import Report, Row


def render(report: Report, account: Mapping[str, Any]) -> str:
    """YAML between two lines of dashes, then Markdown."""
    import yaml

    emissions, why_not = _emissions(report, account)
    front = without_unknown(
        {
            "library_name": "onnx",
            **_licence(report),
            "tags": ["onnx", "frugal", *([str(report.about["task"])] if report.about.get("task") else [])],
            "co2_eq_emissions": emissions,
            "model-index": [{"name": report.name, "results": [_result(report, report.rows[-1])]}]
            if report.rows[-1].error is not None
            else None,
        }
    )
    text = yaml.safe_dump(front, sort_keys=False, allow_unicode=True)
    comment = "" if licence(report) else "# license is left out: nobody stated that of the weights\n"
    comment += f"# co2_eq_emissions is left out: {why_not}\n" if why_not else ""
    return f"---\n{text}{comment}---\n\n{_body(report)}"


def _emissions(report: Report, account: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
    """The entry, or None and why."""
    energy, grid = training_kwh(report), country_grid(account)
    if energy.value is None:
        return None, energy.reason
    if grid is None or grid.intensity_g_per_kwh.value is None:
        return None, "the country is unknown, and no other is put in its place"
    grams = energy.value * grid.intensity_g_per_kwh.value
    kwh = ranged_words(energy, "kWh")
    return without_unknown(
        {
            "emissions": grams,
            "source": f"frugal: training {kwh}, failed trainings included; grid {grid.source}",
            "geographical_location": grid.name,
        }
    ), ""


def _result(report: Report, row: Row) -> dict[str, Any]:
    data = str(report.about.get("data") or "data of the report")
    return {
        "task": {"type": "image-to-text" if row.metric == "cer" else "image-classification"},
        "dataset": {"type": data, "name": data},
        "metrics": [{"type": row.metric, "value": row.error}],
    }


def _licence(report: Report) -> dict[str, str]:
    """As the hub names licences: identifiers without spaces; any other name stands beside `other`."""
    weights = licence(report)
    if weights is None:
        return {}
    if re.fullmatch(r"[A-Za-z0-9.+-]+", weights):
        return {"license": weights.lower()}
    return {"license": "other", "license_name": re.sub(r"[^a-z0-9.]+", "-", weights.lower()).strip("-")}


def _body(report: Report) -> str:
    row = report.rows[-1]
    task = family(report)
    lines = [
        f"# {escape(report.name)}",
        "",
        f"{escape(task[:1].upper() + task[1:])}; step {escape(row.step)}.",
        "",
        f"- Energy of one {escape(report.unit)}: {ranged_words(row.energy_mj, 'mJ')}",
        f"- That is {ranged_words(inference_kwh(report), 'kWh')}",
        f"- Energy of training: {ranged_words(training_kwh(report), 'kWh')}",
    ]
    scope = report.host.get("meter_scope")
    return "\n".join([*lines, *([f"- What the figure covers: {escape(str(scope))}"] if scope else [])]) + "\n"
