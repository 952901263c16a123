"""Hybrid int8 for networks with LSTM: convolutions and matrix products static, LSTM layers dynamic, in one call.

onnxruntime has no static integer LSTM and no fast dynamic convolution; each layer gets the form that is fast for it.
Method and deviations: `qdq.py` and `recurrent.py`. A network without LSTM comes out as from `int8_static`; GRU stays
float. Knows no task; needs no torch.

An LSTM's inputs and states are scaled by the range that they have in the batch: lines are to be read one at a time,
as the reader does, for a result that does not depend on the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from frugal.passes.calibrated import CalibratedInt8
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class Int8Hybrid(CalibratedInt8):
    """Quantise convolutions, matrix products, what lies between them, and LSTM layers to int8."""

    strengths: ClassVar = Strengths(
        role="quantise", settings=({}, {"calibration": "percentile"}, {"per_channel": False})
    )
    has_integer_lstm: ClassVar[bool] = True
    reasons: ClassVar[Mapping[str, str]] = {
        "LSTM": "its weights are not stored as initialisers, or its layout is batch first"
    }
