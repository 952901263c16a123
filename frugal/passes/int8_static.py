"""Static int8: weights and activations as 8-bit integers, the ranges of the activations taken from calibration samples.

Recurrent layers stay float: QuantizeLinear pairs know none. Method and deviations: `qdq.py`. Knows no task; needs no
torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from frugal.passes.calibrated import CalibratedInt8
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class Int8Static(CalibratedInt8):
    """Quantise every layer with weights, and what lies between such layers, to int8."""

    strengths: ClassVar = Strengths(
        role="quantise", settings=({}, {"calibration": "percentile"}, {"per_channel": False})
    )
