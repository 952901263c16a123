"""`frugal estimate`: does a model fit a device that is not here, and what time and energy would it take there?

Time and energy: method D, multiply-accumulates scaled from networks that were measured on the device (`scaling`).
Where no row has an energy: time x watts of the board, or the published energy of a multiply-accumulate. A device of
which nothing was measured answers fit alone and says why. Knows no command line and opens no session but liveness's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from frugal.contract import Artefact, InputError
from frugal.energy.devices import DeviceProfile, Figure
from frugal.energy.evidence import Evidence
from frugal.energy.target_operators import operator_list
from frugal.report.records import Quantity
from frugal.runtime.liveness import PeakMemory, peak_memory

if TYPE_CHECKING:
    import onnx

    from frugal.runtime.exposing import Shapes

METHOD = "D"
FROM_COUNTS = "from counts alone: give a model"
ALLOWED_PRECISIONS = ("int8", "float32")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What is to run: counts, and the graph where there is one.

    Attributes:
        macs: per inference; None, with `macs_reason`, where an operator could not be counted.
        weight_bytes: what must lie in flash.
        precision: int8, float32 or mixed.
        peak: peak RAM; None, with `peak_reason`.
    """

    macs: int | None
    weight_bytes: int
    precision: str
    model: onnx.ModelProto | None = None
    peak: PeakMemory | None = None
    peak_reason: str = FROM_COUNTS
    macs_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The answer for one device. None and unknown quantities have their reason; `notes` are sentences."""

    device: str
    title: str
    released: int | None
    fits_flash: bool | None
    fits_ram: bool | None
    fit_reasons: tuple[str, ...]
    peak: PeakMemory | None
    time_ms: Quantity
    energy_mj: Quantity
    battery_percent_per_1000: Quantity
    missing_operators: tuple[str, ...] | None
    operators_reason: str
    confidence: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        fits: dict[str, Any] = {"flash": self.fits_flash, "ram": self.fits_ram}
        peak = self.peak
        return {
            "device": self.device,
            "title": self.title,
            "released": self.released,
            "fits": fits | ({"reason": "; ".join(self.fit_reasons)} if self.fit_reasons else {}),
            "peak_ram_bytes": None if peak is None else peak.total_bytes,
            "peak_ram": None
            if peak is None
            else {"activation_bytes": peak.activation_bytes, "scratch_bytes": peak.scratch_bytes, "node": peak.node},
            "time_ms": self.time_ms.to_json(),
            "energy_mj": self.energy_mj.to_json(),
            "battery_percent_per_1000": self.battery_percent_per_1000.to_json(),
            "missing_operators": None if self.missing_operators is None else list(self.missing_operators),
            **({"missing_operators_reason": self.operators_reason} if self.operators_reason else {}),
            "confidence": self.confidence,
            "notes": list(self.notes),
        }


def workload_of(artefact: Artefact, shapes: Shapes, precision: str | None = None) -> Workload:
    """Counts, graph and peak RAM of a model; `precision` overrides what the graph says."""
    from frugal.runtime import precision as precisions
    from frugal.runtime.counting import count, load_whole

    model = load_whole(artefact.model_path)
    counts = count(artefact.model_path, shapes)
    peak: PeakMemory | None = None
    peak_reason = ""
    try:
        peak = peak_memory(model, shapes)
    except InputError as error:
        peak_reason = str(error)
    unknown = counts.unknown_operators
    return Workload(
        macs=counts.macs if counts.macs and not unknown else None,
        macs_reason=f"not counted: {', '.join(unknown)}" if unknown else counts.reason or "no multiply-accumulates",
        weight_bytes=counts.weight_bytes,
        precision=precision or precisions.precision(model),
        model=model,
        peak=peak,
        peak_reason=peak_reason,
    )


def estimate(workload: Workload, profile: DeviceProfile, evidence: Evidence) -> Estimate:
    """What `workload` would need on the device of `profile`."""
    time_ms, time_basis = _time(workload, profile, evidence)
    energy_mj, energy_basis = _energy(workload, profile, evidence, time_ms)
    missing, operators_reason, processor = _operators(workload, profile)
    flash, flash_reason = _fits(workload.weight_bytes, "", profile.flash_bytes, profile.flash_reason)
    peak = None if workload.peak is None else workload.peak.total_bytes
    ram, ram_reason = _fits(peak, workload.peak_reason, profile.ram_bytes, profile.ram_reason)
    notes = [f"time and energy of: {profile.runs_on}", profile.note, *evidence.notes(profile, workload.macs)]
    if processor:
        notes.append(f"on the core, not the accelerator: {', '.join(processor)}")
    return Estimate(
        device=profile.name,
        title=profile.title,
        released=profile.released,
        fits_flash=flash,
        fits_ram=ram,
        fit_reasons=tuple(
            f"{name}: {reason}" for name, reason in (("flash", flash_reason), ("ram", ram_reason)) if reason
        ),
        peak=workload.peak,
        time_ms=time_ms,
        energy_mj=energy_mj,
        battery_percent_per_1000=_battery(energy_mj, profile.battery_j),
        missing_operators=missing,
        operators_reason=operators_reason,
        confidence=energy_basis or time_basis or "none",
        notes=tuple(note for note in notes if note),
    )


def _time(workload: Workload, profile: DeviceProfile, evidence: Evidence) -> tuple[Quantity, str]:
    """The quantity, and what it rests on ("" where it is unknown)."""
    if (reason := _why_not(workload)) is not None:
        return Quantity.unknown(reason), ""
    assert workload.macs is not None
    found = evidence.predict(profile, workload.precision, workload.macs, "time_ms")
    if found is None:
        return Quantity.unknown(evidence.why_unknown(profile, workload.precision, "time_ms")), ""
    return _quantity(found.interval.value, found.interval.high / found.interval.value), found.basis


def _energy(workload: Workload, profile: DeviceProfile, evidence: Evidence, time_ms: Quantity) -> tuple[Quantity, str]:
    if (reason := _why_not(workload)) is not None:
        return Quantity.unknown(reason), ""
    assert workload.macs is not None
    found = evidence.predict(profile, workload.precision, workload.macs, "energy_mj")
    if found is not None:
        return _quantity(found.interval.value, found.interval.high / found.interval.value), found.basis
    if profile.power_w is not None and time_ms.value is not None and time_ms.high is not None:
        factor = _combined(time_ms.high / time_ms.value, _half_range(profile.power_w))
        return _quantity(time_ms.value * profile.power_w.value, factor), profile.power_w.confidence
    per_mac = profile.picojoules_per_mac
    if per_mac is not None and profile.mac_precision == workload.precision:
        low, high = per_mac.ends
        value, low_end, high_end = (1e-9 * workload.macs * number for number in (per_mac.value, low, high))
        return Quantity(value=value, low=low_end, high=high_end, method=METHOD), per_mac.confidence
    return Quantity.unknown(evidence.why_unknown(profile, workload.precision, "energy_mj")), ""


def _why_not(workload: Workload) -> str | None:
    """Why nothing can be said of the workload on any device."""
    if workload.macs is None:
        return workload.macs_reason
    if workload.precision not in ALLOWED_PRECISIONS:
        return "the model mixes integer and float layers, and each was measured alone; try --precision int8 or float32"
    return None


def _operators(workload: Workload, profile: DeviceProfile) -> tuple[tuple[str, ...] | None, str, tuple[str, ...]]:
    """Missing operators or None, the reason for None, and what an accelerator leaves to the core."""
    if workload.model is None:
        return None, FROM_COUNTS, ()
    if profile.runtime is None:
        return None, profile.operators_reason or "no list of operators for this device", ()
    known = operator_list(profile.runtime)
    return known.missing(workload.model), "", known.on_the_processor(workload.model)


def _fits(needed: int | None, unknown: str, figure: Figure | None, reason: str) -> tuple[bool | None, str]:
    if needed is None:
        return None, unknown
    if figure is None:
        return None, reason or "no figure"
    return needed <= figure.value, ""


def _battery(energy_mj: Quantity, battery_j: Figure | None) -> Quantity:
    """Per cent of a full battery that 1 000 inferences take."""
    if battery_j is None:
        return Quantity.unknown("no battery of its own")
    if energy_mj.value is None or energy_mj.high is None:
        return Quantity.unknown(energy_mj.reason or "energy without a range")
    factor = _combined(energy_mj.high / energy_mj.value, _half_range(battery_j))
    return _quantity(100 * energy_mj.value / battery_j.value, factor)


def _quantity(value: float, factor: float) -> Quantity:
    return Quantity(value=value, low=value / factor, high=value * factor, method=METHOD)


def _half_range(figure: Figure) -> float:
    low, high = figure.ends
    return max(high / figure.value, figure.value / low)


def _combined(*factors: float) -> float:
    """Independent 95 % factors, as log-normal: exp(sqrt(sum of squared logarithms))."""
    return math.exp(math.hypot(*(math.log(factor) for factor in factors)))


def estimate_all(workload: Workload, profiles: Sequence[DeviceProfile], evidence: Evidence) -> list[Estimate]:
    """One estimate per profile, in their order."""
    return [estimate(workload, profile, evidence) for profile in profiles]
