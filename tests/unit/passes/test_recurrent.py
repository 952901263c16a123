"""LSTM layers become integer ones, and only those whose weights are there to be rounded."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from frugal.passes.recurrent import rounded, with_integer_lstm
from tests.unit.passes.line_graphs import HIDDEN, line_model


def node(model: onnx.ModelProto, operator: str) -> onnx.NodeProto:
    return next(node for node in model.graph.node if node.op_type == operator)


def test_weights_become_int8_and_the_rest_of_the_node_stays() -> None:
    model = line_model()
    before = model.SerializeToString()
    made = with_integer_lstm(model, per_channel=True, reduce_range=True)
    assert model.SerializeToString() == before, "the given model was changed"
    old, new = node(model, "LSTM"), node(made, "DynamicQuantizeLSTM")
    assert new.domain == "com.microsoft"
    assert (new.input[0], new.input[3], list(new.output)) == (old.input[0], old.input[3], list(old.output))
    assert {a.name for a in new.attribute} == {"hidden_size", "direction"}
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in made.graph.initializer}
    codes, states = arrays[new.input[1]], arrays[new.input[2]]
    assert codes.dtype == states.dtype == np.int8
    assert codes.shape[0] == 2 and codes.shape[2] == states.shape[2] == 4 * HIDDEN
    assert [arrays[name].shape for name in new.input[8:]] == [(2, 4 * HIDDEN)] * 4
    assert {entry.domain: entry.version for entry in made.opset_import} == {"": 18, "com.microsoft": 1}


def test_one_scale_per_direction_without_per_channel() -> None:
    made = with_integer_lstm(line_model(), per_channel=False, reduce_range=False)
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in made.graph.initializer}
    assert [arrays[name].shape for name in node(made, "DynamicQuantizeLSTM").input[8:]] == [(2,)] * 4


def test_weights_that_the_graph_computes_are_left_alone() -> None:
    model = line_model(folded=False)
    assert with_integer_lstm(model, per_channel=True, reduce_range=True) == model


@pytest.mark.parametrize("cell", ["GRU", "RNN"])
def test_other_recurrent_layers_are_left_alone(cell: str) -> None:
    model = line_model(cell)
    assert with_integer_lstm(model, per_channel=True, reduce_range=True) == model


def test_a_unit_without_weights_has_codes_of_zero() -> None:
    weights = np.ones((1, 4, 3), np.float32)
    weights[0, 2] = 0
    codes, scales = rounded(weights, per_channel=True, levels=64)
    assert codes[0].tolist() == [[64] * 3, [64] * 3, [0] * 3, [64] * 3]
    assert np.isfinite(scales).all() and (scales > 0).all()
