"""Measure artefacts on this machine: CPU and wall time, memory, energy with its method and range, exact counts.

All measuring happens in fresh processes of the base install (`measuring.py`); here are the request and the answer.
Two or more artefacts are timed interleaved, so that their ratio holds on a busy machine. Knows no task, no truth and no
statistics.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frugal import quantities
from frugal.contract import Arrays, Artefact, InputError
from frugal.energy import machine
from frugal.energy.meters import textbook
from frugal.energy.meters.choice import MeterRequest, chosen, why_not_better
from frugal.energy.meters.per_mac import energy_of_macs
from frugal.isolation import Progress, run_isolated, versions_of
from frugal.report.records import Quantity, Ratio, Row
from frugal.runtime.counting import Counts
from frugal.runtime.feeds import adapt, check_inputs, random_feeds, resolve_shapes, write_feeds

PACKAGES = ("frugal-ml", "numpy", "onnx", "onnxruntime")
MOST_FEEDS = 256
_PASSED_ON = ("threads", "provider", "ci", "cap_s", "warm_up_s", "block_s")


@dataclass(frozen=True, kw_only=True)
class BenchSettings:
    """How to measure.

    Attributes:
        ci: relative half width at which to stop, of each CPU time and of each ratio.
        cap_s: seconds of measuring at which to stop anyway (warm-up apart; three segments are always done).
        warm_up_s: least seconds of warm-up per artefact; up to three times as long until block means are flat.
        idle_s: of the idle machine before and after, where a counter or instrument reads; at most a sixth of the cap.
        block_s: of calls in a row; None = as long as the meters need.
        meter: which one makes the headline.
        shapes: input name -> shape, where the artefact leaves it open.
    """

    ci: float = 0.02
    cap_s: float = 60.0
    threads: int = 1
    provider: str = "cpu"
    warm_up_s: float = 1.0
    idle_s: float = 10.0
    block_s: float | None = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    meter: MeterRequest = field(default_factory=MeterRequest)

    def __post_init__(self) -> None:
        for name, allowed, holds in (
            ("ci", "a share in (0, 1), for instance 0.02", 0 < self.ci < 1),
            ("cap_s", "seconds > 0", 0 < self.cap_s < float("inf")),
            ("threads", "1 or more", self.threads >= 1),
            ("warm_up_s", "seconds >= 0", 0 <= self.warm_up_s < float("inf")),
            ("idle_s", "seconds > 0", 0 < self.idle_s < float("inf")),
            ("block_s", "seconds > 0", self.block_s is None or 0 < self.block_s < float("inf")),
        ):
            if not holds:
                raise InputError(f"{name}={getattr(self, name)}", allowed=allowed)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured, one entry per artefact and in their order.

    Attributes:
        quantities: cpu_ms, wall_ms_p50, wall_ms_p95, peak_memory_bytes, energy_mj, each of one call of the model.
        ratios: CPU time of every later artefact to the first, and to the one before it.
        energy_ratios: gross energy of the same pairs, where a counter or an instrument read it.
        stopped: "interval" (all narrow enough) or "cap".
        details: rounds, calls, warm-up and the scope of the energy figure.
    """

    names: tuple[str, ...]
    quantities: tuple[dict[str, Quantity], ...]
    counts: tuple[Counts, ...]
    ratios: tuple[Ratio, ...]
    energy_ratios: tuple[Ratio, ...]
    host: dict[str, Any]
    stopped: str
    details: tuple[dict[str, Any], ...]

    def row(self, index: int, *, kind: str = "pass", method: str = "as given", metric: str = "error_rate") -> Row:
        """The row of one artefact; its error is still unknown."""
        counts = self.counts[index]
        details = dict(self.details[index]) | {"macs_by_operator": counts.by_operator}
        if counts.unknown_operators:
            details["unknown_operators"] = list(counts.unknown_operators)
        if counts.reason:
            details["macs_reason"] = counts.reason
        return Row(
            step=self.names[index],
            kind=kind,
            method=method,
            metric=metric,
            size_bytes=counts.size_bytes,
            weight_bytes=counts.weight_bytes,
            parameters=counts.parameters,
            nonzero_parameters=counts.nonzero_parameters,
            macs=counts.macs,
            details=details,
        ).replace(**self.quantities[index])


def benchmark(artefact: Artefact, *, data: Sequence[Arrays] | None = None) -> Row:
    """One artefact on this machine with the default settings -> one row. `data`: real inputs, used in turn."""
    return measure([artefact], BenchSettings(), feeds=data).row(0)


def measure(
    artefacts: Sequence[Artefact],
    settings: BenchSettings,
    *,
    feeds: Sequence[Arrays] | None = None,
    each: Sequence[Sequence[Arrays]] | None = None,
    progress: Progress | None = None,
    names: Sequence[str] | None = None,
    other_python: str | None = None,
) -> Measured:
    """Measure all artefacts; several are interleaved, and each is inspected in a process of its own.

    Args:
        feeds: real inputs for all (at most 256 are used, in turn); None = random data by dtype and declared range.
        each: real inputs per artefact, where they differ (another image size, other names).
        names: what the artefacts are called in the ratios; None = by their folders or files.
        other_python: the interpreter that runs every artefact but the first, with its own onnxruntime.
    """
    if not artefacts:
        raise InputError("no artefact to measure", allowed="one or more")
    check_inputs(artefacts, settings.shapes)
    pythons = [None, *[other_python] * (len(artefacts) - 1)]
    host = _host(settings) | ({"other_versions": versions_of(other_python)} if other_python else {})
    with tempfile.TemporaryDirectory(prefix="frugal-bench-") as name:
        folder = Path(name)
        given = each if each is not None else [feeds] * len(artefacts)
        requests = [_inspection(a, i, settings, given[i], folder) for i, a in enumerate(artefacts)]
        inspections = [_inspected(r, folder, progress, p) for r, p in zip(requests, pythons, strict=True)]
        timing = run_isolated(_timing(requests, pythons, settings, folder), folder, progress)
    names = tuple(names) if names is not None else _names(artefacts)
    return _measured(timing, inspections, names, host, real_data=given[0] is not None)


def package_versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Versions of python and of the installed packages among those asked."""
    versions = {"python": platform.python_version()}
    for name in packages:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _host(settings: BenchSettings) -> dict[str, Any]:
    meter = chosen(settings.meter, settings.provider)[0]
    return machine.describe() | {
        "threads": settings.threads,
        "provider": settings.provider,
        "meter": meter.name,
        "meter_method": meter.method,
        "meter_scope": getattr(meter, "scope", ""),
        "meters_unavailable": why_not_better(settings.provider),
    }


def _inspection(
    artefact: Artefact, index: int, settings: BenchSettings, feeds: Sequence[Arrays] | None, folder: Path
) -> dict[str, Any]:
    shapes = resolve_shapes(artefact, settings.shapes)
    own = (
        random_feeds(artefact, shapes)
        if feeds is None
        else adapt(feeds[:: -(-len(feeds) // MOST_FEEDS) or 1], artefact)
    )
    file = folder / f"feeds-{index}.npz"
    write_feeds(file, own)
    return {
        "models": [str(artefact.model_path.resolve())],
        "feeds": [str(file)],
        "shapes": {name: list(shape) for name, shape in shapes.items()},
        "threads": settings.threads,
        "provider": settings.provider,
    }


def _inspected(
    request: Mapping[str, Any], folder: Path, progress: Progress | None, python: str | None
) -> dict[str, Any]:
    """Memory where the model will run, counts here."""
    if python is None:
        return run_isolated({**request, "task": "inspect"}, folder, progress)
    memory = run_isolated({**request, "task": "memory"}, folder, progress, python=python)
    return memory | run_isolated({**request, "task": "count"}, folder, progress)


def _timing(
    requests: Sequence[Mapping[str, Any]], pythons: Sequence[str | None], settings: BenchSettings, folder: Path
) -> dict[str, Any]:
    return {
        "task": "time",
        "models": [request["models"][0] for request in requests],
        "feeds": [request["feeds"][0] for request in requests],
        "pythons": list(pythons),
        "folder": str(folder),
        "meter": dataclasses.asdict(settings.meter),
        "idle_s": min(settings.idle_s, settings.cap_s / 6),
        **{name: getattr(settings, name) for name in _PASSED_ON},
    }


def _measured(
    timing: Mapping[str, Any],
    inspections: Sequence[Mapping[str, Any]],
    names: tuple[str, ...],
    host: Mapping[str, Any],
    *,
    real_data: bool,
) -> Measured:
    told = [quantities.tiers(timing, index) for index in range(len(names))]
    energies, boundary = quantities.headline(told)
    rows = list(zip(timing["models"], inspections, energies, strict=True))
    shared = {"stopped": timing["stopped"], "inputs": "samples" if real_data else "random", "energy_boundary": boundary}
    return Measured(
        names=names,
        quantities=tuple(
            quantities.times(model) | {"energy_mj": energy, "peak_memory_bytes": _memory(inspection)}
            for model, inspection, energy in rows
        ),
        counts=tuple(_counts(inspection["counts"]) for inspection in inspections),
        ratios=quantities.cpu_ratios(timing, names),
        energy_ratios=quantities.energy_ratios(timing, told, names),
        host={**host, "frequency_mhz_range": timing["frequency_mhz"], "segments_discarded": timing["discarded"]},
        stopped=timing["stopped"],
        details=tuple(
            shared | _details(model, inspection) | _energy_details(tiers, inspection)
            for (model, inspection, _), tiers in zip(rows, told, strict=True)
        ),
    )


def _names(artefacts: Sequence[Artefact]) -> tuple[str, ...]:
    """Folder or file names, numbered where they repeat."""
    names: list[str] = []
    for artefact in artefacts:
        bare = artefact.model_name != "model.onnx" or not (artefact.path / "contract.json").exists()
        name = Path(artefact.model_name).stem if bare else artefact.path.resolve().name
        taken = sum(other.partition("#")[0] == name for other in names)
        names.append(f"{name}#{taken + 1}" if taken else name)
    return tuple(names)


def _memory(inspection: Mapping[str, Any]) -> Quantity:
    peak = inspection["peak_memory_bytes"]
    if peak is None:
        return Quantity.unknown("this system does not tell a process its peak memory")
    return Quantity(value=peak, low=peak, high=peak, method="os")


def _counts(data: Mapping[str, Any]) -> Counts:
    return Counts(**{**data, "unknown_operators": tuple(data["unknown_operators"])})


def _details(model: Mapping[str, Any], inspection: Mapping[str, Any]) -> dict[str, Any]:
    empty = quantities.empty_loop(model)
    return {
        "blocks": sum(segment["blocks"] for segment in model["segments"]),
        "segments": len(model["segments"]),
        "calls": sum(segment["calls"] for segment in model["segments"]),
        "warm_up_s": round(model["warm_up_s"], 2),
        "warm_up_flat": model["warm_up_flat"],
        "empty_loop_us": {"cpu": round(empty["cpu_s"] * 1e6, 3), "wall": round(empty["wall_s"] * 1e6, 3)},
        "memory_before_bytes": inspection["memory_before_bytes"],
    }


def _energy_details(tiers: Sequence[quantities.Tier], inspection: Mapping[str, Any]) -> dict[str, Any]:
    """Every method beside the headline, each alone; the textbook's bound where all layers are of one type."""
    details: dict[str, Any] = {
        "energy_scope": tiers[0].scope,
        "energy_tiers": [tier.to_json() for tier in tiers],
        "energy_cross_checks": quantities.cross_checks(tiers),
    }
    macs = inspection["counts"]["macs"]
    if macs and inspection["precision"] in textbook.MULTIPLY_PJ:
        bound = energy_of_macs(macs, textbook.mac_cost(inspection["precision"]))
        assert bound.joules is not None
        details["energy_textbook_mj"] = {"value": bound.joules * 1e3, "method": "E", "scope": bound.scope}
    return details
