"""An artefact of the task lines that counts strokes instead of reading: dark steps are x, empty ones are spaces."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEIGHT, STRIDE = 40, 4


def write_line_model(folder: Path) -> Path:
    """The folder, with model.onnx and contract.json: grey line -> height 40 -> one step per 4 pixels -> softmax."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model().SerializeToString())
    contract = {
        "schema": 1,
        "task": "lines",
        "decoder": "ctc",
        "inputs": [{"name": "image", "dtype": "uint8", "shape": ["batch", "height", "width"],
                    "polarity": "dark ink on light paper", "range": [0, 255]}],
        "outputs": [{"name": "scores", "dtype": "float32", "shape": ["batch", "steps", 3]}],
        "labels": ["x", " "],
        "blank": 2,
        "time_stride": STRIDE,
        "height": HEIGHT,
        "reference_shape": {"image": [1, 64, 400]},
        "precision": "float32",
        "licence": {"weights": "Apache-2.0", "sources": []},
        "model_sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
    }  # fmt: skip
    (folder / "contract.json").write_text(json.dumps(contract))
    return folder


def _model() -> onnx.ModelProto:
    # x where a step is dark, space where it is empty, else blank, which parts one x from the next
    weights = np.array([[400], [-800], [0]], np.float32)[:, :, None, None]
    constants = {
        "channel": np.array([1]), "two": np.array([2]), "rows": np.array([HEIGHT], np.float32),
        "ones": np.ones(2, np.float32), "white": np.float32(255), "axis": np.array([2]),
        "weights": weights, "bias": np.array([-80, 32, 0], np.float32), "none": np.array([], np.float32),
    }  # fmt: skip
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float", "channel"], ["grey"]),
        helper.make_node("Shape", ["grey"], ["height"], start=2, end=3),
        helper.make_node("Cast", ["height"], ["given"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["rows", "given"], ["scale"]),
        helper.make_node("Concat", ["ones", "scale", "scale"], ["scales"], axis=0),
        helper.make_node("Resize", ["grey", "none", "scales"], ["line"], mode="linear"),
        helper.make_node("Sub", ["white", "line"], ["dark"]),
        helper.make_node("Div", ["dark", "white"], ["ink"]),
        helper.make_node("ReduceMean", ["ink", "axis"], ["columns"], keepdims=1),
        helper.make_node("AveragePool", ["columns"], ["darkness"], kernel_shape=[1, STRIDE], strides=[1, STRIDE]),
        helper.make_node("Conv", ["darkness", "weights", "bias"], ["logits"], kernel_shape=[1, 1]),
        helper.make_node("Softmax", ["logits"], ["shares"], axis=1),
        helper.make_node("Squeeze", ["shares", "two"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["scores"], perm=[0, 2, 1]),
    ]
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", "height", "width"])]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", "steps", 3])]
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "strokes", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
