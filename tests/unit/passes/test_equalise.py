"""Cross-layer equalisation: the answers stay, the ranges agree, int8 with one scale per tensor loses less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import Artefact, Samples
from frugal.passes.equalise import Equalise, equalised, neighbours
from frugal.passes.int8_static import Int8Static
from frugal.runtime.artefact import from_onnx
from frugal.runtime.session import open_session

RANDOM = np.random.default_rng(5)
FEEDS = [{"x": RANDOM.normal(size=(1, 3, 12, 12)).astype(np.float32)} for _ in range(16)]


def stack(folder: Path) -> Artefact:
    """Convolution -> ReLU -> depthwise -> ReLU -> pooling -> convolution, with channels of very different ranges."""
    uneven = np.geomspace(0.02, 20.0, 8).reshape(-1, 1, 1, 1)
    arrays = {
        "w1": RANDOM.normal(size=(8, 3, 3, 3)) * uneven, "b1": RANDOM.normal(size=8) * uneven.ravel(),
        "w2": RANDOM.normal(size=(8, 1, 3, 3)) / uneven[::-1], "b2": RANDOM.normal(size=8),
        "w3": RANDOM.normal(size=(4, 8, 1, 1)),
    }  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "w2", "b2"], ["c"], group=8),
        helper.make_node("Relu", ["c"], ["d"]),
        helper.make_node("MaxPool", ["d"], ["e"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["e", "w3"], ["f"]),
        helper.make_node("GlobalAveragePool", ["f"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "stack",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 12, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4, 1, 1])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()],
    )
    folder.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "m.onnx")
    return from_onnx(folder / "m.onnx")


def answers(artefact: Artefact) -> np.ndarray:
    session = open_session(artefact.model_path, optimised=False)
    return np.concatenate([session(feed)["y"].ravel() for feed in FEEDS])


def test_the_answers_stay_and_the_ranges_agree(tmp_path: Path) -> None:
    given = stack(tmp_path / "given")
    made = Equalise()(given, tmp_path / "made", Samples(calibration=FEEDS))
    np.testing.assert_allclose(answers(made), answers(given), rtol=1e-3, atol=1e-3)
    model = onnx.load(made.model_path)
    arrays = {t.name: np.abs(numpy_helper.to_array(t)) for t in model.graph.initializer}
    pairs = list(neighbours(model.graph))
    assert [(first.input[1], second.input[1]) for first, second in pairs] == [("w1", "w2"), ("w2", "w3")]
    np.testing.assert_allclose(arrays["w1"].max(axis=(1, 2, 3)), arrays["w2"].max(axis=(1, 2, 3)), rtol=0.02)
    np.testing.assert_allclose(arrays["w2"].max(axis=(1, 2, 3)), arrays["w3"].max(axis=(0, 2, 3)), rtol=0.02)


def test_int8_with_one_scale_per_tensor_loses_less(tmp_path: Path) -> None:
    given = stack(tmp_path / "given")
    even = Equalise()(given, tmp_path / "even", Samples(calibration=FEEDS))
    per_tensor = Int8Static(per_channel=False, tolerance=1e6)
    far = {}
    for name, source in {"given": given, "even": even}.items():
        made = per_tensor(source, tmp_path / f"int8-{name}", Samples(calibration=FEEDS))
        far[name] = np.abs(answers(made) - answers(given)).mean()
    assert far["even"] < 0.8 * far["given"], far


@pytest.mark.parametrize("between", ["Sigmoid", "Softmax"])
def test_nothing_is_scaled_through_what_passes_no_factor_on(between: str, tmp_path: Path) -> None:
    model = onnx.load(stack(tmp_path / "given").model_path)
    for node in model.graph.node:
        if node.op_type == "Relu":
            node.op_type = between
    assert not list(neighbours(model.graph))
    assert equalised(model) == model


def test_a_convolution_that_is_read_twice_stays(tmp_path: Path) -> None:
    model = onnx.load(stack(tmp_path / "given").model_path)
    model.graph.node.append(helper.make_node("Identity", ["b"], ["again"]))
    assert [first.input[1] for first, _ in neighbours(model.graph)] == ["w2"]
