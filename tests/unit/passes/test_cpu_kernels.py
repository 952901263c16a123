"""Faster forms of the same computation: which layers they are for, and that no answer changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import Artefact, Samples
from frugal.passes.cpu_kernels import thin_layers, with_pooled_rows
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.preparing import prepared
from frugal.runtime.artefact import from_onnx
from frugal.runtime.session import open_session
from tests.unit.passes.line_graphs import line_artefact, line_samples


def image(height: int, width: int) -> dict[str, np.ndarray]:
    return {"image": np.random.default_rng(width).random((1, 1, height, width), np.float32)}


def artefact(folder: Path, *, height: int | str = 8, keepdims: int = 0) -> Artefact:
    """Two convolutions and the maximum over what they leave of `height` rows."""
    draw = np.random.default_rng(0)
    weights = {"first": draw.normal(size=(4, 1, 3, 3)), "second": draw.normal(size=(4, 4, 3, 3))}
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["a"], pads=[1, 1, 1, 1], strides=[2, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("ReduceMax", ["c", "rows"], ["columns"], keepdims=keepdims),
    ]
    tensors = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()]
    tensors.append(numpy_helper.from_array(np.array([2], np.int64), "rows"))
    shape = ["batch", 4, 1, "width"] if keepdims else ["batch", 4, "width"]
    graph = helper.make_graph(
        nodes,
        "rows",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, height, "width"])],
        [helper.make_tensor_value_info("columns", TensorProto.FLOAT, shape)],
        tensors,
    )
    folder.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "m.onnx")
    return from_onnx(folder / "m.onnx")


@pytest.mark.parametrize("keepdims", [0, 1])
def test_a_maximum_over_rows_becomes_a_pooling_with_the_same_answers(keepdims: int, tmp_path: Path) -> None:
    given = artefact(tmp_path / "given", keepdims=keepdims)
    model = prepared(given)
    pooled = with_pooled_rows(model, [image(8, 12)])
    kinds = [node.op_type for node in pooled.graph.node]
    assert "MaxPool" in kinds and "ReduceMax" not in kinds and kinds.count("Squeeze") == 1 - keepdims
    assert [node.op_type for node in model.graph.node].count("ReduceMax") == 1, "the given model stays"
    onnx.save(pooled, tmp_path / "pooled.onnx")
    for width in (1, 12, 33):
        before, after = (open_session(path)(image(8, width)) for path in (given.model_path, tmp_path / "pooled.onnx"))
        np.testing.assert_array_equal(before["columns"], after["columns"])


def test_rows_that_follow_the_input_stay_a_maximum(tmp_path: Path) -> None:
    model = prepared(artefact(tmp_path / "given", height="height"))
    assert with_pooled_rows(model, [image(8, 12)]) == model
    assert with_pooled_rows(model, []) == model, "nothing to look at"


def test_the_pooling_is_of_integers(tmp_path: Path) -> None:
    given = artefact(tmp_path / "given")
    made = Int8Hybrid(tolerance=10.0)(given, tmp_path / "made", Samples(calibration=[image(8, w) for w in (9, 20)]))
    graph = onnx.load(made.model_path).graph
    pooling = next(node for node in graph.node if node.op_type == "MaxPool")
    assert "DequantizeLinear" in [node.op_type for node in graph.node if pooling.input[0] in node.output]


def test_thin_layers_are_convolutions_of_one_channel_with_their_activations(tmp_path: Path) -> None:
    model = prepared(artefact(tmp_path / "given"))
    kinds = {node.name: node.op_type for node in model.graph.node}
    assert [kinds[name] for name in thin_layers(model)] == ["Conv", "Relu"]
    depthwise = onnx.ModelProto()
    depthwise.CopyFrom(model)
    first = next(node for node in depthwise.graph.node if node.op_type == "Conv")
    first.attribute.append(helper.make_attribute("group", 4))
    assert thin_layers(depthwise) == [], "depthwise ones are no thin ones"


def test_thin_float_keeps_the_first_convolution_and_says_why(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given")
    made = Int8Hybrid(thin_float=True)(given, tmp_path / "made", line_samples())
    assert made.contract["precision"] == "mixed"
    kept = {entry["operator"]: entry for entry in made.contract["kept_float"]}
    assert len(kept["Conv"]["nodes"]) == 1 and "faster with floats" in kept["Conv"]["why"]
    whole = Int8Hybrid()(given, tmp_path / "whole", line_samples())
    assert whole.contract["precision"] == "int8"
