"""A line reader of a few nodes: it reads the grey of columns of pixels, so that a test can draw what it wants read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

LABELS = " abcé"
HEIGHT, STRIDE = 8, 4
PAPER = 255
GREYS = dict(zip(LABELS, (200, 0, 50, 100, 150), strict=True))
"""The column grey that means each character; paper is blank."""


@pytest.fixture
def make_line_reader() -> Callable[..., Path]:
    """`make(folder, sharpness=..., **keys of contract.json)` writes an artefact of the task lines."""
    return write_line_reader


@pytest.fixture
def draw() -> Callable[..., np.ndarray]:
    """`draw("ab c", scale=1)`: an image uint8 that the reader reads so, `scale` times as high as the network."""
    return drawn


def drawn(text: str, *, scale: int = 1) -> np.ndarray:
    """One step of paper, then one of the character, for each, and a step of paper at the end."""
    greys = [grey for character in text for grey in (PAPER, GREYS[character])] + [PAPER]
    columns = np.repeat(np.array(greys, dtype=np.uint8), STRIDE * scale)
    return np.tile(columns, (HEIGHT * scale, 1))


def write_line_reader(folder: Path, *, sharpness: float = 0.08, **replaced: Any) -> Path:
    """`sharpness`: a small one makes neighbouring greys alike, so that what is known of the text decides."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model(sharpness).SerializeToString())
    contract = {
        "schema": 1,
        "task": "lines",
        "decoder": "ctc",
        "labels": list(LABELS),
        "blank": len(LABELS),
        "height": HEIGHT,
        "time_stride": STRIDE,
        "inputs": [{"name": "image", "dtype": "uint8", "shape": ["batch", "height", "width"],
                    "polarity": "dark ink on light paper", "range": [0, 255]}],
        "outputs": [{"name": "scores", "dtype": "float32", "shape": ["batch", "steps", len(LABELS) + 1]},
                    {"name": "ids", "dtype": "int64", "shape": ["batch", "steps"]}],
        **replaced,
    }  # fmt: skip
    (folder / "contract.json").write_text(json.dumps(contract))
    return folder


def _model(sharpness: float) -> onnx.ModelProto:
    """Resize to the height, mean grey of every step, distance to each character's grey, softmax."""
    centres = np.array([GREYS[label] for label in LABELS] + [PAPER], dtype=np.float32)
    constants = {
        "one": np.array([1], dtype=np.int64),
        "two": np.array([2], dtype=np.int64),
        "height": np.array([HEIGHT], dtype=np.float32),
        "ones": np.ones(2, dtype=np.float32),
        "steps_axes": np.array([1, 2], dtype=np.int64),
        "channel": np.array([1], dtype=np.int64),
        "last": np.array([-1], dtype=np.int64),
        "centres": centres,
        "sharpness": np.array([-(sharpness**2)], dtype=np.float32),
    }
    node = helper.make_node
    nodes = [
        node("Cast", ["image"], ["grey"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["grey", "channel"], ["planes"]),
        node("Shape", ["image"], ["shape"]),
        node("Slice", ["shape", "one", "two"], ["rows"]),
        node("Cast", ["rows"], ["rows_float"], to=TensorProto.FLOAT),
        node("Div", ["height", "rows_float"], ["scale"]),
        node("Concat", ["ones", "scale", "scale"], ["scales"], axis=0),
        node("Resize", ["planes", "", "scales"], ["resized"], mode="nearest"),
        node("AveragePool", ["resized"], ["steps"], kernel_shape=[HEIGHT, STRIDE], strides=[HEIGHT, STRIDE],
             ceil_mode=1),
        node("Squeeze", ["steps", "steps_axes"], ["levels"]),
        node("Unsqueeze", ["levels", "last"], ["level"]),
        node("Sub", ["level", "centres"], ["away"]),
        node("Mul", ["away", "away"], ["square"]),
        node("Mul", ["square", "sharpness"], ["logits"]),
        node("Softmax", ["logits"], ["scores"], axis=-1),
        node("ArgMax", ["scores"], ["ids"], axis=-1, keepdims=0),
    ]  # fmt: skip
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", "height", "width"])]
    outputs = [
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", "steps", len(LABELS) + 1]),
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "steps"]),
    ]
    graph = helper.make_graph(nodes, "lines", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
