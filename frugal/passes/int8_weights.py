"""Weights stored as int8 and computed with as floats: a quarter of the bytes for layers without an integer kernel.

For GRU and whatever else onnxruntime multiplies with floats only. Symmetric, one scale per output channel, after
Krishnamoorthi 2018 (arXiv:1806.08342), section 2.1; biases stay float. The time is that of the float model: a session
restores the weights once. Layers with integer weights already stay as they are, so it may follow `int8_hybrid`, which
leaves GRU. Knows no task; needs no torch and no calibration samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from frugal.contract import Artefact, Samples
from frugal.passes.restored import Small, with_small_weights
from frugal.passes.writing import write_artefact
from frugal.runtime import operators
from frugal.runtime.artefact import parse_onnx
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx

LEVELS = 127


@dataclass(frozen=True, kw_only=True)
class Int8Weights:
    """Store the weights of all float layers in 8 bits.

    Attributes:
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    tolerance: float = 0.2

    strengths: ClassVar = Strengths(role="quantise")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact with weights in 8 bits at `target`."""
        model = with_small_weights(parse_onnx(artefact.model_path), rounded_weight)
        return write_artefact(model, artefact, target, samples, method=repr(self))


def rounded_weight(reader: onnx.NodeProto, weight: np.ndarray) -> Small | None:
    """int8 codes of `weight` and its scales, which keep every axis; None for a bias."""
    if weight.ndim < (3 if reader.op_type in operators.RECURRENT else 2):
        return None
    axes = _summed_axes(reader, weight.ndim)
    largest = np.abs(weight).max(axis=axes, keepdims=True)
    scales = np.where(largest > 0, largest / LEVELS, 1.0).astype(np.float32)
    return np.rint(weight / scales).clip(-LEVELS, LEVELS).astype(np.int8), scales


def _summed_axes(reader: onnx.NodeProto, rank: int) -> tuple[int, ...]:
    """The axes that the layer sums over: all but those of the output channels."""
    if reader.op_type in operators.RECURRENT:
        return (rank - 1,)  # (directions, gates * units, inputs)
    if reader.op_type == "MatMul" or (reader.op_type == "Gemm" and not operators.attributes(reader).get("transB", 0)):
        return (rank - 2,)  # (..., inputs, outputs)
    kept = 1 if reader.op_type == "ConvTranspose" else 0
    return tuple(axis for axis in range(rank) if axis != kept)
