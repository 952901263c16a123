"""float16: weights stored in half the bytes and computed with in float32; the time is that of the float model.

A session restores the weights once, so every processor answers alike, with or without float16 kernels. Devices that
compute in float16 (GPUs, NPUs) convert a float32 model themselves when they load it. Knows no task; needs no torch and
no calibration samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from frugal.contract import Artefact, Samples
from frugal.passes.restored import Small, with_small_weights
from frugal.passes.writing import write_artefact
from frugal.runtime.artefact import parse_onnx
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, kw_only=True)
class Float16:
    """Store the weights of all float layers in 16 bits.

    Attributes:
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    tolerance: float = 0.05

    strengths: ClassVar = Strengths(role="quantise")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact with weights in 16 bits at `target`."""
        model = with_small_weights(parse_onnx(artefact.model_path), halved)
        return write_artefact(model, artefact, target, samples, method=repr(self))


def halved(reader: onnx.NodeProto, weight: np.ndarray) -> Small | None:
    """`weight` in float16; None where a value would overflow."""
    fits = float(np.abs(weight).max()) <= float(np.finfo(np.float16).max)
    return (weight.astype(np.float16), None) if fits else None
