"""LSTM layers with int8 weights: onnxruntime's DynamicQuantizeLSTM, the operator of integer LSTMs that it has.

Weights are rounded once, symmetrically, one scale per gate and unit or one per direction; inputs and states are
quantised at run time with the range that they have in the batch. Knows no other operator; needs no samples.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np

from frugal.runtime import operators

if TYPE_CHECKING:
    import onnx

FULL, REDUCED = 127, 64
"""Largest integer of a weight: with all of int8, and with 7 bits."""


def with_integer_lstm(
    model: onnx.ModelProto, *, per_channel: bool, reduce_range: bool, keep: Collection[str] = ()
) -> onnx.ModelProto:
    """A copy whose LSTMs with stored weights are DynamicQuantizeLSTM; other layers, other LSTMs stay as they are.

    Args:
        per_channel: a scale per gate and unit instead of one per direction.
        reduce_range: weights in 7 bits.
        keep: names of nodes that stay float.
    """
    import onnx

    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph, levels = result.graph, REDUCED if reduce_range else FULL
    stored = {tensor.name: tensor for tensor in graph.initializer}
    changed = [node for node in graph.node if node.name not in keep and is_convertible(node, stored)]
    for node in changed:
        node.CopyFrom(_integer_layer(node, graph, stored, per_channel, levels))
    if changed and operators.CONTRIBUTED not in {entry.domain for entry in result.opset_import}:
        result.opset_import.add(domain=operators.CONTRIBUTED, version=1)
    return result


def is_convertible(node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto]) -> bool:
    """Whether the node is an LSTM whose weights are initialisers, steps first."""
    if node.op_type != "LSTM" or operators.attributes(node).get("layout", 0):
        return False
    return all(name in stored for name in node.input[1:3])


def _integer_layer(
    node: onnx.NodeProto,
    graph: onnx.GraphProto,
    stored: Mapping[str, onnx.TensorProto],
    per_channel: bool,
    levels: int,
) -> onnx.NodeProto:
    from onnx import helper, numpy_helper

    inputs = [*node.input, *[""] * (8 - len(node.input))]
    for position in (1, 2):
        weights = numpy_helper.to_array(stored[node.input[position]])  # (D, 4H, inputs)
        codes, scales = rounded(weights, per_channel=per_channel, levels=levels)
        parts = {"q": codes.transpose(0, 2, 1), "scale": scales, "zero_point": np.zeros(scales.shape, np.int8)}
        names = [f"{node.input[position]}_{part}" for part in parts]
        present = {tensor.name for tensor in graph.initializer}
        arrays = zip(names, parts.values(), strict=True)
        graph.initializer.extend(numpy_helper.from_array(a, name) for name, a in arrays if name not in present)
        inputs[position] = names[0]
        inputs += names[1:]
    kept = [attribute for attribute in node.attribute if attribute.name != "layout"]
    made = helper.make_node("DynamicQuantizeLSTM", inputs, node.output, node.name, domain=operators.CONTRIBUTED)
    made.attribute.extend(kept)
    return made


def rounded(weights: np.ndarray, *, per_channel: bool, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """int8 codes of recurrent weights (D, 4H, inputs), and their scales: (D, 4H) per channel, else (D,)."""
    largest = np.abs(weights).max(axis=2 if per_channel else (1, 2))
    scales = np.where(largest > 0, largest / levels, 1.0).astype(np.float32)
    shaped = scales[:, :, None] if per_channel else scales[:, None, None]
    codes: np.ndarray = np.rint(weights / shaped).clip(-levels, levels).astype(np.int8)
    return np.ascontiguousarray(codes), scales
