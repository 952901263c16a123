"""Method C: CPU seconds times the power of a busy core, from a calibration with its printed range.

Works everywhere (guest, container, no rights); sees the CPU only, and between two models it is a ratio of CPU times.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from frugal.contract import Energy
from frugal.energy import machine
from frugal.energy.factors.cpu_power import CorePower, core_power
from frugal.energy.meters.clocks import cpu_seconds


class CpuTimeMeter:
    """Energy of the CPU share of this process and of its finished children, idle share included.

    `power` defaults to what the calibration says about this machine's CPU.
    """

    name = "CPU time x power of a core"
    method = "C"
    min_block_s = 0.1

    def __init__(self, power: CorePower | None = None) -> None:
        self._power = power

    @property
    def power(self) -> CorePower:
        """Watts per busy core and how sure they are."""
        if self._power is None:
            self._power = core_power(machine.cpu_model())
        return self._power

    @property
    def scope(self) -> str:
        """What the figure covers, with the range that it rests on."""
        return (
            f"CPU package share of this process with its idle share; no memory, board or power supply "
            f"({self.power.note}; 95 % factor {self.power.factor:.2g})"
        )

    def unavailable(self) -> str | None:
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        wall, cpu = time.perf_counter(), cpu_seconds()
        work()
        cpu_s, wall_s = cpu_seconds() - cpu, time.perf_counter() - wall
        power = self.power
        return Energy(
            joules=power.watts * cpu_s if cpu_s > 0 else None,
            factor=power.factor,
            method=self.method,
            cpu_s=cpu_s,
            wall_s=wall_s,
            scope=self.scope,
            reason="" if cpu_s > 0 else "the work was shorter than a tick of the CPU clock",
        )
