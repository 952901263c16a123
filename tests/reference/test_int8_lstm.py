"""Are the integers of LSTM layers those of the formula, of onnxruntime's own quantiser, and are their answers right?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

from frugal.passes.recurrent import rounded, with_integer_lstm
from frugal.runtime.session import open_session

INPUTS, HIDDEN, STEPS = 10, 7, 12


def lstm_model(scale: float = 0.4, *, directions: int = 2) -> onnx.ModelProto:
    """x (steps, batch, inputs) -> y (steps, directions, batch, hidden)."""
    random = np.random.default_rng(3)
    shapes = {"w": (4 * HIDDEN, INPUTS), "r": (4 * HIDDEN, HIDDEN), "b": (8 * HIDDEN,)}
    weights = {n: (scale * random.normal(size=(directions, *s))).astype(np.float32) for n, s in shapes.items()}
    direction = "bidirectional" if directions == 2 else "forward"
    graph = helper.make_graph(
        [helper.make_node("LSTM", ["x", "w", "r", "b"], ["y"], name="lstm", hidden_size=HIDDEN, direction=direction)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["steps", "batch", INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["steps", directions, "batch", HIDDEN])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def stored(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


@pytest.mark.parametrize(("levels", "error"), [(127, 0.5), (64, 0.5)])
@pytest.mark.parametrize("per_channel", [True, False])
def test_a_code_is_the_weight_in_steps_of_the_largest(per_channel: bool, levels: int, error: float) -> None:
    weights = stored(lstm_model())["w"]
    codes, scales = rounded(weights, per_channel=per_channel, levels=levels)
    largest = np.abs(weights).max(axis=2) if per_channel else np.abs(weights).max(axis=(1, 2))
    np.testing.assert_allclose(scales, largest / levels, rtol=1e-6)
    steps = scales[:, :, None] if per_channel else scales[:, None, None]
    # half a step either way is a tie that float32 and float64 may break differently
    assert np.abs(codes - weights.astype(np.float64) / steps).max() <= error + 1e-4
    assert np.abs(codes.astype(int)).max() == levels


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnxruntime")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("reduce_range", [True, False])
def test_the_node_is_that_of_onnxruntimes_quantiser(per_channel: bool, reduce_range: bool, tmp_path: Path) -> None:
    options = {"per_channel": per_channel, "reduce_range": reduce_range}
    onnx.save(lstm_model(), tmp_path / "float.onnx")
    quantize_dynamic(tmp_path / "float.onnx", tmp_path / "theirs.onnx", op_types_to_quantize=["LSTM"], **options)
    theirs, ours = onnx.load(tmp_path / "theirs.onnx"), with_integer_lstm(lstm_model(), **options)
    (their_node,), (our_node,) = theirs.graph.node, ours.graph.node
    assert (our_node.op_type, our_node.domain) == (their_node.op_type, their_node.domain)
    their_arrays, our_arrays = stored(theirs), stored(ours)
    for position, (their_name, our_name) in enumerate(zip(their_node.input, our_node.input, strict=True)):
        if their_name in their_arrays:
            off = their_arrays[their_name].astype(np.float64) - our_arrays[our_name]
            # a weight that lies between two codes may be rounded either way, scales to a float's last digit
            assert np.abs(off).max() <= (1 if position in (1, 2) else 1e-7), their_name
            assert np.count_nonzero(off) <= 2 or position not in (1, 2)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def fine(x: np.ndarray) -> np.ndarray:
    return x


def to_bytes(x: np.ndarray) -> np.ndarray:
    """`x` as onnxruntime sees it after quantising to uint8 with the range that it has, zero included."""
    low, high = min(float(x.min()), 0.0), max(float(x.max()), 0.0)
    scale = (high - low) / 255 or 1.0
    zero = np.rint(-low / scale)
    values: np.ndarray = (np.clip(np.rint(x / scale) + zero, 0, 255) - zero) * scale
    return values


def in_numpy(weights: dict[str, np.ndarray], x: np.ndarray, seen: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The equations of an LSTM (Hochreiter, Schmidhuber 1997, with forget gates), one direction, gates i, o, f, c."""
    w, r, b = weights["w"][0], weights["r"][0], weights["b"][0]
    bias = b[: 4 * HIDDEN] + b[4 * HIDDEN :]
    driven = seen(x) @ w.T + bias  # (steps, batch, 4 * hidden)
    state, cell = np.zeros((x.shape[1], HIDDEN)), np.zeros((x.shape[1], HIDDEN))
    states = []
    for step in driven:
        i, o, f, c = np.split(step + seen(state) @ r.T, 4, axis=-1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        state = sigmoid(o) * np.tanh(cell)
        states.append(state)
    return np.stack(states)


def dequantised(weights: dict[str, np.ndarray], levels: int) -> dict[str, np.ndarray]:
    found = dict(weights)
    for name in ("w", "r"):
        codes, scales = rounded(weights[name], per_channel=True, levels=levels)
        found[name] = codes * scales[:, :, None].astype(np.float64)
    return found


def run(model: onnx.ModelProto, x: np.ndarray, folder: Path) -> np.ndarray:
    onnx.save(model, folder / "m.onnx")
    return open_session(folder / "m.onnx")({"x": x})["y"][:, 0]


@pytest.mark.parametrize("scale", [0.4, 2.0])
def test_7_bit_weights_answer_as_exact_arithmetic_on_every_processor(scale: float, tmp_path: Path) -> None:
    """With 8 bits, x86 without VNNI adds two products into 16 bits and is off by 0.11 and 0.29 here."""
    x = np.abs(np.random.default_rng(4).normal(size=(STEPS, 1, INPUTS))).astype(np.float32)
    model = lstm_model(scale, directions=1)
    found = run(with_integer_lstm(model, per_channel=True, reduce_range=True), x, tmp_path)
    expected = in_numpy(dequantised(stored(model), 64), x, to_bytes)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_float_layer_in_numpy_is_onnxruntimes(tmp_path: Path) -> None:
    x = np.random.default_rng(5).normal(size=(STEPS, 2, INPUTS)).astype(np.float32)
    model = lstm_model(directions=1)
    np.testing.assert_allclose(run(model, x, tmp_path), in_numpy(stored(model), x, fine), atol=1e-5)
