"""Method C: CPU seconds times the power of a busy core, from a calibration with its printed range.

Works everywhere (guest, container, no rights); sees the CPU only, and between two models it is a ratio of CPU times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from frugal.contract import Energy
from frugal.energy import machine
from frugal.energy.factors.cpu_power import CorePower, core_power
from frugal.energy.meters.clocks import Elapsed, timed
from frugal.energy.meters.reading import energy_of


class CpuTimeMeter:
    """Energy of the CPU share of this process and of its finished children, idle share included.

    `power` defaults to what the calibration says about this machine's CPU.
    """

    name = "CPU time x power of a core"
    method = "C"
    min_block_s = 0.1
    tried_on = ("x86-64 Linux guests",)

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

    @property
    def factor(self) -> float:
        """95 % factor of the calibration."""
        return self.power.factor

    def unavailable(self) -> str | None:
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        return self.settle([timed(work)])[0]

    def settle(self, spans: Sequence[Elapsed]) -> list[Energy]:
        """The energies of pieces of work that are over."""
        return [energy_of(self, span, self.power.watts * span.cpu_s, _too_short(span)) for span in spans]


def _too_short(span: Elapsed) -> str:
    return "" if span.cpu_s > 0 else "the work was shorter than a tick of the CPU clock"
