"""Methods D and E: multiply-accumulates times what one of them costs; nothing is measured.

D takes the cost from a device's own calibration, E from `textbook.py`. Knows no model, no device and no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from frugal.contract import Energy


@dataclass(frozen=True, kw_only=True)
class MacCost:
    """Picojoules of one multiply-accumulate, with the 95 % factor (1 where no spread is stated), scope and source."""

    picojoules: float
    factor: float
    method: Literal["D", "E"]
    scope: str
    source: str


def energy_of_macs(macs: int | None, cost: MacCost) -> Energy:
    """Joules of `macs` multiply-accumulates; None stays unknown."""
    return Energy(
        joules=None if macs is None else macs * cost.picojoules * 1e-12,
        factor=cost.factor,
        method=cost.method,
        cpu_s=0.0,
        wall_s=0.0,
        scope=f"{cost.scope} ({cost.source})",
        reason="the multiply-accumulates of this model could not be counted" if macs is None else "",
    )
