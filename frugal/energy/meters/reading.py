"""From what a source said and what the clocks saw to an `Energy`, the same for every meter.

Knows no source. A reading of 0 or less is unknown, and so is one over which the machine slept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from frugal.contract import Energy
from frugal.energy.meters.clocks import Elapsed

COUNTER_FACTOR = 1.2
"""95 % factor of on-chip counters: 10 to 20 % against external instruments (Khan et al. 2018, "RAPL in Action";
Yang et al. 2024, "Part-time power measurements", for GPUs once the sampling is dealt with)."""


class Source(Protocol):
    """What a meter says about itself."""

    method: str

    @property
    def factor(self) -> float: ...
    @property
    def scope(self) -> str: ...


@runtime_checkable
class SettlesLater(Protocol):
    """A meter that needs nothing but the clocks while the work runs, and can tell the energies when all is over."""

    def settle(self, spans: Sequence[Elapsed]) -> list[Energy]: ...


def energy_of(source: Source, elapsed: Elapsed, joules: float | None, reason: str = "") -> Energy:
    """`joules` with the source's method, factor and scope; unknown when they are None, not above 0, or spoiled."""
    reason = elapsed.spoiled or reason
    if not reason and (joules is None or joules <= 0):
        reason = "the counter did not move: the work was too short, or the counter stands still"
    return Energy(
        joules=None if reason else joules,
        factor=source.factor,
        method=source.method,
        cpu_s=elapsed.cpu_s,
        wall_s=elapsed.wall_s,
        scope=source.scope,
        reason=reason,
    )
