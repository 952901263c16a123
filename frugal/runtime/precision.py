"""Which nodes of a graph compute with integers and which with floats, and where the latter lie.

Looks only. Nodes that move data without computing on it (Reshape, Transpose ...) count as neither, nor does the
rescaling that belongs to an integer product. Knows no method of quantising.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from frugal.runtime import operators

if TYPE_CHECKING:
    import onnx

Place = Literal["front", "between", "tail"]


@dataclass(frozen=True, kw_only=True)
class FloatNode:
    """A node that computes with floats; `place`: before the first, after the last layer with weights, or between."""

    name: str
    operator: str
    place: Place


def float_nodes(model: onnx.ModelProto) -> list[FloatNode]:
    """Nodes that compute float results, in the graph's order."""
    looked_at = _Graph(model)
    after, before = looked_at.reached(forwards=True), looked_at.reached(forwards=False)
    return [
        FloatNode(
            name=node.name or node.output[0],
            operator=operators.label(node),
            place="front" if not is_after else "between" if is_before else "tail",
        )
        for node, is_after, is_before in zip(model.graph.node, after, before, strict=True)
        if looked_at.computes_floats(node)
    ]


def precision(model: onnx.ModelProto) -> str:
    """float32 or int8 where all layers with weights are so, else mixed."""
    looked_at = _Graph(model)
    found = {looked_at.is_integer(node) for node in model.graph.node if looked_at.has_weights(node)}
    return "mixed" if len(found) > 1 else "int8" if True in found else "float32"


class _Graph:
    """A graph, with the writer, the readers and the element type of each tensor."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._nodes = model.graph.node
        self._stored = {tensor.name for tensor in model.graph.initializer}
        self._floats = _float_tensors(model)
        self._writers = {name: node for node in self._nodes for name in node.output if name}
        self._readers: dict[str, list[str]] = defaultdict(list)
        for node in self._nodes:
            for name in node.input:
                self._readers[name].append(node.op_type)

    def has_weights(self, node: onnx.NodeProto) -> bool:
        """Whether the node multiplies and accumulates with stored numbers."""
        slots = range(len(node.input)) if operators.is_counted(node) else ()
        return any(operators.weight_slot(node.op_type, slot) and self._is_stored(node.input[slot]) for slot in slots)

    def is_integer(self, node: onnx.NodeProto) -> bool:
        """Whether onnxruntime runs it on integers: an integer operator, or one with a pair on every side.

        A matrix product may give its result as floats.
        """
        if operators.is_integer(node):
            return True
        constant = self._stored if not operators.is_counted(node) else set(node.input[2:]) & self._stored
        floats = [name for name in node.input if name in self._floats and name not in constant]
        if not floats or any(self._writer(name) != "DequantizeLinear" for name in floats):
            return False
        after = {reader for name in node.output for reader in self._readers[name]}
        return after == {"QuantizeLinear"} or node.op_type in operators.PRODUCTS

    def computes_floats(self, node: onnx.NodeProto) -> bool:
        if node.op_type in operators.MOVING or operators.is_quantiser(node) or self._rescales(node):
            return False
        is_computed = any(name in self._writers or name not in self._stored for name in node.input if name)
        return is_computed and any(name in self._floats for name in node.output) and not self.is_integer(node)

    def reached(self, *, forwards: bool) -> list[bool]:
        """Per node, whether it is a layer with weights or comes after one (or, backwards, before one)."""
        names: set[str] = set()
        flags = []
        for node in self._nodes if forwards else reversed(self._nodes):
            near, far = (node.input, node.output) if forwards else (node.output, node.input)
            flags.append(self.has_weights(node) or not names.isdisjoint(near))
            if flags[-1]:
                names.update(name for name in far if name)
        return flags if forwards else flags[::-1]

    def _rescales(self, node: onnx.NodeProto) -> bool:
        """Cast and Mul behind an integer product, and the product of its two scales."""
        writers = {self._writer(name): self._writers.get(name) for name in node.input}
        if node.op_type == "Cast":
            return not operators.ACCUMULATING.isdisjoint(writers)
        cast = writers.get("Cast")
        return node.op_type == "Mul" and (
            "DynamicQuantizeLinear" in writers or (cast is not None and self._rescales(cast))
        )

    def _writer(self, name: str) -> str:
        return self._writers[name].op_type if name in self._writers else ""

    def _is_stored(self, name: str) -> bool:
        """Whether it is an initialiser, or one that is dequantised, sliced or turned on the way."""
        while self._writer(name) in operators.PASS_THROUGH:
            name = self._writers[name].input[0]
        return name in self._stored or self._writer(name) == "Constant"


def _float_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of all float tensors; onnx infers no types behind contributed operators, so theirs are stated first."""
    import onnx

    stated = onnx.ModelProto()
    stated.CopyFrom(model)
    for node in stated.graph.node:
        if node.domain == operators.CONTRIBUTED:
            kind = onnx.TensorProto.UINT8 if node.op_type.startswith("Q") else onnx.TensorProto.FLOAT
            outputs = [onnx.helper.make_tensor_value_info(name, kind, None) for name in node.output if name]
            stated.graph.value_info.extend(outputs)
    graph = onnx.shape_inference.infer_shapes(stated).graph
    values = (*graph.value_info, *graph.input, *graph.output)
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    types |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    kinds = {onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16, onnx.TensorProto.DOUBLE}
    return {name for name, kind in types.items() if kind in kinds}
