"""What the runtime of a device lacks, and what its accelerator leaves to the processor."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import InputError
from frugal.energy.target_operators import operator_list, operator_lists


def model(nodes, kind=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, [1, 4, 8, 8])],
        [helper.make_empty_tensor_value_info("y")],
        [numpy_helper.from_array(np.float32(0.1), "s"), numpy_helper.from_array(np.uint8(0), "z"),
         numpy_helper.from_array(np.ones((4, 4, 1, 1), np.float32), "w"), numpy_helper.from_array(np.int8(0), "wz"),
         numpy_helper.from_array(np.ones((4, 4, 1, 1), np.int8), "wq")],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def test_what_is_not_in_the_list_is_missing():
    given = model([node("Relu", "x", "a"), node("GridSample", "a a", "b"), node("Foo", "b", "y", domain="mine")])
    assert operator_list("st_edge_ai").missing(given) == ("GridSample", "mine.Foo")
    assert operator_list("onnxruntime").missing(given) == ("mine.Foo",)


def test_contributed_operators_are_onnxruntimes_alone():
    given = model([node("DynamicQuantizeLSTM", "x w w w w w w w w w w w", "y", domain="com.microsoft")])
    assert operator_list("onnxruntime").missing(given) == ()
    assert operator_list("st_edge_ai").missing(given) == ("DynamicQuantizeLSTM",)


def test_what_is_computed_from_shapes_needs_no_operator():
    given = model([node("Shape", "x", "a"), node("NonZero", "a", "b"), node("Relu", "x", "y")])
    assert operator_list("esp_dl").missing(given) == ()


def test_a_converter_absorbs_quantisers():
    given = model([node("QuantizeLinear", "x s z", "a"), node("DequantizeLinear", "a s z", "y")])
    assert operator_list("esp_dl").missing(given) == ()


def test_an_accelerator_takes_int8_alone():
    floats = model([node("Conv", "x w", "y")])
    integers = model(
        [node("DequantizeLinear", "x s z", "a"), node("DequantizeLinear", "wq s wz", "wf"), node("Conv", "a wf", "b"),
         node("QuantizeLinear", "b s z", "c"), node("DequantizeLinear", "c s z", "d"), node("Softmax", "d", "y")],
        TensorProto.UINT8,
    )  # fmt: skip
    npu = operator_list("st_neural_art")
    assert npu.on_the_processor(floats) == ("Conv",)
    assert npu.on_the_processor(integers) == ("Softmax",)
    assert npu.missing(integers) == ()
    assert operator_list("st_edge_ai").on_the_processor(floats) == ()


def test_every_list_says_where_it_is_from():
    for entry in operator_lists().values():
        assert entry.title and entry.source
        assert entry.operators is None or len(entry.operators) > 30
        assert entry.accelerated is None or entry.operators is None or entry.accelerated < entry.operators


def test_an_unknown_runtime():
    with pytest.raises(InputError, match="runtime tvm; allowed: st_edge_ai"):
        operator_list("tvm")
