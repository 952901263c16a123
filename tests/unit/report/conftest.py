"""A report that holds every account, as a run and `frugal need` would leave it; all numbers are made up."""

import pytest

from frugal.report.need import Candidate, decided
from frugal.report.records import Quantity, Ratio, Report, Row


def quantity(value, factor=1.02, method="clock"):
    return Quantity(value=value, low=value / factor, high=value * factor, method=method)


def row(step, kind, error, cpu_ms, size_bytes):
    return Row(
        step=step,
        kind=kind,
        method=step.title(),
        metric="error_rate",
        error=error,
        error_low=error / 2,
        error_high=error * 2,
        samples=540,
        size_bytes=size_bytes,
        parameters=12_345,
        cpu_ms=quantity(cpu_ms),
        wall_ms_p50=quantity(cpu_ms),
        energy_mj=quantity(cpu_ms * 5.4, 3.3, "C"),
        details={"worst_decile": 2 * error},
    )


def training(what, cpu_s, status="done", count=1):
    energy = quantity(cpu_s * 5.4, 3.3, "C").to_json()
    return {"what": what, "status": status, "cpu_s": cpu_s, "energy_j": energy, "trainings": count}


def candidate(name, kind, error, cpu_ms, size_bytes):
    return Candidate(
        name=name,
        kind=kind,
        error=error,
        error_low=error / 2,
        error_high=error * 1.1,
        cpu_ms=quantity(cpu_ms),
        energy_mj=quantity(cpu_ms * 5.4, 3.3, "C"),
        size_bytes=size_bytes,
    )


def cell(value, unit, **more):
    known = {"value": value, "low": value / 2, "high": value * 2, "method": "C", "unit": unit, "source": "book"}
    return known | {"vintage": "2025", "scope": "as generated"} | more


def unknown(reason):
    return {"value": None, "reason": f"not assessed: {reason}", "unit": "L"}


def life_cycle():
    units = {"ghg": "g CO2e", "adpe": "kg Sb eq", "primary_energy": "MJ", "water": "L"}
    grids = ("FRA", "WORLD")
    return {
        "unit": "character",
        "grids": [{"key": key, "name": key.title()} for key in grids],
        "country": None,
        "use": {
            name: {key: cell(2e-9, unit) if name != "water" else unknown("no factor") for key in grids}
            for name, unit in units.items()
        },
        "device": {"class": "Smartphone", "life_years": 3.0, "hours_a_day": 4.0},
        "manufacture": {
            name: {way: cell(7e-8, unit) if name == "ghg" else unknown("no terms") for way in ("in_use", "calendar")}
            for name, unit in units.items()
        },
        "sources": {
            "book": {"title": "A book", "url": "https://example.org/book", "licence": "CC-BY-4.0", "credit": "Somebody"}
        },
    }


def device(name, time_ms, released=None, **more):
    nothing = {"value": None, "reason": "not published"}
    known = {
        "device": name,
        "title": f"the {name}",
        "released": released,
        "fits": {"flash": True, "ram": True},
        "time_ms": quantity(time_ms, 1.5, "D").to_json() if time_ms else nothing,
        "energy_mj": nothing,
        "battery_percent_per_1000": nothing,
        "missing_operators": [],
        "confidence": "measured",
    }
    return known | more


@pytest.fixture
def full():
    """train -> prune -> int8, int8 slower than prune; need, life cycle, three devices, declarations."""
    rows = (
        row("train", "train", 0.01, 0.1, 200_000),
        row("prune", "stage", 0.008, 0.04, 50_000),
        row("int8", "pass", 0.009, 0.05, 20_000),
    )
    need = decided(
        candidates=(
            candidate("nearest-7", "nearest", 0.04, 0.02, 60_000),
            candidate("net", "network", 0.01, 0.1, 200_000),
            Candidate(name="tesseract", kind="engine", reason="not installed"),
        ),
        asked_error=0.05,
        data="digits",
        unit="character",
        metric="error_rate",
        samples=540,
    )
    return Report(
        name="digits",
        created="2026-11-25T10:00:00Z",
        seed=0,
        unit="character",
        rows=rows,
        versions={"frugal": "0.1.0"},
        host={"cpu": "EPYC", "meter_scope": "CPU share"},
        training={
            "cpu_s": 30.0,
            "energy_j": quantity(162.0, 3.3, "C").to_json(),
            "trainings": 2,
            "ledger": [training("train", 20.0), training("prune", 10.0), training("prune", 2.0, "failed")],
        },
        parity={"max_abs": 1e-6, "equal_decisions": 1.0, "samples": 64},
        ratios=(
            Ratio(value=0.5, low=0.48, high=0.52, of_step="int8", to_step="train", blocks=12),
            Ratio(value=1.25, low=1.2, high=1.3, of_step="int8", to_step="prune", blocks=12),
        ),
        about={"command": "frugal run recipe=digits", "licence": {"sources": [{"name": "UCI digits"}]}},
        sections={
            "need": need.to_json(),
            "life_cycle": life_cycle(),
            "devices": [device("old", 40.0, 2015), device("new", 1.0, 2024), device("blank", None)],
            "declared": {
                "declared_by": "Bakery Martin",
                "declared_on": "2026-11-20",
                "answers": {"volume": "200 pages a month"},
            },
        },
    )
