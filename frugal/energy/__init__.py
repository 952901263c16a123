"""Energy: meters that read it, device profiles that estimate it. A figure nobody measured is None, never 0.

`measure()` meters any piece of Python; it is resolved when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frugal.energy.metering import measure as measure

__all__ = ["measure"]


def __getattr__(name: str) -> Any:
    if name != "measure":
        raise AttributeError(f"module 'frugal.energy' has no attribute {name!r}; it has measure")
    return importlib.import_module("frugal.energy.metering").measure
