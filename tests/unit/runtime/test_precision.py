"""Which nodes compute with integers, which with floats, and where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.runtime.precision import float_nodes, precision
from tests.unit.passes.line_graphs import line_artefact, line_model, line_samples


def graph(nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", None])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


def pair(name: str, scale: str = "s", zero: str = "z") -> list[onnx.NodeProto]:
    return [
        helper.make_node("QuantizeLinear", [name, scale, zero], [f"{name}_q"]),
        helper.make_node("DequantizeLinear", [f"{name}_q", scale, zero], [f"{name}_d"]),
    ]


WEIGHTS = {"s": np.float32(0.1), "z": np.uint8(128), "w": np.ones((4, 4), np.int8), "ws": np.float32(0.01)}
DEQUANTISED = helper.make_node("DequantizeLinear", ["w", "ws"], ["w_d"])


def test_a_float_model_is_named_by_place() -> None:
    found = {(node.operator, node.place) for node in float_nodes(line_model())}
    between = {(operator, "between") for operator in ("Conv", "Relu", "ReduceMax", "LSTM")}
    assert found == {("Mul", "front"), *between, ("MatMul", "between"), ("Add", "tail"), ("Softmax", "tail")}
    assert precision(line_model()) == "float32"


def test_a_product_between_pairs_is_integer_and_may_give_floats() -> None:
    nodes = [DEQUANTISED, *pair("x"), helper.make_node("MatMul", ["x_d", "w_d"], ["y"], name="product")]
    model = graph(nodes, WEIGHTS)
    assert precision(model) == "int8" and float_nodes(model) == []


def test_a_product_with_float_weights_is_float_however_its_input_was_rounded() -> None:
    nodes = [*pair("x"), helper.make_node("MatMul", ["x_d", "w"], ["y"], name="product")]
    model = graph(nodes, {**WEIGHTS, "w": np.ones((4, 4), np.float32)})
    assert precision(model) == "float32"
    assert [node.name for node in float_nodes(model)] == ["product"]


def test_what_lies_between_a_pair_on_one_side_only_is_float() -> None:
    nodes = [
        DEQUANTISED,
        *pair("x"),
        helper.make_node("MatMul", ["x_d", "w_d"], ["m"]),
        helper.make_node("Sigmoid", ["m"], ["island"], name="sigmoid"),
        *pair("island"),
        helper.make_node("MatMul", ["island_d", "w_d"], ["y"]),
    ]
    model = graph(nodes, WEIGHTS)
    assert [(node.name, node.place) for node in float_nodes(model)] == [("sigmoid", "between")]
    assert precision(model) == "int8"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnxruntime")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
def test_the_rescaling_of_a_dynamic_product_is_part_of_it(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Sigmoid", ["m"], ["a"], name="sigmoid"),
        helper.make_node("MatMul", ["a", "w"], ["y"]),
    ]
    onnx.save(graph(nodes, {"w": np.eye(4, dtype=np.float32)}), tmp_path / "m.onnx")
    quantize_dynamic(tmp_path / "m.onnx", tmp_path / "d.onnx")
    model = onnx.load(tmp_path / "d.onnx")
    assert precision(model) == "int8"
    assert [node.name for node in float_nodes(model)] == ["sigmoid"]


def test_types_are_known_behind_contributed_operators(tmp_path: Path) -> None:
    made = Int8Hybrid()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    model = onnx.load(made.model_path)
    assert precision(model) == "int8"
    assert [node.operator for node in float_nodes(model) if node.place == "tail"] == ["Add", "Softmax"]
