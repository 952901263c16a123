"""The row of one finished step: its errors with intervals, and what can be counted in its artefact.

Knows an evaluation and an artefact; knows no step folder and no clock.
"""

from __future__ import annotations

from typing import Any

from frugal.contract import Artefact, Task
from frugal.evaluation import Evaluation, bootstrap_interval, ratio_of
from frugal.report.records import Row
from frugal.runtime.counting import count


def row_of(name: str, kind: str, method: str, task: Task, artefact: Artefact, result: Evaluation) -> Row:
    """Errors from `result`, sizes and counts from the artefact's file; times and joules are measured later."""
    shapes = {key: tuple(shape) for key, shape in artefact.contract["reference_shape"].items()}
    counts = count(artefact.model_path, shapes)
    low, high = result.interval()
    details: dict[str, Any] = {
        "errors": sum(tally.errors for tally in result.tallies),
        "worst_decile": result.worst_decile(),
        "groups": None if result.groups is None else len(set(result.groups)),
        "unknown_operators": list(counts.unknown_operators),
        "model_sha256": artefact.contract["model_sha256"],
        "precision": artefact.contract["precision"],
        "int8_weight_share": counts.int8_weight_share,
        "kept_float": artefact.contract.get("kept_float"),
        "parity": artefact.contract.get("parity"),
    }
    for other, tallies in result.breakdown.items():
        details[f"error_{other}"] = ratio_of(tallies)
        details[f"low_{other}"], details[f"high_{other}"] = bootstrap_interval(tallies, result.several_groups)
    return Row(
        step=name,
        kind=kind,
        method=method,
        metric=task.metric.name,
        error=result.error,
        error_low=low,
        error_high=high,
        samples=len(result.ids),
        size_bytes=artefact.size_bytes,
        weight_bytes=counts.weight_bytes,
        parameters=counts.parameters,
        nonzero_parameters=counts.nonzero_parameters,
        macs=counts.macs,
        details=details,
    )
