"""Which meters are here: on-chip counters before the CPU-time model; instruments only when they are asked for.

What an instrument feeds is not known, so none is used unless it is named. Knows no model.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import InputError, Meter
from frugal.energy import machine
from frugal.energy.factors.cpu_power import CorePower, core_power_of_tdp
from frugal.energy.meters.apple import AppleMeter
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.jetson import JetsonMeter
from frugal.energy.meters.joulescope import JoulescopeMeter
from frugal.energy.meters.nvml import NvmlMeter
from frugal.energy.meters.powercap import PowercapMeter
from frugal.energy.meters.ppk2 import Ppk2Meter
from frugal.energy.meters.raspberry_pi import RaspberryPiMeter
from frugal.energy.meters.recording import RecordingMeter

COUNTERS: Mapping[str, Callable[[], Meter]] = {
    "rapl": PowercapMeter,
    "apple": AppleMeter,
    "jetson": JetsonMeter,
    "pi5": RaspberryPiMeter,
    "nvml": NvmlMeter,
}
GPU_PROVIDERS = ("cuda", "tensorrt", "nvtensorrtrtx")
NAMES = ("auto", "joulescope", "ppk2:VOLTS", "csv:FILE", *COUNTERS, "cpu", "MODULE:METER")


@dataclass(frozen=True, kw_only=True)
class MeterRequest:
    """Which meter, and what is known about it.

    Attributes:
        name: one of `NAMES`; "auto" takes every counter that can read here.
        accuracy: of an instrument, as a share; None = its default.
        cpu_tdp_w, cpu_cores: of the whole CPU, for the CPU-time model; None = the calibration, the machine's own.
    """

    name: str = "auto"
    clock_offset_s: float = 0.0
    patience_s: float = 10.0
    accuracy: float | None = None
    cpu_tdp_w: float | None = None
    cpu_cores: int | None = None


def all_meters() -> list[Meter]:
    """Every source that frugal knows and that needs no file, whether it can read here or not: A, then B, then C."""
    return [JoulescopeMeter(), Ppk2Meter(), *(make() for make in COUNTERS.values()), CpuTimeMeter()]


def best_meter() -> Meter:
    """The first counter that can read here and sees the CPU, else the CPU-time model, which always can."""
    return chosen(MeterRequest())[0]


def why_not_better(provider: str = "cpu") -> dict[str, str]:
    """Counter -> why it cannot read here, for those that would be preferred to the CPU-time model."""
    reasons = {meter.name: meter.unavailable() for meter in _counters(provider)}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def chosen(request: MeterRequest, provider: str = "cpu") -> list[Meter]:
    """The meters that read together, best first; the CPU-time model is always the last, as a cross-check.

    Raises:
        InputError: the meter that was named does not exist or cannot read.
    """
    last: Meter = CpuTimeMeter(_core_power(request))
    present = [meter for meter in _counters(provider) if meter.unavailable() is None]
    if request.name == "auto":
        return [*present, last]
    if request.name == "cpu":
        return [last]
    meter = named(request)
    reason = meter.unavailable()
    if reason is not None and not isinstance(meter, RecordingMeter):  # a recording may be written later
        raise InputError(f"--meter {request.name}: {reason}", remedy="frugal doctor")
    others = [other for other in present if other.name != meter.name] if meter.method == "A" else []
    return [meter, *others, last]


def named(request: MeterRequest) -> Meter:
    """The meter of that name, also one of another package: `MODULE:METER`, a class or function without arguments."""
    kind, _, argument = request.name.partition(":")
    accuracy: Mapping[str, float] = {} if request.accuracy is None else {"accuracy": request.accuracy}
    if kind == "csv" and argument:
        timing = {"clock_offset_s": request.clock_offset_s, "patience_s": request.patience_s}
        return RecordingMeter(Path(argument), **timing, **accuracy)
    if kind == "ppk2":
        return Ppk2Meter(_volts(argument), **accuracy)
    if kind == "joulescope" and not argument:
        return JoulescopeMeter(**accuracy)
    if kind in COUNTERS and not argument:
        return COUNTERS[kind]()
    if argument:
        return _foreign(kind, argument)
    raise InputError(f"--meter {request.name}", allowed=", ".join(NAMES))


def _counters(provider: str) -> list[Meter]:
    """Best first; a GPU's counter only where the model runs on a GPU, and then before the CPU's."""
    gpu, cpu = (COUNTERS["nvml"](),), [make() for name, make in COUNTERS.items() if name != "nvml"]
    return [*gpu, *cpu] if provider.lower() in GPU_PROVIDERS else cpu


def _volts(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise InputError(f"--meter ppk2:{text}", allowed="the volts of the supply, such as ppk2:3.3") from None


def _foreign(module: str, attribute: str) -> Meter:
    try:
        meter: Meter = getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"--meter {module}:{attribute} ({error})", allowed=", ".join(NAMES)) from error
    return meter


def _core_power(request: MeterRequest) -> CorePower | None:
    """What the user knows of the CPU; None = the calibration."""
    if request.cpu_tdp_w is None:
        return None
    cores = request.cpu_cores or machine.physical_cores()
    if cores is None:
        raise InputError(
            f"--cpu-tdp-w {request.cpu_tdp_w:g} where the machine does not tell its cores (a guest sees only its own)",
            remedy="--cpu-cores with the cores of the whole CPU",
        )
    return core_power_of_tdp(request.cpu_tdp_w, cores)
