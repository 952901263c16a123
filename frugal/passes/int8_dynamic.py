"""Dynamic int8: weights as 8-bit integers, activations quantised at run time with the range that they have just then.

Needs no calibration samples. LSTM layers: `recurrent.py`; matrix products: onnxruntime's MatMulInteger. Convolutions
only when asked for: ConvInteger rounds its input anew in every call and takes about 1.5 times as long as a calibrated
convolution (onnxruntime 1.32, docs/peers-compression.md).
Knows no task; needs no torch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.preparing import prepared
from frugal.passes.recurrent import with_integer_lstm
from frugal.passes.sharing import shared
from frugal.passes.writing import write_artefact
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx

ALLOWED = ("LSTM", "MatMul", "Conv")
REASONS = {
    "between": "dynamic quantisation keeps floats between layers: int8_static and int8_hybrid do not",
    "Conv": "ConvInteger is slower than the calibrated convolutions that int8_static and int8_hybrid make",
}


@dataclass(frozen=True, kw_only=True)
class Int8Dynamic:
    """Quantise the weights of LSTM layers and matrix products to int8.

    Attributes:
        operators: of LSTM, MatMul (with Gemm) and Conv, those to quantise.
        per_channel: one scale per output channel of a weight, or per gate and unit, instead of one for all.
        reduce_range: weights in 7 bits. x86 processors without VNNI (most before 2019, many after) add two products
            of uint8 and int8 into 16 bits and cut off what does not fit: with 8-bit weights the same file answers
            differently there. False for devices that are known to add into 32 bits.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    operators: Sequence[str] = ("LSTM", "MatMul")
    per_channel: bool = True
    reduce_range: bool = True
    tolerance: float = 0.3

    strengths: ClassVar = Strengths(role="quantise")

    def __post_init__(self) -> None:
        if not self.operators or not set(self.operators) <= set(ALLOWED):
            raise InputError(f"operators={list(self.operators)}", allowed=", ".join(ALLOWED), remedy="[LSTM, MatMul]")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact with dynamic integer layers at `target`."""
        model = prepared(artefact)
        others = [operator for operator in self.operators if operator != "LSTM"]
        if others:
            model = self._with_integer_products(model, others)
        if "LSTM" in self.operators:
            model = with_integer_lstm(model, per_channel=self.per_channel, reduce_range=self.reduce_range)
        return write_artefact(shared(model), artefact, target, samples, method=repr(self), reasons=REASONS)

    def _with_integer_products(self, model: onnx.ModelProto, operators: list[str]) -> onnx.ModelProto:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        with tempfile.TemporaryDirectory(prefix="frugal-int8-") as scratch:
            file = Path(scratch) / "dynamic.onnx"
            quantize_dynamic(
                model,
                file,
                op_types_to_quantize=operators,
                per_channel=self.per_channel,
                reduce_range=self.reduce_range,
                weight_type=QuantType.QInt8,
            )
            return onnx.load(str(file))
