"""The ledger: one JSON line for every training and pass, also failed and interrupted ones. Knows no Lightning."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from frugal.report.records import Quantity

PASS, TRIAL = "pass", "trial"
"""Kinds of a line that is no training and costs all the same: work on a finished graph; what a search does besides."""


def append(path: Path, line: dict[str, Any]) -> None:
    """Append one line and flush it to the disk; a line that a crash cut short is ended first, so that it costs none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * cut + json.dumps(line, allow_nan=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[dict[str, Any]]:
    """All whole lines; one that was cut by a crash is left out."""
    if not path.exists():
        return []
    lines = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return lines


def recorded_cpu_s(path: Path, fit: str) -> float:
    """CPU seconds that the ledger already holds for the fit of this identity."""
    return float(sum(line["cpu_s"] for line in read(path) if line.get("fit") == fit))


def is_training(line: dict[str, Any]) -> bool:
    """Whether a line tells of a training, and not of a pass or of the rest of a trial."""
    return line.get("kind") not in (PASS, TRIAL)


def total(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """`training` of a report: CPU seconds and joules of these lines; unknown joules make the sum unknown.

    `trainings` counts fits and no passes: one that was interrupted and taken up again has several lines.
    """
    cpu_s = float(sum(line["cpu_s"] for line in lines))
    energies = [Quantity.from_json(line["energy_j"]) for line in lines]
    fits = {line["fit"] for line in lines if is_training(line)}
    return {"cpu_s": cpu_s, "energy_j": _sum(energies).to_json(), "trainings": len(fits)}


def account(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All lines, also of what failed or led nowhere, added up by what was done and how it ended."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault((str(line.get("what", "")), str(line.get("status", "done"))), []).append(line)
    return [{"what": what, "status": status, **total(group)} for (what, status), group in groups.items()]


def _sum(energies: list[Quantity]) -> Quantity:
    if not energies:
        return Quantity.unknown("nothing was trained")
    known = [(e.value, e.low or e.value, e.high or e.value) for e in energies if e.value is not None]
    methods = sorted({e.method for e in energies if e.value is not None})
    if len(known) < len(energies):
        return Quantity.unknown(next(e.reason for e in energies if e.value is None))
    if len(methods) > 1:
        return Quantity.unknown(f"trainings were metered by different methods ({', '.join(methods)})")
    value, low, high = (sum(parts) for parts in zip(*known, strict=True))
    return Quantity(value=value, low=low, high=high, method=methods[0])
