"""A small ONNX network as plain values, for the interpreter of the page: nodes, and tensors in base64.

Takes the few operators that our networks for characters are made of, in float or int8; knows no arithmetic.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from frugal.contract import Artefact, InputError

if TYPE_CHECKING:
    import onnx

OPERATORS = (
    *("Cast", "Conv", "DequantizeLinear", "Flatten", "Gemm", "MaxPool", "Mul", "QuantizeLinear", "Relu", "Reshape"),
    *("Softmax", "Unsqueeze"),
)
"""What `templates/network.js` can do, with the attributes that these networks use."""

_TYPES = {"float32": "float32", "int8": "int8", "uint8": "uint8", "int32": "int32", "int64": "int64"}
DIGITS = "0123456789"


def network(artefact: Artefact) -> dict[str, Any]:
    """The network of an artefact that reads 28x28 images (uint8, light ink on black) into scores.

    Raises:
        InputError: an operator or a type of tensor that the page cannot compute, or another input or output.
    """
    from onnx import numpy_helper

    from frugal.runtime.artefact import parse_onnx

    graph = parse_onnx(artefact.model_path).graph
    if len(graph.input) != 1 or len(graph.output) != 1 or not artefact.contract.get("labels"):
        raise InputError(f"{artefact.path.name}", allowed="a network with one image as input and scores as output")
    foreign = sorted({node.op_type for node in graph.node} - set(OPERATORS))
    if foreign:
        raise InputError(f"{artefact.path.name} with {', '.join(foreign)}", allowed=", ".join(OPERATORS))
    return {
        "input": graph.input[0].name,
        "output": graph.output[0].name,
        "labels": list(artefact.contract["labels"]),
        "nodes": [_node(node) for node in graph.node],
        "tensors": {tensor.name: _tensor(numpy_helper.to_array(tensor)) for tensor in graph.initializer},
    }


def _node(node: onnx.NodeProto) -> dict[str, Any]:
    from onnx import helper

    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    plain: dict[str, Any] = {n: value for n, value in attributes.items() if isinstance(value, (int, float, list))}
    if attributes.get("auto_pad", b"NOTSET") != b"NOTSET" or any(n != 1 for n in plain.get("dilations", [])):
        raise InputError(f"{node.op_type} with padding or dilation of its own", allowed="explicit pads, dilation 1")
    return {"op": node.op_type, "inputs": list(node.input), "outputs": list(node.output), "attributes": plain}


def _tensor(array: np.ndarray) -> dict[str, Any]:
    kind = str(array.dtype)
    if kind not in _TYPES:
        raise InputError(f"a tensor of {kind}", allowed=", ".join(_TYPES))
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<")))
    data = base64.b64encode(little.tobytes()).decode("ascii")
    return {"type": kind, "shape": list(array.shape), "data": data}
