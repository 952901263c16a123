"""Which tensors of an ONNX graph are parameters, how many there are and how many differ from zero.

A parameter is an element of an initialiser (or Constant tensor) that reaches a weight's place of an operator: kernel,
matrix, bias, recurrent weight, normalisation, embedding table; or, with one axis at least, a term or factor of
element-wise arithmetic (a bias after MatMul). On the way it may be dequantised, cast, transposed or reshaped.
Scales, zero points, shapes, indices and scalars are not parameters; running means and variances are.
Knows no session and no shape inference.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from frugal.runtime import operators

if TYPE_CHECKING:
    import onnx

SMALL_CONSTANT = 64
"""A Constant node's tensor of up to so many elements is no weight by bytes: axes, shapes, scalars."""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Elements that are parameters, those of them that differ from zero, and the bytes of all stored tensors.

    Attributes:
        int8_bytes: bytes of the parameters that are stored as integers of 8 bits or fewer.
    """

    parameters: int
    nonzero_parameters: int
    weight_bytes: int
    int8_bytes: int

    @property
    def int8_weight_share(self) -> float:
        """Share of the stored bytes that are parameters in 8 bits or fewer; the rest is float, int32 or scales."""
        return self.int8_bytes / self.weight_bytes if self.weight_bytes else 0.0


def weigh(model: onnx.ModelProto) -> Weights:
    """Sum over the main graph and, for control flow, the graphs inside."""
    parts = [_weigh_graph(graph) for graph in _graphs(model.graph)]
    return Weights(
        parameters=sum(part.parameters for part in parts),
        nonzero_parameters=sum(part.nonzero_parameters for part in parts),
        weight_bytes=sum(part.weight_bytes for part in parts),
        int8_bytes=sum(part.int8_bytes for part in parts),
    )


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*((attribute.g,) if attribute.HasField("g") else ()), *attribute.graphs):
                yield from _graphs(inner)


def _weigh_graph(graph: onnx.GraphProto) -> Weights:
    uses = _Uses(graph)
    parameters = nonzero = stored = small = 0
    for name, tensor, is_constant_node in _tensors(graph):
        elements = math.prod(tensor.dims)
        if not is_constant_node or elements > SMALL_CONSTANT:
            stored += _stored_bytes(tensor)
        if uses.is_parameter(name, tensor):
            packed = uses.packed(name)
            values, zero = unpack(packed, uses) if packed else (_array(tensor), uses.zero_point(name))
            parameters += values.size
            nonzero += int(np.count_nonzero(values != zero))
            small += _stored_bytes(tensor) if _is_small_type(tensor) else 0
    for sparse in graph.sparse_initializer:
        stored += _stored_bytes(sparse.values) + _stored_bytes(sparse.indices)
        parameters += math.prod(sparse.dims)
        nonzero += math.prod(sparse.values.dims)
    return Weights(parameters=parameters, nonzero_parameters=nonzero, weight_bytes=stored, int8_bytes=small)


def _tensors(graph: onnx.GraphProto) -> Iterator[tuple[str, onnx.TensorProto, bool]]:
    for tensor in graph.initializer:
        yield tensor.name, tensor, False
    for node in graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    yield node.output[0], attribute.t, True


class _Uses:
    """Who reads which tensor of a graph."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.stored = {name: tensor for name, tensor, _ in _tensors(graph)}
        self._readers: dict[str, list[tuple[onnx.NodeProto, int]]] = defaultdict(list)
        self._dynamic_scales = {
            node.output[1] for node in graph.node if node.op_type == "DynamicQuantizeLinear" and len(node.output) > 1
        }
        self._restored = {  # a weight stored in few bits, cast to floats: what it is multiplied with are its scales
            node.output[0]
            for node in graph.node
            if node.op_type == "Cast" and node.input[0] in self.stored and _is_small_type(self.stored[node.input[0]])
        }
        for node in graph.node:
            for position, name in enumerate(node.input):
                self._readers[name].append((node, position))

    def is_parameter(self, name: str, tensor: onnx.TensorProto) -> bool:
        return self._reaches_weight(name, _is_index_type(tensor), len(tensor.dims) == 0)

    def _reaches_weight(self, name: str, is_index: bool, is_scalar: bool) -> bool:
        """`is_index`: of an integer type that only dequantising turns into a weight of element-wise arithmetic."""
        for node, position in self._readers[name]:
            operator = node.op_type
            if operators.weight_slot(operator, position):
                return True
            if operator in operators.PASS_THROUGH and (position == 0 or operator == "Concat"):
                still_index = is_index and operator != "DequantizeLinear"
                if any(self._reaches_weight(output, still_index, is_scalar) for output in node.output):
                    return True
            elif operator in operators.ELEMENTWISE and not is_index and not is_scalar:
                is_term = position not in operators.QUANTISER_INPUTS.get(operator, ())
                is_scale = name not in self._restored and self._restored & set(node.input)
                if is_term and not is_scale and not self._dynamic_scales & set(node.input):
                    return True
        return False

    def packed(self, name: str) -> onnx.NodeProto | None:
        """The MatMulNBits node whose packed matrix this is."""
        return next((n for n, position in self._readers[name] if n.op_type == "MatMulNBits" and position == 1), None)

    def zero_point(self, name: str) -> np.ndarray:
        """The stored value that means 0, shaped so that it broadcasts against the weight."""
        for node, position in self._readers[name]:
            index = operators.ZERO_POINT_OF.get((node.op_type, position))
            if index is None or index >= len(node.input) or node.input[index] not in self.stored:
                continue
            zero = _array(self.stored[node.input[index]])
            return _aligned(zero, len(self.stored[name].dims), node, tuple(self.stored[name].dims))
        return np.zeros(())


def _aligned(zero: np.ndarray, rank: int, node: onnx.NodeProto, dims: Sequence[int]) -> np.ndarray:
    """Per-channel zero points along the axis of their operator; blocks are repeated."""
    if zero.size == 1:
        return zero.reshape(())
    attributes = operators.attributes(node)
    if zero.ndim == rank:
        block = int(attributes.get("block_size", 0))
        axis = int(attributes.get("axis", 1)) % rank
        return np.repeat(zero, block, axis=axis)[tuple(slice(size) for size in dims)] if block else zero
    default = {"DequantizeLinear": 1, "QLinearConv": 0, "ConvInteger": 0}.get(node.op_type, rank - 1)
    if node.op_type == "QGemm" and attributes.get("transB"):
        default = 0
    axis = int(attributes.get("axis", default)) % rank
    if node.op_type == "DynamicQuantizeLSTM":  # (directions[, 4 x hidden]) to (directions, inputs, 4 x hidden)
        return zero[:, None, :] if zero.ndim > 1 else zero[:, None, None]
    return zero.reshape([-1 if i == axis else 1 for i in range(rank)])


def unpack(node: onnx.NodeProto, uses: _Uses) -> tuple[np.ndarray, np.ndarray]:
    """The N x K codes of a MatMulNBits matrix, and the zero point of each."""
    attributes = operators.attributes(node)
    n, k, block = int(attributes["N"]), int(attributes["K"]), int(attributes["block_size"])
    bits = int(attributes.get("bits", 4))
    codes = _codes(_array(uses.stored[node.input[1]]).reshape(n, -1), bits)[:, :k]
    has_zero = len(node.input) > 3 and node.input[3] in uses.stored
    if not has_zero:
        return codes, np.full((), 1 << (bits - 1))
    zero = _array(uses.stored[node.input[3]]).reshape(n, -1)
    zero = _codes(zero, bits) if zero.dtype == np.uint8 else zero
    return codes, np.repeat(zero, block, axis=1)[:, :k]


def _codes(packed: np.ndarray, bits: int) -> np.ndarray:
    """Bytes (N, X) -> codes (N, X * 8 / bits), lowest bits first."""
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    return ((packed[:, :, None] >> shifts) & ((1 << bits) - 1)).reshape(len(packed), -1)


def _array(tensor: onnx.TensorProto) -> np.ndarray:
    from onnx import numpy_helper

    return numpy_helper.to_array(tensor)


def _is_index_type(tensor: onnx.TensorProto) -> bool:
    types = type(tensor)
    return tensor.data_type in (types.INT64, types.UINT64, types.INT32, types.UINT32, types.BOOL, types.STRING)


def _is_small_type(tensor: onnx.TensorProto) -> bool:
    types = type(tensor)
    return tensor.data_type in (types.INT8, types.UINT8, types.INT4, types.UINT4)


def _stored_bytes(tensor: onnx.TensorProto) -> int:
    """Bytes as the file holds them: two 4-bit values to a byte."""
    types = type(tensor)
    elements: int = math.prod(tensor.dims)
    if tensor.data_type == types.STRING:
        return sum(len(text) for text in tensor.string_data)
    if tensor.data_type in (types.INT4, types.UINT4, types.FLOAT4E2M1):
        return (elements + 1) // 2
    return elements * _array(tensor).dtype.itemsize
