"""NNCF's post-training quantisation of an ONNX file, with its defaults. Runs in an environment of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

PACKAGES = ("nncf", "onnx", "onnxruntime")


def quantise(source: Path, target: Path, feeds: Sequence[Mapping[str, np.ndarray]]) -> None:
    import nncf
    import onnx

    quantised = nncf.quantize(onnx.load(source), nncf.Dataset(list(feeds)), subset_size=len(feeds))
    onnx.save(quantised, target)
