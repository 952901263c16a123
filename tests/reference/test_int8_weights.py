"""Int8 weights are those of the formula: scale = max|w| / 127 per output channel, q = round(w / scale)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import Artefact, Samples
from frugal.passes.int8_static import Int8Static
from frugal.passes.qdq import outer_nodes
from frugal.runtime.artefact import from_onnx
from frugal.runtime.session import open_session

GENERATOR = np.random.default_rng(7)
CONV = GENERATOR.normal(size=(6, 1, 3, 3)).astype(np.float32)
DENSE = GENERATOR.normal(size=(6 * 6 * 6, 3)).astype(np.float32)
BIAS = GENERATOR.normal(size=6).astype(np.float32)


@pytest.fixture
def artefact(tmp_path: Path) -> Artefact:
    """uint8 (batch, 8, 8) -> cast, scaled, convolved, rectified, multiplied, softmax."""
    constants = {"scale": np.float32(1 / 255), "axes": np.array([1]), "conv": CONV, "bias": BIAS, "dense": DENSE}
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], name="cast", to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["scaled"], name="scaling"),
        helper.make_node("Unsqueeze", ["scaled", "axes"], ["planes"], name="unsqueeze"),
        helper.make_node("Conv", ["planes", "conv", "bias"], ["mapped"], name="convolution"),
        helper.make_node("Relu", ["mapped"], ["active"], name="relu"),
        helper.make_node("Flatten", ["active"], ["flat"], name="flatten"),
        helper.make_node("MatMul", ["flat", "dense"], ["logits"], name="product"),
        helper.make_node("Softmax", ["logits"], ["scores"], name="softmax"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 3])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, tmp_path / "small.onnx")
    return from_onnx(tmp_path / "small.onnx")


def samples() -> Samples:
    images = np.random.default_rng(8).integers(0, 256, size=(16, 1, 8, 8), dtype=np.uint8)
    return Samples(calibration=[{"image": image} for image in images])


def integers(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Initialiser -> its integers, scales and zero points, read from the graph's DequantizeLinear nodes."""
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    return {
        node.input[0]: (arrays[node.input[0]], arrays[node.input[1]], arrays[node.input[2]])
        for node in graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in arrays
    }


@pytest.mark.parametrize(("reduce_range", "levels"), [(True, 64), (False, 127)])
def test_convolution_per_channel(reduce_range: bool, levels: int, artefact: Artefact, tmp_path: Path) -> None:
    made = Int8Static(reduce_range=reduce_range)(artefact, tmp_path / "int8", samples())
    quantised, scales, zeros = next(v for v in integers(made.model_path).values() if v[0].shape == CONV.shape)
    expected = np.abs(CONV).max(axis=(1, 2, 3)) / levels
    np.testing.assert_allclose(scales, expected, rtol=1e-6)
    assert quantised.dtype == np.int8
    assert not zeros.any()
    # half a step either way is a tie that float32 and float64 may break differently
    exact = CONV.astype(np.float64) / scales.reshape(-1, 1, 1, 1)
    assert np.abs(quantised - exact).max() <= 0.5 + 1e-4


def test_convolution_per_tensor(artefact: Artefact, tmp_path: Path) -> None:
    made = Int8Static(per_channel=False)(artefact, tmp_path / "int8", samples())
    quantised, scale, _ = next(v for v in integers(made.model_path).values() if v[0].shape == CONV.shape)
    np.testing.assert_allclose(scale, np.abs(CONV).max() / 64, rtol=1e-6)
    assert np.abs(quantised - CONV / scale).max() <= 0.5 + 1e-4


def test_bias_is_int32_at_the_product_of_scales(artefact: Artefact, tmp_path: Path) -> None:
    made = Int8Static()(artefact, tmp_path / "int8", samples())
    stored = integers(made.model_path)
    bias, bias_scales, _ = next(v for v in stored.values() if v[0].dtype == np.int32)
    _, weight_scales, _ = next(v for v in stored.values() if v[0].shape == CONV.shape)
    input_scales = bias_scales / weight_scales
    np.testing.assert_allclose(input_scales, input_scales[0], rtol=1e-5)
    np.testing.assert_allclose(input_scales[0], 1 / 255, rtol=0.02)  # the pixels span 0..1 in 255 steps
    assert np.abs(bias - BIAS / bias_scales).max() <= 0.5 + 1e-2


def test_front_and_tail_stay_float_and_nothing_else(artefact: Artefact, tmp_path: Path) -> None:
    assert outer_nodes(onnx.load(artefact.model_path).graph) == ["cast", "scaling", "unsqueeze", "softmax"]
    made = Int8Static()(artefact, tmp_path / "int8", samples())
    graph = onnx.load(made.model_path).graph
    readers = {name: node.op_type for node in graph.node for name in node.input}
    writers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type in ("Conv", "MatMul", "Flatten"):
            assert writers[node.input[0]].op_type == "DequantizeLinear"
        if node.op_type in ("Conv", "Flatten"):
            assert readers[node.output[0]] == "QuantizeLinear"
        if node.op_type == "MatMul":
            assert readers[node.output[0]] == "Softmax", "the last product gives floats, it is not rounded on the way"
        if node.op_type in ("Cast", "Mul"):
            assert readers[node.output[0]] != "QuantizeLinear"


def test_bytes_of_initialisers_fall_fourfold(artefact: Artefact, tmp_path: Path) -> None:
    made = Int8Static()(artefact, tmp_path / "int8", samples())
    weights = [quantised for quantised, _, _ in integers(made.model_path).values() if quantised.dtype == np.int8]
    assert sum(array.nbytes for array in weights) == (CONV.size + DENSE.size)
    floats = [t for t in onnx.load(made.model_path).graph.initializer if t.data_type == TensorProto.FLOAT]
    assert max(int(np.prod(t.dims)) for t in floats) <= 6, "a float copy of a weight was left behind"


def test_answers_stay_close(artefact: Artefact, tmp_path: Path) -> None:
    made = Int8Static()(artefact, tmp_path / "int8", samples())
    feed = {"image": np.concatenate([sample["image"] for sample in samples().calibration])}
    far = np.abs(open_session(made.model_path)(feed)["scores"] - open_session(artefact.model_path)(feed)["scores"])
    assert far.max() < 0.15  # of softmax scores over logits that differ by dozens


def test_integer_kernels_answer_as_exact_arithmetic_on_every_processor(artefact: Artefact, tmp_path: Path) -> None:
    """Unoptimised, onnxruntime multiplies the rounded numbers as floats: there no sum is ever cut off."""
    made = Int8Static()(artefact, tmp_path / "int8", samples())
    feed = {"image": np.concatenate([sample["image"] | 0xE0 for sample in samples().calibration])}
    exact = open_session(made.model_path, optimised=False)(feed)["scores"]
    np.testing.assert_allclose(open_session(made.model_path)(feed)["scores"], exact, atol=1e-4)
