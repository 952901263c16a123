"""Which meters are here, best first: on-chip counters, then the CPU-time model."""

from __future__ import annotations

from frugal.contract import Meter
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.powercap import PowercapMeter


def all_meters() -> list[Meter]:
    """Every energy source that frugal knows, best first, whether it can read here or not."""
    return [PowercapMeter(), CpuTimeMeter()]


def best_meter() -> Meter:
    """The first that can read here; the last one always can."""
    meters = all_meters()
    return next((meter for meter in meters if meter.unavailable() is None), meters[-1])


def why_not_better() -> dict[str, str]:
    """Meter -> why it cannot read here, for those that would be preferred to the best one."""
    reasons = {}
    for meter in all_meters():
        reason = meter.unavailable()
        if reason is None:
            break
        reasons[meter.name] = reason
    return reasons
