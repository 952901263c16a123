"""Make an ONNX model small, deterministic and silent: nothing in it but what inference needs.

Strips metadata and doc strings (exporters write absolute source paths into every node), producer and version, and gives
nodes and intermediate tensors short numbered names. Inputs, outputs and initialisers keep theirs. Knows no method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx

IR_VERSION = 9
"""The newest that onnxruntime 1.16 opens."""


def compact(model: onnx.ModelProto) -> onnx.ModelProto:
    """A cleaned copy of `model`, at `IR_VERSION`."""
    import onnx

    clean = onnx.ModelProto()
    clean.CopyFrom(model)
    clean.ir_version = min(clean.ir_version, IR_VERSION)
    for field in ("producer_name", "producer_version", "domain", "doc_string", "model_version", "metadata_props"):
        clean.ClearField(field)
    graph = clean.graph
    graph.name = "frugal"
    for field in ("doc_string", "metadata_props", "value_info", "quantization_annotation"):
        graph.ClearField(field)
    for part in (*graph.node, *graph.input, *graph.output, *graph.initializer):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    _drop_unused(clean)
    _rename(graph)
    return clean


def _drop_unused(model: onnx.ModelProto) -> None:
    """Initialisers that no node reads, and operator sets that no node is of."""
    graph = model.graph
    used = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    kept = [tensor for tensor in graph.initializer if tensor.name in used or _has_subgraph(graph)]
    del graph.initializer[:]
    graph.initializer.extend(sorted(kept, key=lambda tensor: tensor.name))
    domains = {node.domain for node in graph.node} | {""}
    opsets = [entry for entry in model.opset_import if entry.domain in domains or model.functions]
    opsets.sort(key=lambda entry: entry.domain)
    kept_opsets = [(entry.domain, entry.version) for entry in opsets]
    del model.opset_import[:]
    for domain, version in kept_opsets:
        model.opset_import.add(domain=domain, version=version)


def _rename(graph: onnx.GraphProto) -> None:
    if _has_subgraph(graph):  # a subgraph may read outer tensors by name
        return
    fixed = {value.name for value in (*graph.input, *graph.output)} | {tensor.name for tensor in graph.initializer}
    short: dict[str, str] = {"": ""}
    for number, node in enumerate(graph.node):
        node.name = f"n{number}"
        for position, name in enumerate(node.input):
            node.input[position] = short.get(name, name)
        for position, name in enumerate(node.output):
            if name and name not in fixed:
                short[name] = f"t{len(short)}"
                node.output[position] = short[name]


def _has_subgraph(graph: onnx.GraphProto) -> bool:
    return any(attribute.HasField("g") or attribute.graphs for node in graph.node for attribute in node.attribute)
