"""Method B: the energy counters of Apple silicon, through the package zeus-apple-silicon (no root needed).

CPU, GPU, neural engine and memory where the chip tells them. The figures are the ones of `powermetrics`, which Apple
calls estimates.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from typing import Any

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import COUNTER_FACTOR, energy_of
from frugal.extras import MissingExtra, require

PARTS = ("cpu_total_mj", "gpu_mj", "gpu_sram_mj", "ane_mj", "dram_mj")
"""Parts that do not hold one another; clusters and cores lie inside `cpu_total_mj`."""
_WINDOW = "frugal"


class AppleMeter:
    """Joules of the whole chip while the work ran, idle and other processes included."""

    name = "Apple silicon counters"
    method = "B"
    min_block_s = 1.0
    factor = COUNTER_FACTOR
    tried_on = ()
    scope = "Apple silicon: CPU, GPU, neural engine and memory where the chip tells, idle included; no screen or supply"

    def unavailable(self) -> str | None:
        if (platform.system(), platform.machine()) != ("Darwin", "arm64"):
            return "not a Mac with Apple silicon"
        try:
            _monitor()
        except MissingExtra as error:
            return str(error)
        except RuntimeError as error:
            return f"the counters do not open ({error})"
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        monitor = _monitor()
        monitor.begin_window(_WINDOW)
        elapsed = timed(work)
        try:
            found = monitor.end_window(_WINDOW)
        except RuntimeError as error:
            return energy_of(self, elapsed, None, f"the counters could not be read at the end ({error})")
        parts = [getattr(found, part, None) for part in PARTS]
        if parts[0] is None:
            return energy_of(self, elapsed, None, "this chip does not tell the energy of its CPU")
        return energy_of(self, elapsed, sum(part for part in parts if part is not None) / 1e3)


def _monitor() -> Any:
    return require("zeus_apple_silicon", extra="meters").AppleEnergyMonitor()
