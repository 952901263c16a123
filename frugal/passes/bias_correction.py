"""Bias correction: what rounding a layer's weights adds to its mean output is taken off its bias.

Nagel, van Baalen, Blankevoort and Welling 2019, "Data-free quantization through weight equalization and bias
correction" (arXiv:1906.04721), section 4.2, with the mean of each input channel measured on calibration samples instead
of derived from batch normalisation. Deviation: at the borders, where padding stands in for input, the mean is taken to
be that of the inside. Knows no ranges and no activations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from frugal.runtime import operators

if TYPE_CHECKING:
    import onnx

Means = dict[str, np.ndarray]


def corrected_inputs(model: onnx.ModelProto) -> list[str]:
    """The tensors whose channel means `with_corrected_biases` needs: inputs of convolutions and Gemm with a bias."""
    return sorted({node.input[0] for node in model.graph.node if _is_correctable(node)})


def with_corrected_biases(quantised: onnx.ModelProto, model: onnx.ModelProto, means: Means) -> onnx.ModelProto:
    """A copy of `quantised` with integer biases that make up for its rounded weights.

    Args:
        quantised: `model` with integer layers, of the same node names.
        means: tensor name -> mean of each of its channels (C,), of `corrected_inputs`.
    """
    import onnx
    from onnx import numpy_helper

    result = onnx.ModelProto()
    result.CopyFrom(quantised)
    graph = result.graph
    floats = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    stored: Mapping[str, onnx.TensorProto] = {tensor.name: tensor for tensor in graph.initializer}
    writers = {name: node for node in graph.node for name in node.output}
    given = {node.name: node for node in model.graph.node}
    for node in graph.node:
        source = given.get(node.name)
        weight, bias = (writers.get(node.input[i]) if i < len(node.input) else None for i in (1, 2))
        if source is None or weight is None or bias is None or source.input[0] not in means:
            continue
        error = _dequantised(weight, stored) - floats[source.input[1]]
        shift = _mean_response(node, error, means[source.input[0]])
        scale = numpy_helper.to_array(stored[bias.input[1]])
        codes = np.rint((floats[source.input[2]] - shift) / scale).astype(np.int32)
        stored[bias.input[0]].CopyFrom(numpy_helper.from_array(codes, bias.input[0]))
    return result


def _is_correctable(node: onnx.NodeProto) -> bool:
    return node.op_type in ("Conv", "Gemm") and len(node.input) > 2 and bool(node.input[2])


def _dequantised(node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto]) -> np.ndarray:
    """The weight that a DequantizeLinear node with stored inputs gives; zero points are 0."""
    from onnx import numpy_helper

    codes, scale = (numpy_helper.to_array(stored[name]) for name in node.input[:2])
    axis = int(operators.attributes(node).get("axis", 1))
    shape = [-1 if dimension == axis else 1 for dimension in range(codes.ndim)]
    return np.asarray(codes * (scale.reshape(shape) if scale.ndim else scale))


def _mean_response(node: onnx.NodeProto, weight: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Mean output (O,) of a layer without bias whose input channels have these means (C,)."""
    if node.op_type == "Gemm":
        rows = weight if operators.attributes(node).get("transB", 0) else weight.T  # (O, C)
        return np.asarray(rows @ means)
    groups = int(operators.attributes(node).get("group", 1))
    taps = weight.reshape(len(weight), weight.shape[1], -1).sum(axis=2)  # (O, C / groups)
    shares = means.reshape(groups, -1).repeat(len(weight) // groups, axis=0)  # (O, C / groups)
    return np.asarray((taps * shares).sum(axis=1))
