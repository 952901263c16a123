"""Peak RAM by liveness on graphs small enough to count by hand."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import InputError
from frugal.runtime.exposing import tensor_bytes
from frugal.runtime.folding import remaining_nodes, static_tensors
from frugal.runtime.liveness import peak_memory


def model(nodes, outputs=("y",), shape=(1, 4, 8, 8), tensors=(), kind=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, list(shape))],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in dict(tensors).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def node(operator, inputs, outputs, **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def peak(given, shape=(1, 4, 8, 8)):
    return peak_memory(given, {"x": shape})


X = 4 * 8 * 8 * 4
"""Bytes of the input: 256 floats."""


def test_a_chain_holds_two_tensors_at_a_time():
    """x -> a (twice the channels) -> b (as x): the worst is x with a, or a with b."""
    weights = {"w": np.ones((8, 4, 1, 1), np.float32), "v": np.ones((4, 8, 1, 1), np.float32)}
    found = peak(model([node("Conv", "x w", "a"), node("Conv", "a v", "y")], tensors=weights))
    assert (found.activation_bytes, found.scratch_bytes) == (X + 2 * X, 0)
    assert found.node == "Conv a"


def test_a_skip_connection_keeps_its_tensor():
    weights = {"w": np.ones((4, 4, 1, 1), np.float32)}
    nodes = [node("Conv", "x w", "a"), node("Conv", "a w", "b"), node("Concat", "x b", "y", axis=1)]
    assert peak(model(nodes, tensors=weights)).activation_bytes == 2 * X + 2 * X  # x, b and the twice as large y
    without = [node("Conv", "x w", "a"), node("Conv", "a w", "b"), node("Concat", "b b", "y", axis=1)]
    assert peak(model(without, tensors=weights)).activation_bytes == X + 2 * X


def test_an_element_wise_node_writes_over_an_input_that_dies():
    assert peak(model([node("Relu", "x", "y")])).activation_bytes == X
    kept = model([node("Relu", "x", "a"), node("Concat", "a x", "y", axis=1)])
    assert peak(kept).activation_bytes == 2 * X + 2 * X


def test_views_take_no_room_and_shapes_are_computed_before():
    tensors = {"last": np.array([-1]), "one": np.array([1]), "w": np.ones((256, 2), np.float32)}
    nodes = [
        node("Shape", "x", "s", start=0, end=1),
        node("Concat", "s last", "target", axis=0),
        node("Reshape", "x target", "flat"),
        node("MatMul", "flat w", "y"),
    ]
    found = peak(model(nodes, tensors=tensors))
    assert found.activation_bytes == X + 2 * 4
    assert [n.op_type for n in remaining_nodes(model(nodes, tensors=tensors))] == ["Reshape", "MatMul"]
    assert {"s", "target", "w"} <= static_tensors(model(nodes, tensors=tensors))


def quantised(strides=(1, 1), group=1, kernel=3):
    """x uint8 -> DQ -> Conv -> Q -> DQ -> Conv -> Q, all between quantisers."""
    weight = np.ones((4, 4 // group, kernel, kernel), np.int8)
    tensors = {"s": np.float32(0.1), "z": np.uint8(0), "wz": np.int8(0), "w": weight}
    pads = [kernel // 2] * 4
    nodes = [
        node("DequantizeLinear", "x s z", "xf"), node("DequantizeLinear", "w s wz", "wf"),
        node("Conv", "xf wf", "a", pads=pads, strides=list(strides), group=group),
        node("QuantizeLinear", "a s z", "aq"), node("DequantizeLinear", "aq s z", "af"),
        node("Conv", "af wf", "b", pads=pads, group=group), node("QuantizeLinear", "b s z", "y"),
    ]  # fmt: skip
    return model(nodes, tensors=tensors, kind=TensorProto.UINT8)


def test_between_quantisers_only_the_integers_exist():
    found = peak(quantised())
    assert found.activation_bytes == 2 * (4 * 8 * 8)
    assert found.scratch_bytes == 2 * 2 * 36  # two columns of 16 bits: 4 channels x 9, a multiple of 4
    assert found.total_bytes == 2 * 256 + 144


def test_scratch_of_depth_wise_and_point_wise_convolutions():
    assert peak(quantised(group=4)).scratch_bytes == 2 * 4 * 9
    assert peak(quantised(kernel=1)).scratch_bytes == 0


def test_a_float_node_between_needs_its_floats():
    given = quantised()
    given.graph.node.extend([node("DequantizeLinear", "y s z", "yf"), node("Exp", "yf", "e")])
    del given.graph.output[:]
    given.graph.output.append(helper.make_empty_tensor_value_info("e"))
    assert peak(given).activation_bytes == 256 + X  # y as bytes and as floats


def test_recurrent_layers_hold_one_step():
    tensors = {"w": np.ones((1, 4 * 6, 3), np.float32), "r": np.ones((1, 4 * 6, 6), np.float32)}
    given = model([node("LSTM", "x w r", "y", hidden_size=6)], shape=(5, 1, 3), tensors=tensors)
    found = peak_memory(given, {"x": (5, 1, 3)})
    assert found.scratch_bytes == 6 * 6 * 4
    assert found.activation_bytes == (5 * 3 + 5 * 6) * 4


def test_branches_are_refused_and_missing_shapes_named():
    branch = helper.make_graph([node("Identity", "x", "t")], "b", [], [helper.make_empty_tensor_value_info("t")])
    given = model([helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)])
    with pytest.raises(InputError, match="liveness of If; allowed: graphs without control flow"):
        peak(given)
    with pytest.raises(InputError, match="no shape for the input x"):
        peak_memory(model([node("Relu", "x", "y")]), {})


def test_bytes_are_those_of_the_real_tensors():
    given = model([node("Relu", "x", "a"), node("ArgMax", "a", "y", axis=1, keepdims=0)])
    assert tensor_bytes(given, {"x": (1, 4, 8, 8)}, ["a", "y"]) == {"x": X, "a": X, "y": 64 * 8}
    assert isinstance(given, onnx.ModelProto) and len(given.graph.output) == 1
