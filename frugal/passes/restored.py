"""Weights stored in fewer bytes than they are computed with, and the nodes that restore them when a session opens.

onnxruntime folds those nodes into constants once, at opening: the arithmetic and its time are the float model's, only
the file is smaller. Knows no type and no method of rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from frugal.runtime import operators

if TYPE_CHECKING:
    import onnx

Small = tuple[np.ndarray, np.ndarray | None]
"""The stored array, and the float32 factors that broadcast against it; None where a cast alone restores the weight."""
Shrink = Callable[["onnx.NodeProto", np.ndarray], Small | None]

FEWEST = 64
"""A tensor with fewer elements stays: the nodes that restore it take more bytes than it saves."""


def with_small_weights(model: onnx.ModelProto, shrink: Shrink) -> onnx.ModelProto:
    """A copy of `model` whose float weights are stored as `shrink` makes them.

    Args:
        shrink: (the layer that reads the weight, the weight) -> what is stored instead, None to leave it.
    """
    import onnx
    from onnx import helper, numpy_helper

    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    restoring: list[onnx.NodeProto] = []
    for tensor, reader in _float_weights(graph):
        made = shrink(reader, numpy_helper.to_array(tensor))
        if made is None:
            continue
        small, factors = made
        name, stored, scale, cast = tensor.name, f"{tensor.name}_q", f"{tensor.name}_scale", f"{tensor.name}_cast"
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(small, stored))
        restored = name if factors is None else cast
        restoring.append(helper.make_node("Cast", [stored], [restored], f"{name}_restore", to=onnx.TensorProto.FLOAT))
        if factors is not None:
            graph.initializer.append(numpy_helper.from_array(factors.astype(np.float32), scale))
            restoring.append(helper.make_node("Mul", [cast, scale], [name], f"{name}_rescale"))
    nodes = [*restoring, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return result


def _float_weights(graph: onnx.GraphProto) -> Iterator[tuple[onnx.TensorProto, onnx.NodeProto]]:
    """Each stored float32 tensor in a weight's place of a layer, biases included, with the first node that reads it."""
    import onnx

    first: Mapping[str, onnx.NodeProto] = {
        name: node
        for node in reversed(graph.node)
        for slot, name in enumerate(node.input)
        if operators.is_counted(node) and operators.weight_slot(node.op_type, slot)
    }
    for tensor in list(graph.initializer):
        is_float = tensor.data_type == onnx.TensorProto.FLOAT
        if is_float and tensor.name in first and int(np.prod(tensor.dims)) >= FEWEST:
            yield tensor, first[tensor.name]
