"""Measure artefacts on this machine: CPU and wall time, memory, energy with its method and range, exact counts.

All measuring happens in fresh processes of the base install (`measuring.py`); here are the request and the statistics.
Two or more artefacts are timed interleaved, so that their ratio holds on a busy machine. Knows no task and no truth.
"""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError
from frugal.energy import machine
from frugal.energy.meters.choice import best_meter, why_not_better
from frugal.energy.statistics import Interval, bootstrap_interval, log_ratio_interval, mean_interval, with_calibration
from frugal.isolation import Progress, run_isolated
from frugal.report.records import Quantity, Ratio, Row
from frugal.runtime.counting import Counts
from frugal.runtime.feeds import adapt, check_names, random_feeds, resolve_shapes, write_feeds

PACKAGES = ("frugal-ml", "numpy", "onnx", "onnxruntime")
MOST_FEEDS = 256


@dataclass(frozen=True, kw_only=True)
class BenchSettings:
    """How to measure.

    Attributes:
        ci: relative half width at which to stop, of each CPU time and of each ratio.
        cap_s: seconds of measuring at which to stop anyway (warm-up apart; three rounds are always done).
        warm_up_s: least seconds of warm-up per artefact; up to three times as long until block means are flat.
        shapes: input name -> shape, where the artefact leaves it open.
    """

    ci: float = 0.02
    cap_s: float = 60.0
    threads: int = 1
    provider: str = "cpu"
    warm_up_s: float = 1.0
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, allowed, holds in (
            ("ci", "a share in (0, 1), for instance 0.02", 0 < self.ci < 1),
            ("cap_s", "seconds > 0", 0 < self.cap_s < float("inf")),
            ("threads", "1 or more", self.threads >= 1),
            ("warm_up_s", "seconds >= 0", 0 <= self.warm_up_s < float("inf")),
        ):
            if not holds:
                raise InputError(f"{name}={getattr(self, name)}", allowed=allowed)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured, one entry per artefact and in their order.

    Attributes:
        quantities: cpu_ms, wall_ms_p50, wall_ms_p95, peak_memory_bytes, energy_mj, each of one call of the model.
        ratios: CPU time of every later artefact to the first, and to the one before it.
        stopped: "interval" (all narrow enough) or "cap".
        details: rounds, calls, warm-up and the scope of the energy figure.
    """

    names: tuple[str, ...]
    quantities: tuple[dict[str, Quantity], ...]
    counts: tuple[Counts, ...]
    ratios: tuple[Ratio, ...]
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
) -> Measured:
    """Measure all artefacts; several are interleaved in one process, and each is inspected in one of its own.

    Args:
        feeds: real inputs for all (at most 256 are used, in turn); None = random data by dtype and declared range.
        each: real inputs per artefact, where they differ (another image size, other names).
        names: what the artefacts are called in the ratios; None = by their folders or files.
    """
    if not artefacts:
        raise InputError("no artefact to measure", allowed="one or more")
    check_names(artefacts, settings.shapes)
    host = _host(settings)
    with tempfile.TemporaryDirectory(prefix="frugal-bench-") as name:
        folder = Path(name)
        given = each if each is not None else [feeds] * len(artefacts)
        requests = [_inspection(a, i, settings, given[i], folder) for i, a in enumerate(artefacts)]
        inspections = [run_isolated(request, folder, progress) for request in requests]
        timing = run_isolated(_timing(requests, settings), folder, progress)
    names = tuple(names) if names is not None else _names(artefacts)
    pairs = list(zip(timing["models"], inspections, strict=True))
    real_data = given[0] is not None
    return Measured(
        names=names,
        quantities=tuple(
            _times(m) | {"energy_mj": _energy(m["blocks"]), "peak_memory_bytes": _memory(i)} for m, i in pairs
        ),
        counts=tuple(_counts(inspection["counts"]) for inspection in inspections),
        ratios=_ratios(timing["models"], names),
        host=host,
        stopped=timing["stopped"],
        details=tuple(_details(m, i, timing["stopped"], real_data=real_data) for m, i in pairs),
    )


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
    meter = best_meter()
    return machine.describe() | {
        "threads": settings.threads,
        "provider": settings.provider,
        "meter": meter.name,
        "meter_method": meter.method,
        "meter_scope": getattr(meter, "scope", ""),
        "meters_unavailable": why_not_better(),
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
        "task": "inspect",
        "models": [str(artefact.model_path.resolve())],
        "feeds": [str(file)],
        "shapes": {name: list(shape) for name, shape in shapes.items()},
        "threads": settings.threads,
        "provider": settings.provider,
    }


def _timing(requests: Sequence[Mapping[str, Any]], settings: BenchSettings) -> dict[str, Any]:
    return {
        "task": "time",
        "models": [request["models"][0] for request in requests],
        "feeds": [request["feeds"][0] for request in requests],
        "threads": settings.threads,
        "provider": settings.provider,
        "ci": settings.ci,
        "cap_s": settings.cap_s,
        "warm_up_s": settings.warm_up_s,
    }


def _names(artefacts: Sequence[Artefact]) -> tuple[str, ...]:
    """Folder or file names, numbered where they repeat."""
    names: list[str] = []
    for artefact in artefacts:
        bare = artefact.model_name != "model.onnx" or not (artefact.path / "contract.json").exists()
        name = Path(artefact.model_name).stem if bare else artefact.path.resolve().name
        taken = sum(other.partition("#")[0] == name for other in names)
        names.append(f"{name}#{taken + 1}" if taken else name)
    return tuple(names)


def _per_round(blocks: Sequence[Mapping[str, Any]], key: str) -> list[float]:
    """Mean of the two blocks of each round, per call."""
    values = [block[key] / block["calls"] for block in blocks]
    return [(first + second) / 2 for first, second in zip(values[::2], values[1::2], strict=True)]


def _times(model: Mapping[str, Any]) -> dict[str, Quantity]:
    blocks = model["call_ms"]
    cpu = mean_interval([value * 1e3 for value in _per_round(model["blocks"], "cpu_s")])
    quantities = {"cpu_ms": _quantity(cpu, "clock")}
    for name, percent, value in zip(("wall_ms_p50", "wall_ms_p95"), (50, 95), model["wall_ms"], strict=True):
        range_ = bootstrap_interval(blocks, functools.partial(_percentile, percent))
        quantities[name] = _quantity(Interval(value, min(range_.low, value), max(range_.high, value)), "clock")
    return quantities


def _percentile(percent: float, calls: np.ndarray) -> float:
    return float(np.percentile(calls, percent))


def _energy(blocks: Sequence[Mapping[str, Any]]) -> Quantity:
    missing = [block["reason"] for block in blocks if block["joules"] is None]
    if missing:
        return Quantity.unknown(f"{missing[0]} ({len(missing)} of {len(blocks)} blocks)")
    measured = mean_interval([value * 1e3 for value in _per_round(blocks, "joules")])
    return _quantity(with_calibration(measured, max(block["factor"] for block in blocks)), blocks[0]["method"])


def _memory(inspection: Mapping[str, Any]) -> Quantity:
    peak = inspection["peak_memory_bytes"]
    if peak is None:
        return Quantity.unknown("this system does not tell a process its peak memory")
    return Quantity(value=peak, low=peak, high=peak, method="os")


def _quantity(interval: Interval, method: str) -> Quantity:
    return Quantity(value=interval.value, low=max(interval.low, 0.0), high=interval.high, method=method)


def _counts(data: Mapping[str, Any]) -> Counts:
    return Counts(**{**data, "unknown_operators": tuple(data["unknown_operators"])})


def _ratios(models: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[Ratio, ...]:
    series = [_per_round(model["blocks"], "cpu_s") for model in models]
    pairs = [(later, to) for later in range(1, len(models)) for to in dict.fromkeys((0, later - 1))]
    ratios = []
    for of, to in pairs:
        interval = log_ratio_interval(series[of], series[to])
        ratios.append(
            Ratio(
                value=interval.value,
                low=interval.low,
                high=interval.high,
                of_step=names[of],
                to_step=names[to],
                blocks=len(models[of]["blocks"]),
            )
        )
    return tuple(ratios)


def _details(
    model: Mapping[str, Any], inspection: Mapping[str, Any], stopped: str, *, real_data: bool
) -> dict[str, Any]:
    blocks = model["blocks"]
    return {
        "blocks": len(blocks),
        "calls": sum(block["calls"] for block in blocks),
        "stopped": stopped,
        "warm_up_s": round(model["warm_up_s"], 2),
        "warm_up_flat": model["warm_up_flat"],
        "inputs": "samples" if real_data else "random",
        "energy_scope": blocks[0]["scope"],
        "memory_before_bytes": inspection["memory_before_bytes"],
    }
