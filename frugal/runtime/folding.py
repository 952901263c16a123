"""What remains of an ONNX graph once its input shapes are fixed, as a converter for a device leaves it.

Whatever depends on constants and shapes alone is computed before deployment. Knows no values and runs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx

SHAPE_ONLY = {"Shape", "Size"}
"""Their result is constant at a fixed shape, whatever the values are."""


def static_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of the main graph's tensors that no input value reaches: weights, and what is computed from shapes."""
    static = {tensor.name for tensor in model.graph.initializer}
    static |= {tensor.values.name for tensor in model.graph.sparse_initializer}
    for node in model.graph.node:
        if node.op_type in SHAPE_ONLY or static.issuperset(name for name in node.input if name):
            static.update(node.output)
    return static


def remaining_nodes(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """The nodes that a device must run, in the graph's order."""
    static = static_tensors(model)
    return [node for node in model.graph.node if not static.issuperset(node.output)]
