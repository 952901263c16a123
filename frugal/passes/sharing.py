"""Equal initialisers become one: quantisers write the same scales and zero points again and again. Knows no method."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx


def shared(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which equal initialisers are one, and scales and zero points have short names."""
    import onnx

    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    first: dict[bytes, str] = {}
    renamed: dict[str, str] = {}
    kept: list[onnx.TensorProto] = []
    for tensor in sorted(graph.initializer, key=lambda tensor: tensor.name):
        content = _content(tensor)
        if content not in first:
            first[content] = _short(tensor.name, len(kept))
            kept.append(onnx.TensorProto.FromString(tensor.SerializeToString()))
            kept[-1].name = first[content]
        renamed[tensor.name] = first[content]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = renamed.get(name, name)
    return result


def _content(tensor: onnx.TensorProto) -> bytes:
    from onnx import numpy_helper

    array = numpy_helper.to_array(tensor)
    return f"{tensor.data_type} {list(tensor.dims)} ".encode() + array.tobytes()


def _short(name: str, number: int) -> str:
    return f"q{number}" if name.endswith(("_scale", "_zero_point")) else name.replace("_quantized", "_q")
