"""Bias correction takes off exactly what rounded weights add to a mean; against the definition, computed apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import Artefact, Samples
from frugal.passes.calibration import channel_means
from frugal.passes.int8_static import Int8Static
from frugal.runtime.artefact import from_onnx
from frugal.runtime.session import open_session

RANDOM = np.random.default_rng(11)
FEEDS = [{"x": RANDOM.gamma(2.0, size=(1, 6, 9, 9)).astype(np.float32)} for _ in range(40)]


def artefact(folder: Path, *, groups: int = 1) -> Artefact:
    """(batch, 6, 9, 9) -> convolution 3x3 without padding, 4 or 6 channels -> rectified -> flat -> Gemm."""
    outputs = 6 if groups > 1 else 4
    arrays = {
        "w": RANDOM.normal(size=(outputs, 6 // groups, 3, 3)), "b": RANDOM.normal(size=outputs),
        "dense": RANDOM.normal(size=(3, outputs * 49)), "bias": RANDOM.normal(size=3),
    }  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["mapped"], group=groups),
        helper.make_node("Relu", ["mapped"], ["active"]),
        helper.make_node("Flatten", ["active"], ["flat"]),
        helper.make_node("Gemm", ["flat", "dense", "bias"], ["y"], transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 6, 9, 9])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()],
    )
    folder.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "m.onnx")
    return from_onnx(folder / "m.onnx")


def mean_answer(made: Artefact) -> np.ndarray:
    session = open_session(made.model_path, optimised=False)
    return np.mean([session(feed)["y"][0] for feed in FEEDS], axis=0)


@pytest.mark.parametrize("groups", [1, 6])
def test_the_mean_answer_comes_closer(groups: int, tmp_path: Path) -> None:
    given = artefact(tmp_path / "given", groups=groups)
    far = {}
    for corrected in (False, True):
        pass_ = Int8Static(per_channel=False, bias_correction=corrected, tolerance=100)
        made = pass_(given, tmp_path / f"made{corrected}", Samples(calibration=FEEDS))
        far[corrected] = np.abs(mean_answer(made) - mean_answer(given)).mean()
    assert far[True] < 0.7 * far[False], far


def test_a_convolutions_bias_is_that_of_the_definition(tmp_path: Path) -> None:
    """b - E[(W_rounded - W) * x], the expectation over all positions of all samples, by a convolution of its own."""
    given = artefact(tmp_path / "given")
    made = Int8Static(bias_correction=True, tolerance=100)(given, tmp_path / "made", Samples(calibration=FEEDS))
    before = {t.name: numpy_helper.to_array(t) for t in onnx.load(given.model_path).graph.initializer}
    graph = onnx.load(made.model_path).graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    writers = {name: node for node in graph.node for name in node.output}
    node = next(node for node in graph.node if node.op_type == "Conv")
    (codes, scale), (bias_codes, bias_scale) = (
        [stored[name] for name in writers[node.input[i]].input[:2]] for i in (1, 2)
    )
    error = codes * scale.reshape(-1, 1, 1, 1) - before["w"]
    windows = np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(feed["x"][0], (3, 3), axis=(1, 2)) for feed in FEEDS], axis=1
    )  # (C, N * 7, 7, 3, 3)
    shift = np.einsum("ockl,cnmkl->onm", error, windows).mean(axis=(1, 2))
    spread = np.abs(error).sum() * 0.02  # the pass takes one mean per channel for all nine taps
    np.testing.assert_allclose(bias_codes * bias_scale, before["b"] - shift, atol=spread)
    assert np.abs(shift).max() > 5 * bias_scale.max(), "there was something to correct"


def test_means_are_over_channels_and_positions(tmp_path: Path) -> None:
    model = onnx.load(artefact(tmp_path / "given").model_path)
    found = channel_means(model, ["x"], FEEDS)
    np.testing.assert_allclose(found["x"], np.concatenate([f["x"] for f in FEEDS]).mean(axis=(0, 2, 3)), rtol=1e-5)
    assert channel_means(model, [], []) == {}
