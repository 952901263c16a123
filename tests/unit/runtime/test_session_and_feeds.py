"""Open a session, and find shapes and random inputs for a model that nobody described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from frugal.contract import Artefact, InputError
from frugal.runtime.artefact import from_onnx
from frugal.runtime.feeds import random_feeds, resolve_shapes, stacked_feeds
from frugal.runtime.session import open_session


def identity(path: Path, dtype: int, dims: list[int | str] | None) -> Artefact:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", dtype, dims)],
        [helper.make_tensor_value_info("y", dtype, dims)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return from_onnx(path)


def answer_of(call: Any) -> np.ndarray:
    """What a prepared call answers: from the memory that is bound, or as it is returned."""
    returned = call()
    return returned[0] if returned else call.args[0].copy_outputs_to_cpu()[0]


@pytest.mark.parametrize(
    "dtype",
    ["UINT8", "INT8", "UINT16", "INT32", "INT64", "FLOAT", "FLOAT16", "DOUBLE", "BOOL", "STRING"],
)
def test_any_dtype_runs_on_random_inputs(dtype: str, tmp_path: Path) -> None:
    artefact = identity(tmp_path / "m.onnx", TensorProto.DataType.Value(dtype), ["n", 3])
    feeds = random_feeds(artefact, resolve_shapes(artefact, {"x": (5, 3)}))
    session = open_session(artefact.model_path)
    assert (session.inputs, session.outputs) == (("x",), ("y",))
    for feed in feeds:
        assert feed["x"].shape == (5, 3)
        np.testing.assert_array_equal(session(feed)["y"], feed["x"])
        np.testing.assert_array_equal(answer_of(session.prepare(feed)), feed["x"])


def test_bytes_cover_their_range_and_floats_theirs(tmp_path: Path) -> None:
    artefact = identity(tmp_path / "m.onnx", TensorProto.UINT8, [1, 64, 64])
    pixels = random_feeds(artefact, resolve_shapes(artefact, {}))[0]["x"]
    assert (pixels.min(), pixels.max()) == (0, 255)
    port = {"name": "x", "dtype": "float32", "shape": [1000], "range": [-2.0, 3.0]}
    declared = Artefact(path=tmp_path, contract={"inputs": [port], "outputs": []})
    values = random_feeds(declared, {"x": (1000,)})[0]["x"]
    assert -2 <= values.min() < -1.9 and 2.9 < values.max() <= 3


def test_shapes_come_from_the_option_then_the_reference_then_one(tmp_path: Path) -> None:
    port = {"name": "x", "dtype": "float32", "shape": ["n", "t", 4]}
    artefact = Artefact(path=tmp_path, contract={"inputs": [port], "outputs": [], "reference_shape": {"x": [1, 9, 4]}})
    bare = Artefact(path=tmp_path, contract={"inputs": [port], "outputs": []})
    assert resolve_shapes(artefact, {"x": (2, 5, 4)}) == {"x": (2, 5, 4)}
    assert resolve_shapes(artefact, {}) == {"x": (1, 9, 4)}
    assert resolve_shapes(bare, {}) == {"x": (1, 1, 4)}


@pytest.mark.parametrize("shape", [(1, 4), (1, 2, 5), (1, 0, 4)])
def test_a_shape_that_does_not_fit_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    artefact = identity(tmp_path / "m.onnx", TensorProto.FLOAT, ["n", "t", 4])
    with pytest.raises(InputError, match=r"for the input x; allowed: .*--shape x="):
        resolve_shapes(artefact, {"x": shape})


def test_an_input_without_a_shape_needs_the_option(tmp_path: Path) -> None:
    artefact = identity(tmp_path / "m.onnx", TensorProto.FLOAT, None)
    with pytest.raises(InputError, match=r"the input x has no shape; try: --shape x="):
        resolve_shapes(artefact, {})
    assert resolve_shapes(artefact, {"x": (2, 3)}) == {"x": (2, 3)}


def test_a_wrong_feed_names_input_shape_and_remedy(tmp_path: Path) -> None:
    session = open_session(identity(tmp_path / "m.onnx", TensorProto.FLOAT, ["n", 3]).model_path)
    with pytest.raises(InputError, match=r"does not run on x float32 \[1, 4\].*--shape x="):
        session({"x": np.zeros((1, 4), np.float32)})
    with pytest.raises(InputError, match="is not given the input x"):
        session({"z": np.zeros((1, 3), np.float32)})


def test_a_model_that_onnxruntime_refuses_is_one_line(tmp_path: Path) -> None:
    graph = helper.make_graph([helper.make_node("Magic", ["x"], ["y"])], "g", [], [onnx.ValueInfoProto(name="y")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), tmp_path / "m.onnx")
    with pytest.raises(InputError, match="onnxruntime does not open") as caught:
        open_session(tmp_path / "m.onnx")
    assert "\n" not in str(caught.value)


def test_ragged_feeds_stack_by_repeating_their_edge() -> None:
    narrow, wide = np.array([[[1, 2]]], np.uint8), np.array([[[3, 4, 5], [6, 7, 8]]], np.uint8)
    stacked = stacked_feeds([{"x": narrow, "n": np.array([2])}, {"x": wide, "n": np.array([3])}])
    assert stacked["x"].dtype == np.uint8
    np.testing.assert_array_equal(stacked["x"], [[[1, 2, 2], [1, 2, 2]], [[3, 4, 5], [6, 7, 8]]])
    np.testing.assert_array_equal(stacked["n"], [2, 3])


def test_feeds_of_one_shape_stack_as_they_are() -> None:
    images = np.arange(24, dtype=np.uint8).reshape(4, 1, 2, 3)
    np.testing.assert_array_equal(stacked_feeds([{"x": image} for image in images])["x"], images[:, 0])


@pytest.mark.parametrize("feeds", [[], [{"x": np.zeros((1, 2))}, {"x": np.zeros((1, 2, 3))}], [{"x": np.float32(1)}]])
def test_feeds_that_are_no_batch_are_refused(feeds: list[dict[str, np.ndarray]]) -> None:
    with pytest.raises(InputError):
        stacked_feeds(feeds)
