"""What an ONNX model is made of, and what in it costs time or accuracy on common hardware.

Looks only: runs nothing, changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frugal.contract import Artefact, Port
from frugal.runtime import operators
from frugal.runtime.artefact import opset, parse_onnx, sha256, signature_of
from frugal.runtime.counting import load_whole
from frugal.runtime.weights import weigh

if TYPE_CHECKING:
    import onnx

OLDEST_RUNTIME_IR_VERSION = 9
"""The newest ir_version that onnxruntime 1.16 opens."""


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
        "operators": ", ".join(sorted({operators.label(node) for node in model.graph.node})),
        "task": str(artefact.contract.get("task") or "unknown"),
        "decoder": str(artefact.contract.get("decoder") or "unknown"),
    }
    return Diagnosis(facts=facts, warnings=tuple(_warnings(artefact, model)))


def _warnings(artefact: Artefact, model: onnx.ModelProto) -> list[str]:
    found = []
    stated = artefact.contract.get("model_sha256")
    if stated and stated != sha256(artefact.model_path):
        found.append("model.onnx is not the file that contract.json was written for (model_sha256 differs)")
    unnamed = _unnamed_dimensions(parse_onnx(artefact.model_path))
    if unnamed:
        found.append(f"dimensions without a name: {', '.join(unnamed)}; name them when exporting, or give --shape")
    if model.ir_version > OLDEST_RUNTIME_IR_VERSION:
        found.append(f"ir_version {model.ir_version}: onnxruntime 1.16 opens up to {OLDEST_RUNTIME_IR_VERSION}")
    if opset(model) > 21:
        found.append(f"opset {opset(model)}: phones and older runtimes lag behind; 18 opens nearly everywhere")
    names = {node.op_type for node in model.graph.node}
    if "ConvInteger" in names:
        found.append("ConvInteger has no fast kernel in onnxruntime: quantise convolutions statically (QDQ) instead")
    if _signed_activations(model):
        found.append("activations are int8: on x86 uint8 activations are faster; quantise activations as uint8")
    unknown = sorted({operators.label(node) for node in model.graph.node if operators.is_unknown(node)})
    if unknown:
        found.append(f"macs cannot be counted for: {', '.join(unknown)}")
    return found


def _port(port: Port) -> str:
    range_ = f" in {port.range[0]:g}..{port.range[1]:g}" if port.range else ""
    return f"{port.name} {port.dtype} [{', '.join(map(str, port.shape))}]{range_}"


def _unnamed_dimensions(model: onnx.ModelProto) -> list[str]:
    """Dimensions of inputs that have neither a number nor a name."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return [
        f"{value.name}[{axis}]"
        for value in model.graph.input
        if value.name not in weights
        for axis, dim in enumerate(value.type.tensor_type.shape.dim)
        if not dim.HasField("dim_value") and not dim.dim_param
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
