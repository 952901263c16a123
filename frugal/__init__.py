"""frugal trains small task-specific models, compresses them, exports them to ONNX and reports accuracy against energy.

The verbs are functions here, resolved when first used: `import frugal` loads neither torch nor onnxruntime.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frugal.benchmarking import benchmark as benchmark
    from frugal.compression import compress as compress
    from frugal.experiment import Experiment as Experiment
    from frugal.exporting import export as export
    from frugal.gate import check as check
    from frugal.training import train as train
    from frugal.zoo.loading import load as load

__version__ = "0.1.0"

_HOMES = {
    "Experiment": "frugal.experiment",
    "train": "frugal.training",
    "compress": "frugal.compression",
    "export": "frugal.exporting",
    "benchmark": "frugal.benchmarking",
    "check": "frugal.gate",
    "load": "frugal.zoo.loading",
}

__all__ = ["Experiment", "__version__", "benchmark", "check", "compress", "export", "load", "train"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'frugal' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
