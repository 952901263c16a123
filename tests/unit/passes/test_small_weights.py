"""Weights stored in 8 or 16 bits: the file shrinks, the arithmetic stays."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import Artefact
from frugal.passes.float16 import Float16
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_weights import Int8Weights, rounded_weight
from frugal.runtime.artefact import from_onnx
from frugal.runtime.counting import count
from frugal.runtime.weights import weigh
from tests.unit.passes.line_graphs import line_artefact, line_samples

SHAPES = {"image": (1, 16, 40)}


def stored(artefact: Artefact) -> dict[str, np.ndarray]:
    return {t.name: numpy_helper.to_array(t) for t in onnx.load(artefact.model_path).graph.initializer}


def operators(path: Path) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load(path).graph.node)


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_weights_take_a_byte_each_and_parameters_stay(cell: str, tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given", cell)
    made = Int8Weights()(given, tmp_path / "made", line_samples())
    before, after = count(given.model_path, SHAPES), count(made.model_path, SHAPES)
    assert (after.macs, after.parameters) == (before.macs, before.parameters)
    assert {array.dtype for array in stored(made).values() if array.size > 200} == {np.dtype(np.int8)}
    assert made.contract["int8_weight_share"] == pytest.approx(
        weigh(onnx.load(made.model_path)).int8_weight_share, abs=1e-4
    )
    assert "precision" not in made.contract or made.contract["precision"] == given.contract["precision"]
    assert made.contract["parity"]["max_abs"] < 0.05


def test_a_gru_that_hybrid_leaves_shrinks_after_it(tmp_path: Path) -> None:
    hybrid = Int8Hybrid()(line_artefact(tmp_path / "given", "GRU"), tmp_path / "hybrid", line_samples())
    made = Int8Weights()(hybrid, tmp_path / "made", line_samples())
    assert made.contract["int8_weight_share"] > hybrid.contract["int8_weight_share"]
    assert made.contract["precision"] == "mixed"
    assert weigh(onnx.load(made.model_path)).parameters == weigh(onnx.load(hybrid.model_path)).parameters


@pytest.mark.parametrize("pass_", [Int8Weights(), Float16()], ids=["int8", "float16"])
def test_a_session_restores_the_weights_once(pass_: Int8Weights | Float16, tmp_path: Path) -> None:
    """What onnxruntime runs after opening has neither cast nor factor left before the layers."""
    import onnxruntime

    given = line_artefact(tmp_path / "given", "GRU")
    made = pass_(given, tmp_path / "made", line_samples())
    for name, artefact in {"given": given, "made": made}.items():
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(tmp_path / f"{name}.onnx")
        onnxruntime.InferenceSession(str(artefact.model_path), options, providers=["CPUExecutionProvider"])
    assert operators(tmp_path / "made.onnx") == operators(tmp_path / "given.onnx")


def test_scales_are_those_of_the_formula_for_every_kind_of_layer() -> None:
    """max|w| / 127 over all that one output sums, whichever axis the layer keeps its outputs in."""
    weight = np.random.default_rng(0).normal(size=(2, 12, 5)).astype(np.float32)
    cases = [
        (helper.make_node("GRU", [], []), weight, 2),
        (helper.make_node("MatMul", [], []), weight[0], 0),
        (helper.make_node("Gemm", [], [], transB=1), weight[0], 1),
        (helper.make_node("Conv", [], []), weight[:, :, :, None], (1, 2, 3)),
        (helper.make_node("ConvTranspose", [], []), weight[:, :, :, None], (0, 2, 3)),
    ]
    for node, array, axes in cases:
        small = rounded_weight(node, array)
        assert small is not None
        codes, scales = small
        assert scales is not None
        np.testing.assert_allclose(scales, np.abs(array).max(axis=axes, keepdims=True) / 127, rtol=1e-6)
        assert np.abs(codes * scales - array).max() <= scales.max() / 2 * 1.001


def test_biases_stay() -> None:
    assert rounded_weight(helper.make_node("Conv", [], []), np.ones(70, np.float32)) is None
    assert rounded_weight(helper.make_node("LSTM", [], []), np.ones((2, 80), np.float32)) is None


def test_float16_halves_the_stored_weights(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given", layers=2)
    made = Float16()(given, tmp_path / "made", line_samples())
    before, after = count(given.model_path, SHAPES), count(made.model_path, SHAPES)
    assert (after.macs, after.parameters) == (before.macs, before.parameters)
    assert after.weight_bytes < 0.6 * before.weight_bytes
    assert made.contract["parity"]["max_abs"] < 0.01


def test_a_weight_beyond_float16_stays(tmp_path: Path) -> None:
    constants = {"w": np.full((8, 8, 1, 1), 1e6, np.float32), "v": np.ones((8, 8, 1, 1), np.float32)}
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"]), helper.make_node("Conv", ["y", "v"], ["z"])]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 8, 1, 1]) for name in "xz"]
    initialisers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "wide", ports[:1], ports[1:], initialisers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), tmp_path / "w.onnx")
    samples = line_samples()
    feeds = [{"x": np.zeros((1, 8, 1, 1), np.float32)}]
    made = Float16()(from_onnx(tmp_path / "w.onnx"), tmp_path / "made", type(samples)(calibration=feeds))
    assert {array.dtype.name for array in stored(made).values()} == {"float16", "float32"}
