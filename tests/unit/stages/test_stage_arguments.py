"""Hyper-parameters out of range are refused in one line that names a remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from frugal.contract import InputError
from frugal.passes.int8_static import Int8Static
from frugal.stages.distil_logits import DistilLogits
from frugal.stages.finetune import Finetune
from frugal.stages.low_rank import LowRank
from frugal.stages.prune_magnitude import PruneMagnitude
from frugal.stages.prune_structured import PruneStructured
from frugal.stages.recalibrate_norm import RecalibrateNorm


@pytest.mark.parametrize(
    ("factory", "arguments"),
    [
        (PruneStructured, {}),
        (PruneStructured, {"ratio": 0.5, "macs_ratio": 0.5}),
        (PruneStructured, {"ratio": 1.5}),
        (PruneStructured, {"ratio": 0.0}),
        (PruneStructured, {"ratio": 0.5, "importance": "l3"}),
        (PruneStructured, {"ratio": 0.5, "round_to": 0}),
        (PruneStructured, {"ratio": 0.5, "epochs": -1}),
        (PruneStructured, {"ratio": 0.5, "size_ratio": 0.5}),
        (PruneStructured, {"ratio": 0.5, "layers": "convolutional"}),
        (PruneStructured, {"macs_ratio": 0.5, "share": "ranked"}),
        (PruneStructured, {"macs_ratio": 0.5, "share": "greedy", "importance": "taylor"}),
        (PruneMagnitude, {"sparsity": 0.0}),
        (PruneMagnitude, {"sparsity": 1.0}),
        (PruneMagnitude, {"steps": 0}),
        (PruneMagnitude, {"step_epochs": -1}),
        (LowRank, {}),
        (LowRank, {"energy": 0.9, "macs_ratio": 0.5}),
        (LowRank, {"energy": 1.0}),
        (LowRank, {"energy": 0.9, "epochs": -1}),
        (DistilLogits, {"temperature": 0.0}),
        (DistilLogits, {"alpha": 0.0}),
        (DistilLogits, {"alpha": 1.1}),
        (DistilLogits, {"epochs": 0}),
        (Finetune, {"epochs": 0}),
        (RecalibrateNorm, {"samples": 1}),
        (Int8Static, {"activation": "int4"}),
        (Int8Static, {"calibration": "entropy"}),
        (Int8Static, {"samples": 0}),
        (Int8Static, {"percentile": 10.0}),
    ],
    ids=str,
)
def test_refused(factory: Callable[..., Any], arguments: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="allowed: "):
        factory(**arguments)
