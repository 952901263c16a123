"""optimum's ORTQuantizer on an ONNX file that is no transformer. Runs in an environment of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

PACKAGES = ("optimum", "optimum-onnx", "onnx", "onnxruntime")


def quantise(source: Path, target: Path, feeds: Sequence[Mapping[str, np.ndarray]], *, processor: str) -> None:
    """Dynamic int8 for `processor` ("avx2" or "avx512_vnni"), the only way that needs no data set of its hub."""
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import AutoQuantizationConfig

    settings = getattr(AutoQuantizationConfig, processor)(is_static=False, per_channel=True)
    with tempfile.TemporaryDirectory() as folder:
        quantizer = ORTQuantizer(Path(source))
        quantizer.quantize(save_dir=folder, quantization_config=settings)
        (made,) = Path(folder).glob("*.onnx")
        shutil.move(made, target)
