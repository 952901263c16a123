"""A report and its life cycle that every export is tried on."""

from __future__ import annotations

from typing import Any

import pytest

from frugal.energy.lifecycle import Device, life_cycle
from frugal.report.records import Quantity, Report, Row


@pytest.fixture
def report() -> Report:
    """One row with everything known: 3.6 mJ per character, 7.2 kJ of training."""
    row = Row(
        step="int8", kind="pass", method="Int8Static", metric="error_rate", error=0.02, error_low=0.01,
        error_high=0.03, samples=500, size_bytes=90_000, parameters=13_706, macs=5_000_000,
        energy_mj=Quantity(value=3.6, low=1.8, high=7.2, method="C"),
        wall_ms_p50=Quantity(value=1.0, low=0.9, high=1.1, method="clock"),
        details={"precision": "int8", "model_sha256": "ab" * 32, "calls": 1000},
    )  # fmt: skip
    return Report(
        name="digits", created="2026-11-23T11:01:59+00:00", seed=0, unit="character", rows=(row,),
        versions={"python": "3.11.7", "onnxruntime": "1.32.0", "frugal": "0.1.0"},
        host={"cpu": "AMD EPYC", "system": "Linux 6.18", "virtual_machine": True, "meter": "CPU time x power",
              "meter_scope": "CPU package share"},
        training={"cpu_s": 100.0, "energy_j": {"value": 7200.0, "low": 3600.0, "high": 14400.0, "method": "C"}},
        about={"task": "characters", "data": "Digits", "licence": {"weights": "Apache-2.0", "sources": []}},
    )  # fmt: skip


@pytest.fixture
def bare() -> Report:
    """What a stranger's report may lack: energy, error, parameters, task, host."""
    row = Row(step="given", kind="pass", method="as given", metric="error_rate", energy_mj=Quantity.unknown("no meter"))
    return Report(name="bare", created="2026-11-23", seed=None, unit="inference", rows=(row,))


def account_of(report: Report, **changes: Any) -> dict[str, Any]:
    row = report.rows[-1]
    return life_cycle(row.energy_mj, row.wall_ms_p50, unit=report.unit, **changes).to_json()


@pytest.fixture
def french(report: Report) -> dict[str, Any]:
    return account_of(report, country="FR", device=Device(class_name="Laptop"))


@pytest.fixture
def nowhere(report: Report) -> dict[str, Any]:
    """The country is unknown."""
    return account_of(report)


@pytest.fixture
def nothing(bare: Report) -> dict[str, Any]:
    return account_of(bare)
