"""float16: half the bytes, stored so (the arithmetic stays float32) or computed so, for GPUs and NPUs.

Arithmetic in float16 by onnxruntime's converter; inputs and outputs keep their types. A processor without float16
kernels turns the numbers back at every layer and is slower for it: there `arithmetic: float32` halves the file at no
cost. Knows no task; needs no torch and no calibration samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.preparing import prepared
from frugal.passes.restored import Small, with_small_weights
from frugal.passes.writing import write_artefact
from frugal.runtime.operators import RECURRENT
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, kw_only=True)
class Float16:
    """Store the weights in 16 bits, or compute in them as well.

    Attributes:
        arithmetic: "float32", or "float16" for devices that have it.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    arithmetic: Literal["float32", "float16"] = "float32"
    tolerance: float = 0.05

    strengths: ClassVar = Strengths(role="quantise")

    def __post_init__(self) -> None:
        if self.arithmetic not in ("float32", "float16"):
            raise InputError(f"arithmetic={self.arithmetic}", allowed="float32, float16", remedy="arithmetic=float32")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact in half precision at `target`."""
        given = prepared(artefact)
        model = with_small_weights(given, halved) if self.arithmetic == "float32" else _computed(given)
        return write_artefact(model, artefact, target, samples, method=repr(self))


def halved(reader: onnx.NodeProto, weight: np.ndarray) -> Small | None:
    """`weight` in float16; None where a value would overflow."""
    fits = float(np.abs(weight).max()) <= float(np.finfo(np.float16).max)
    return (weight.astype(np.float16), None) if fits else None


def _computed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Recurrent layers stay float32: onnxruntime opens none in float16 on a processor."""
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    blocked = [*DEFAULT_OP_BLOCK_LIST, *RECURRENT]
    converted = ONNXModel(convert_float_to_float16(model, keep_io_types=True, op_block_list=blocked))
    converted.topological_sort()  # the converter puts its casts at the end
    result: onnx.ModelProto = converted.model
    return result
