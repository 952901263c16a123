"""int8 by Hugging Face optimum's ORTQuantizer, for those who compare with it or have its settings already.

Package optimum-onnx (extra `hf`). Ranges of a static quantisation are ours (`calibration.py`): its own calibration
wants a data set of the hub and samples of one shape. Knows no task.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from frugal.contract import Artefact, InputError, Samples
from frugal.extras import require
from frugal.passes.calibration import Ranges
from frugal.passes.preparing import prepared
from frugal.passes.qdq import layer_ranges, outer_nodes
from frugal.passes.sharing import shared
from frugal.passes.writing import write_artefact

if TYPE_CHECKING:
    import onnx

PROCESSORS = ("avx2", "avx512", "avx512_vnni", "arm64", "ppc64le")


@dataclass(frozen=True, kw_only=True)
class OptimumInt8:
    """Quantise with one of optimum's settings by processor (`AutoQuantizationConfig`).

    Attributes:
        processor: avx2, avx512, avx512_vnni, arm64 or ppc64le.
        is_static: ranges of the activations from calibration samples; else found at run time, as optimum does first.
        per_channel: one scale per output channel of a weight instead of one for all.
        samples: how many calibration samples are used where it is static.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    processor: Literal["avx2", "avx512", "avx512_vnni", "arm64", "ppc64le"] = "avx2"
    is_static: bool = False
    per_channel: bool = True
    samples: int = 256
    tolerance: float = 0.5

    def __post_init__(self) -> None:
        if self.processor not in PROCESSORS:
            raise InputError(f"processor={self.processor}", allowed=", ".join(PROCESSORS), remedy="processor=avx2")
        if self.samples < 1:
            raise InputError(f"samples={self.samples}", allowed="1 or more", remedy="samples=256")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact that optimum makes at `target`."""
        model = prepared(artefact)
        ranges = layer_ranges(model, samples.calibration[: self.samples], percentile=100.0) if self.is_static else None
        return write_artefact(shared(self._quantised(model, ranges)), artefact, target, samples, method=repr(self))

    def _quantised(self, model: onnx.ModelProto, ranges: Ranges | None) -> onnx.ModelProto:
        import onnx
        from onnxruntime.quantization.calibrate import TensorData

        ort: Any = require("optimum.onnxruntime", extra="hf")
        settings: Any = require("optimum.onnxruntime.configuration", extra="hf").AutoQuantizationConfig
        found = {n: TensorData(lowest=np.float32(a), highest=np.float32(b)) for n, (a, b) in (ranges or {}).items()}
        outside = outer_nodes(model.graph) if ranges else []
        config = getattr(settings, self.processor)(
            is_static=self.is_static, per_channel=self.per_channel, nodes_to_exclude=outside
        )
        with tempfile.TemporaryDirectory(prefix="frugal-optimum-") as scratch:
            onnx.save(model, f"{scratch}/given.onnx")
            quantizer = ort.ORTQuantizer(Path(scratch) / "given.onnx")
            quantizer.quantize(
                save_dir=f"{scratch}/made",
                quantization_config=config,
                calibration_tensors_range=found or None,
            )
            (file,) = Path(scratch, "made").glob("*.onnx")
            return onnx.load(str(file))
