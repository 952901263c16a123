"""Static integer layers: QuantizeLinear / DequantizeLinear pairs around every layer with weights and between them.

Integer arithmetic after Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
Only Inference", CVPR 2018; weights symmetric per output channel after Krishnamoorthi, 2018 (arXiv:1806.08342). The
pairs are placed by onnxruntime's quantiser, from ranges measured here.

Deviations: what turns the raw input into the network's input and what follows the last layer with weights (softmax)
stays float; so does the result of a matrix product that goes on as floats: it is not rounded to 8 bits on the way. A
maximum over an axis shares its input's scale, so that it can be taken of the integers. Knows no artefact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import Arrays
from frugal.passes.calibration import Ranges, activation_ranges

if TYPE_CHECKING:
    import onnx

WEIGHTED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"})
PRODUCTS = frozenset({"Gemm", "MatMul"})
"""Layers whose integer kernels can give float results."""
EXTREMES = frozenset({"ReduceMax", "ReduceMin"})


def layer_ranges(model: onnx.ModelProto, feeds: Sequence[Arrays], *, percentile: float) -> Ranges:
    """The ranges that `with_integer_layers` needs: of every float result from the first to the last layer with weights.

    Args:
        feeds: calibration samples.
        percentile: share of an activation's values, in percent, within its range.
    """
    outside = outer_nodes(model.graph)
    touched = {name for node in model.graph.node if node.name not in outside for name in (*node.input, *node.output)}
    ranges = activation_ranges(model, sorted(touched & _float_tensors(model)), feeds, percentile=percentile)
    extremes = [n for n in model.graph.node if n.op_type in EXTREMES and n.input[0] in ranges]
    return ranges | {node.output[0]: ranges[node.input[0]] for node in extremes}


def with_integer_layers(
    model: onnx.ModelProto,
    ranges: Ranges,
    *,
    per_channel: bool,
    activation: str,
    reduce_range: bool,
    keep: Collection[str] = (),
) -> onnx.ModelProto:
    """A copy of the prepared `model` with integer convolutions and matrix products.

    Args:
        ranges: of `layer_ranges`.
        per_channel: one scale per output channel of a weight instead of one for all.
        activation: uint8, or int8 with the zero point 0.
        reduce_range: weights in 7 bits.
        keep: names of nodes that stay float.
    """
    quantised = _with_pairs(
        model,
        ranges,
        [*outer_nodes(model.graph), *keep],
        per_channel=per_channel,
        is_signed=activation == "int8",
        reduce_range=reduce_range,
    )
    if activation == "uint8":
        _keep_products_float(quantised.graph)
    return quantised


def outer_nodes(graph: onnx.GraphProto) -> list[str]:
    """Names of the nodes before the first and after the last layer with weights, in order."""
    before = {node.name: node for node in _closure(graph, forwards=True)}
    after = {node.name: node for node in _closure(graph, forwards=False)}
    return [node.name for node in graph.node if node.name not in before or node.name not in after]


def _closure(graph: onnx.GraphProto, *, forwards: bool) -> Iterator[onnx.NodeProto]:
    """The layers with weights and every node that they reach (or, backwards, that reaches them)."""
    stored = {tensor.name for tensor in graph.initializer}
    reached: set[str] = set()
    for node in graph.node if forwards else reversed(graph.node):
        near, far = (node.input, node.output) if forwards else (node.output, node.input)
        has_weights = node.op_type in WEIGHTED and not stored.isdisjoint(node.input)
        if has_weights or reached.intersection(near):
            reached.update(name for name in far if name)
            yield node


def _float_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of the float results, inputs and outputs of the graph; weights are none of them."""
    from onnx import TensorProto

    graph = model.graph
    values = (*graph.value_info, *graph.output, *graph.input)
    named = {value.name for value in values if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    return named - {tensor.name for tensor in graph.initializer}


def _with_pairs(
    model: onnx.ModelProto,
    ranges: Ranges,
    outside: Sequence[str],
    *,
    per_channel: bool,
    is_signed: bool,
    reduce_range: bool,
) -> onnx.ModelProto:
    import onnx
    from onnxruntime.quantization import QuantType
    from onnxruntime.quantization.calibrate import TensorData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
    from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry

    own = onnx.ModelProto()
    own.CopyFrom(model)
    quantiser = QDQQuantizer(
        own,
        per_channel,
        reduce_range,
        QuantType.QInt8,
        QuantType.QInt8 if is_signed else QuantType.QUInt8,
        {n: TensorData(lowest=np.float32(low), highest=np.float32(high)) for n, (low, high) in ranges.items()},
        [],
        list(outside),
        sorted({*QDQRegistry, *QLinearOpsRegistry, *EXTREMES}),
        {"WeightSymmetric": True, "ActivationSymmetric": is_signed},
    )
    quantiser.quantize_model()
    quantiser.model.topological_sort()
    result: onnx.ModelProto = quantiser.model.model
    return result


def _keep_products_float(graph: onnx.GraphProto) -> None:
    """Take out the rounding of a matrix product whose readers want floats: an integer kernel gives them exactly."""
    readers, writers = _readers(graph), {name: node for node in graph.node for name in node.output}
    outputs = {value.name for value in graph.output}
    gone = []
    for end in [node for node in graph.node if node.op_type == "DequantizeLinear"]:
        start = writers.get(end.input[0])
        product = writers.get(start.input[0]) if start is not None else None
        if start is None or product is None or product.op_type not in PRODUCTS or product.output[0] in outputs:
            continue
        is_alone = all(len(readers[node.output[0]]) == 1 for node in (product, start))
        if is_alone and not any(_is_integer(reader, readers) for reader in readers[end.output[0]]):
            product.output[0] = end.output[0]
            gone += [start, end]
    for node in gone:
        graph.node.remove(node)


def _is_integer(node: onnx.NodeProto, readers: Mapping[str, list[onnx.NodeProto]]) -> bool:
    """Whether the node computes with integers: it is a product, or its result is rounded again."""
    rounded = any(reader.op_type == "QuantizeLinear" for name in node.output for reader in readers.get(name, ()))
    return rounded or node.op_type in {*PRODUCTS, "QuantizeLinear"}


def _readers(graph: onnx.GraphProto) -> dict[str, list[onnx.NodeProto]]:
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)
    return readers
