"""Exact counts of an ONNX model: multiply-accumulates at given input shapes, parameters, bytes of weights.

The real shapes come from one run in onnxruntime on zeros, unoptimised, with the tensors of interest exposed as outputs.
Knows no time and no energy.

Rules:
- Multiply-accumulates are those of `operators.MACS`; padded positions count, element-wise arithmetic counts 0.
  Control flow, foreign domains and operators that multiply in a way not listed go to `unknown_operators`.
- `weight_bytes`: every initialiser, plus tensors of Constant nodes with more than 64 elements.
- `parameters`: by use, see `weights.py`; the int8 form of a model has as many as its float original.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import InputError
from frugal.runtime import operators
from frugal.runtime.artefact import parse_onnx

if TYPE_CHECKING:
    import onnx

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a model consists of.

    Attributes:
        macs: of the operators that can be counted; None, with `reason`, when no shape could be determined.
        nonzero_parameters: those whose stored value differs from its zero point.
        size_bytes: bytes of the ONNX file and of the external data files beside it.
        int8_weight_share: share of `weight_bytes` that are parameters in 8 bits or fewer.
        unknown_operators: names of operators whose multiply-accumulates are not in `macs`.
        by_operator: operator -> its multiply-accumulates.
    """

    macs: int | None
    parameters: int
    nonzero_parameters: int
    weight_bytes: int
    size_bytes: int
    int8_weight_share: float = 0.0
    unknown_operators: tuple[str, ...] = ()
    by_operator: dict[str, int] = field(default_factory=dict)
    reason: str = ""


def count(model: Path, shapes: Shapes) -> Counts:
    """Count the ONNX file `model` at the input shapes given (name -> shape); raises InputError for a broken file."""
    from frugal.runtime import weights

    path = Path(model)
    proto = load_whole(path)
    found = weights.weigh(proto)
    unknown = tuple(sorted({operators.label(n) for n in proto.graph.node if operators.is_unknown(n)}))
    try:
        by_operator, reason = count_macs(proto, shapes), ""
    except InputError as error:
        by_operator, reason = None, str(error)
    return Counts(
        macs=None if by_operator is None else sum(by_operator.values()),
        parameters=found.parameters,
        nonzero_parameters=found.nonzero_parameters,
        weight_bytes=found.weight_bytes,
        size_bytes=path.stat().st_size + sum(file.stat().st_size for file in _external_files(path)),
        int8_weight_share=found.int8_weight_share,
        unknown_operators=unknown,
        by_operator=by_operator or {},
        reason=reason,
    )


def load_whole(path: Path) -> onnx.ModelProto:
    """The model with its external data, its local functions inlined."""
    import onnx
    from onnx.checker import ValidationError
    from onnx.external_data_helper import load_external_data_for_model
    from onnx.inliner import inline_local_functions

    model = parse_onnx(path)
    try:
        load_external_data_for_model(model, str(path.parent))
    except (OSError, ValueError, RuntimeError, ValidationError) as error:
        raise InputError(f"{path}: its external data cannot be read ({error})") from error
    return onnx.ModelProto.FromString(inline_local_functions(model).SerializeToString()) if model.functions else model


def count_macs(model: onnx.ModelProto, shapes: Shapes) -> dict[str, int]:
    """Operator -> multiply-accumulates; raises InputError when the model does not run at these shapes."""
    nodes = [node for node in model.graph.node if operators.is_counted(node)]
    if not nodes:
        return {}
    real = _real_shapes(model, nodes, shapes)
    by_operator: dict[str, int] = {}
    for node in nodes:
        inputs = [real.get(name, ()) for name in node.input]
        macs = operators.MACS[node.op_type](inputs, real[node.output[0]], operators.attributes(node))
        by_operator[operators.label(node)] = by_operator.get(operators.label(node), 0) + macs
    return by_operator


def _real_shapes(model: onnx.ModelProto, nodes: list[onnx.NodeProto], shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor that the `nodes` read or write, by running the model once."""
    from frugal.runtime.session import open_session

    known = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in known]
    feed = {value.name: _zeros(value, shapes) for value in inputs}
    known |= {name: array.shape for name, array in feed.items()}
    wanted = {name for node in nodes for name in (*node.input, node.output[0]) if name}
    exposed = _expose(model, sorted(wanted - known.keys()))
    with tempfile.TemporaryDirectory(prefix="frugal-count-") as folder:
        file = Path(folder) / "exposed.onnx"
        try:
            file.write_bytes(exposed.SerializeToString())
        except ValueError as error:  # protobuf's limit of 2 GB
            raise InputError("the model is too big to be run with its tensors exposed") from error
        results = open_session(file, optimised=False)(feed)
    return known | {name: np.shape(result) for name, result in results.items()}


def _expose(model: onnx.ModelProto, names: list[str]) -> onnx.ModelProto:
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
    dtype = helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    return np.zeros(shapes[value.name], dtype)


def _external_files(path: Path) -> set[Path]:
    model = parse_onnx(path)
    locations = {
        entry.value for tensor in model.graph.initializer for entry in tensor.external_data if entry.key == "location"
    }
    return {path.parent / location for location in locations}
