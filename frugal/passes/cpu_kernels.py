"""What onnxruntime computes faster on a CPU in another form: the same answers, other operators. Knows no quantising.

Measured on a line network with 8 convolutions and 2 LSTM layers in int8 (docs/peers-compression.md): an integer
convolution of a single channel takes twice the time of a float one, for it has too few products to fill a register; a
maximum over the rows of a feature map takes ten times that of the pooling that is the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import Arrays, InputError
from frugal.runtime import operators
from frugal.runtime.session import open_session

if TYPE_CHECKING:
    import onnx

ACTIVATIONS = frozenset({"Relu", "Clip"})
GROWN = 16
"""Pixels by which every open axis of an input grows to see which sizes follow it."""


def thin_layers(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions of a single channel (depthwise ones are none), with the activations behind them."""
    graph = model.graph
    shapes = {tensor.name: tensor.dims for tensor in graph.initializer}
    names, outputs = [], set()
    for node in graph.node:
        is_whole = node.op_type == "Conv" and operators.attributes(node).get("group", 1) == 1
        is_thin = is_whole and len(node.input) > 1 and shapes.get(node.input[1], (0, 0))[1] == 1
        if is_thin or (node.op_type in ACTIVATIONS and node.input[0] in outputs):
            names.append(node.name)
            outputs.update(node.output)
    return names


def with_pooled_rows(model: onnx.ModelProto, feeds: Sequence[Arrays]) -> onnx.ModelProto:
    """A copy in which a maximum over the rows of feature maps (B, F, H, W) is a pooling, wherever H is always the same.

    Args:
        feeds: a sample; H is looked at on it and on blank inputs of another height and width.
    """
    import onnx
    from onnx import helper, numpy_helper

    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    found = {node.name: node for node in graph.node if _is_row_maximum(node, graph)}
    heights = _heights(model, sorted({node.input[0] for node in found.values()}), feeds) if found and feeds else {}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        height = heights.get(node.input[0]) if node.name in found else None
        if height is None:
            nodes.append(node)
            continue
        source, target = node.input[0], node.output[0]
        keeps = bool(operators.attributes(node).get("keepdims", 1))
        pooled = target if keeps else f"{target}_pooled"
        nodes.append(helper.make_node("MaxPool", [source], [pooled], node.name, kernel_shape=[height, 1]))
        if not keeps:
            axis = f"{target}_axis"
            graph.initializer.append(numpy_helper.from_array(np.array([2], np.int64), axis))
            nodes.append(helper.make_node("Squeeze", [pooled, axis], [target], f"{node.name}_squeezed"))
            graph.value_info.append(helper.make_tensor_value_info(pooled, onnx.TensorProto.FLOAT, None))
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)
    return result


def _is_row_maximum(node: onnx.NodeProto, graph: onnx.GraphProto) -> bool:
    """Whether the node is the maximum over the third of four axes."""
    from onnx import numpy_helper

    if node.op_type != "ReduceMax" or len(node.input) < 2:
        return False
    axes = next((numpy_helper.to_array(t).tolist() for t in graph.initializer if t.name == node.input[1]), None)
    ranks = {value.name: len(value.type.tensor_type.shape.dim) for value in graph.value_info}
    return ranks.get(node.input[0]) == 4 and axes in ([2], [-2])


def _heights(model: onnx.ModelProto, tensors: Sequence[str], feeds: Sequence[Arrays]) -> dict[str, int]:
    """Tensor (B, F, H, W) -> H, of those where it does not follow the inputs' sizes."""
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors)
    with tempfile.TemporaryDirectory(prefix="frugal-heights-") as scratch:
        file = Path(scratch) / "exposed.onnx"
        file.write_bytes(copy.SerializeToString())
        session = open_session(file, optimised=False)
    try:
        answers = [session(feed) for feed in (feeds[0], _grown(model, feeds[0]))]
    except InputError:  # the model takes no other size: nothing is known of its heights
        return {}
    seen = {name: {answer[name].shape[2] for answer in answers} for name in tensors}
    return {name: heights.pop() for name, heights in seen.items() if len(heights) == 1}


def _grown(model: onnx.ModelProto, feed: Arrays) -> dict[str, np.ndarray]:
    """Blank inputs, larger along every axis whose length the model leaves open, the batch apart."""
    grown = {}
    for value in model.graph.input:
        if value.name not in feed:
            continue
        dims, array = value.type.tensor_type.shape.dim, feed[value.name]
        is_open = [axis > 0 and not dim.HasField("dim_value") for axis, dim in enumerate(dims)]
        shape = [size + GROWN * more for size, more in zip(array.shape, is_open, strict=True)]
        grown[value.name] = np.zeros(shape, array.dtype)
    return grown
