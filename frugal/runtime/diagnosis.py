"""What an ONNX model is made of, and what in it costs time or accuracy on common hardware.

Looks only: runs nothing, changes nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import Artefact, Port
from frugal.runtime import operators
from frugal.runtime.artefact import opset, parse_onnx, sha256, signature_of
from frugal.runtime.counting import load_whole
from frugal.runtime.precision import float_nodes, precision
from frugal.runtime.weights import weigh

if TYPE_CHECKING:
    import onnx

OLDEST_RUNTIME_IR_VERSION = 9
"""The newest ir_version that onnxruntime 1.16 opens."""
SEVEN_BITS = 64
"""Two products of uint8 with integers up to this fit into 16 bits."""
TRACED = re.compile(r"s\d+")
"""What torch calls a dimension that nobody named: s0, s77."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Facts as name -> text, in the order to print, and warnings, each one sentence with its remedy."""

    facts: dict[str, str]
    warnings: tuple[str, ...]


def diagnose(artefact: Artefact) -> Diagnosis:
    """Facts and warnings about the model of an artefact."""
    model = load_whole(artefact.model_path)
    signature, weights = signature_of(artefact), weigh(model)
    float_bytes = _float_weight_bytes(model)
    share = f"{float_bytes / weights.weight_bytes:.0%}" if weights.weight_bytes else "no weights"
    facts = {
        "file": str(artefact.model_path),
        "opset": ", ".join(f"{entry.domain or 'onnx'} {entry.version}" for entry in model.opset_import),
        "ir_version": str(model.ir_version),
        "inputs": "; ".join(_port(port) for port in signature.inputs),
        "outputs": "; ".join(_port(port) for port in signature.outputs),
        "size_bytes": f"{artefact.size_bytes:,}",
        "weight_bytes": f"{weights.weight_bytes:,}",
        "parameters": f"{weights.parameters:,} ({weights.nonzero_parameters:,} not zero)",
        "float weights": f"{share} of weight_bytes",
        "int8 weights": f"{weights.int8_weight_share:.0%} of weight_bytes",
        "precision": precision(model),
        "operators": ", ".join(sorted({operators.label(node) for node in model.graph.node})),
        "task": str(artefact.contract.get("task") or "unknown"),
        "decoder": str(artefact.contract.get("decoder") or "unknown"),
    }
    return Diagnosis(facts=facts, warnings=tuple(_warnings(artefact, model)))


def _warnings(artefact: Artefact, model: onnx.ModelProto) -> Iterator[str]:
    yield from _of_the_file(artefact, model)
    yield from _of_quantisation(model)
    yield from _of_recurrent_layers(model)
    yield from _of_floats(model)
    unknown = sorted({operators.label(node) for node in model.graph.node if operators.is_unknown(node)})
    if unknown:
        yield f"macs cannot be counted for: {', '.join(unknown)}"


def _of_the_file(artefact: Artefact, model: onnx.ModelProto) -> Iterator[str]:
    stated = artefact.contract.get("model_sha256")
    if stated and stated != sha256(artefact.model_path):
        yield "model.onnx is not the file that contract.json was written for (model_sha256 differs)"
    unnamed = _unnamed_dimensions(parse_onnx(artefact.model_path))
    if unnamed:
        yield f"dimensions without a name: {', '.join(unnamed)}; name them when exporting, or give --shape"
    if model.ir_version > OLDEST_RUNTIME_IR_VERSION:
        yield f"ir_version {model.ir_version}: onnxruntime 1.16 opens up to {OLDEST_RUNTIME_IR_VERSION}"
    if opset(model) > 21:
        yield f"opset {opset(model)}: phones and older runtimes lag behind; 18 opens nearly everywhere"


def _of_quantisation(model: onnx.ModelProto) -> Iterator[str]:
    if any(node.op_type == "ConvInteger" for node in model.graph.node):
        yield "ConvInteger is slower than a calibrated integer convolution: quantise statically, pass int8_static"
    if _signed_activations(model):
        yield "activations are int8: on x86 uint8 activations are faster; quantise with activation=uint8"
    if _wide_weights(model):
        yield (
            "int8 weights use all 8 bits: x86 processors without VNNI cut off sums of two products and answer "
            "differently; quantise with reduce_range=true, unless the device is known to add into 32 bits"
        )


def _of_recurrent_layers(model: onnx.ModelProto) -> Iterator[str]:
    stored = {tensor.name for tensor in model.graph.initializer}
    for node in model.graph.node:  # a weight stored in few bits, cast and scaled: the pass int8_weights or float16
        if node.op_type in ("Cast", "Mul") and stored.issuperset(node.input):
            stored.update(node.output)
    computed = [
        node.name or node.output[0]
        for node in model.graph.node
        if node.op_type in operators.RECURRENT and not stored.issuperset(node.input[1:3])
    ]
    if computed:
        yield (
            f"recurrent weights are computed in the graph ({', '.join(computed)}), so that quantisers miss them; "
            "store them as initialisers, pass simplify"
        )


def _of_floats(model: onnx.ModelProto) -> Iterator[str]:
    """Floats between layers with weights, where there are integer layers."""
    if precision(model) == "float32":
        return
    found = Counter(node.operator for node in float_nodes(model) if node.place == "between")
    recurrent = [f"{count} x {operator}" for operator, count in found.items() if operator in operators.RECURRENT]
    others = [f"{count} x {operator}" for operator, count in found.items() if operator not in operators.RECURRENT]
    if recurrent:
        yield f"recurrent layers in float: {', '.join(recurrent)}; pass int8_hybrid makes LSTM integer (not GRU)"
    if others:
        yield (
            f"floats between integer layers: {', '.join(others)}; quantise statically (pass int8_static, int8_hybrid) "
            "or build the network of operators with an integer form (ReLU, addition, pooling)"
        )


def _port(port: Port) -> str:
    range_ = f" in {port.range[0]:g}..{port.range[1]:g}" if port.range else ""
    return f"{port.name} {port.dtype} [{', '.join(map(str, port.shape))}]{range_}"


def _unnamed_dimensions(model: onnx.ModelProto) -> list[str]:
    """Dimensions of inputs that have neither a number nor a name that a person gave."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [
        f"{value.name}[{axis}]"
        for value in model.graph.input
        if value.name not in weights
        for axis, dim in enumerate(value.type.tensor_type.shape.dim)
        if not dim.HasField("dim_value") and (not dim.dim_param or TRACED.fullmatch(dim.dim_param))
    ]


def _float_weight_bytes(model: onnx.ModelProto) -> int:
    from onnx import TensorProto

    width = {TensorProto.FLOAT: 4, TensorProto.DOUBLE: 8, TensorProto.FLOAT16: 2, TensorProto.BFLOAT16: 2}
    return sum(math.prod(tensor.dims) * width.get(tensor.data_type, 0) for tensor in model.graph.initializer)


def _signed_activations(model: onnx.ModelProto) -> bool:
    """Whether a tensor that is no initialiser is quantised with an int8 zero point."""
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "QuantizeLinear" and node.input[0] not in stored and len(node.input) > 2:
            zero_point = stored.get(node.input[2])
            if zero_point is not None and zero_point.data_type == zero_point.INT8:
                return True
    return False


def _wide_weights(model: onnx.ModelProto) -> bool:
    """Whether an int8 weight of a layer that multiplies and accumulates needs more than 7 bits."""
    from onnx import numpy_helper

    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    source = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    names = {source.get(n, n) for node in model.graph.node if operators.is_counted(node) for n in node.input if n}
    weights = (stored[name] for name in names if name in stored and stored[name].data_type == stored[name].INT8)
    return any(np.abs(numpy_helper.to_array(weight).astype(np.int16)).max(initial=0) > SEVEN_BITS for weight in weights)
