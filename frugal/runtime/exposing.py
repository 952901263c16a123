"""Every tensor of a model at given input shapes: one unoptimised run on zeros, with the tensors exposed as outputs.

Knows no operator's meaning.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import InputError

if TYPE_CHECKING:
    import onnx

Shapes = Mapping[str, tuple[int, ...]]


def tensor_bytes(model: onnx.ModelProto, shapes: Shapes, names: Iterable[str]) -> dict[str, int]:
    """Name -> bytes, for the inputs and the tensors asked for; raises InputError when the model does not run."""
    from frugal.runtime.session import open_session

    stored = {tensor.name for tensor in model.graph.initializer}
    feed = {value.name: _zeros(value, shapes) for value in model.graph.input if value.name not in stored}
    wanted = sorted(set(names) - feed.keys())
    with tempfile.TemporaryDirectory(prefix="frugal-tensors-") as folder:
        file = Path(folder) / "exposed.onnx"
        try:
            file.write_bytes(_exposed(model, wanted).SerializeToString())
        except ValueError as error:  # protobuf's limit of 2 GB
            raise InputError("the model is too big to be run with its tensors exposed") from error
        results = open_session(file, optimised=False)(feed)
    arrays = feed | {name: np.asarray(results[name]) for name in wanted}
    return {name: array.nbytes for name, array in arrays.items()}


def _exposed(model: onnx.ModelProto, names: Iterable[str]) -> onnx.ModelProto:
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {value.name for value in copy.graph.output}
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in present)
    return copy


def _zeros(value: onnx.ValueInfoProto, shapes: Shapes) -> np.ndarray:
    from onnx import helper

    if value.name not in shapes:
        raise InputError(f"no shape for the input {value.name}", remedy=f"--shape {value.name}=...")
    return np.zeros(shapes[value.name], helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type))
