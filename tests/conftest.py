"""Small generated artefacts that every test may ask for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

MakeClassifier = Callable[..., Path]


@pytest.fixture
def make_classifier() -> MakeClassifier:
    """`make(folder, labels=..., rel_height=..., dynamic=...)` writes an artefact of the task characters."""
    return write_classifier


def write_classifier(
    folder: Path,
    *,
    labels: str = "abc",
    rel_height: bool = False,
    dynamic: bool = False,
    replaced: dict[str, Any] | None = None,
) -> Path:
    """An artefact: one affine map from uint8 pixels to softmax scores, weights drawn from seed 0.

    `dynamic`: its activations are quantised with one scale for the whole batch. `replaced`: keys of contract.json.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(_model(len(labels), rel_height, dynamic).SerializeToString())
    inputs = [{"name": "image", "dtype": "uint8", "shape": ["batch", 28, 28],
               "polarity": "light ink on black", "range": [0, 255]}]  # fmt: skip
    inputs += [{"name": "rel_height", "dtype": "float32", "shape": ["batch"]}] if rel_height else []
    written = {
        "schema": 1,
        "task": "characters",
        "decoder": "classification",
        "inputs": inputs,
        "outputs": [{"name": "scores", "dtype": "float32", "shape": ["batch", len(labels)]}],
        "labels": list(labels),
        "time_stride": None,
        "reference_shape": {"image": [1, 28, 28]} | ({"rel_height": [1]} if rel_height else {}),
        "precision": "float32",
        "licence": {"weights": "Apache-2.0", "sources": []},
        "model_sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        **(replaced or {}),
    }
    (folder / "contract.json").write_text(json.dumps(written))
    (folder / "card.md").write_text(f"# {folder.name}\n\nA card.\n")
    _write_parity(folder, rel_height)
    return folder


def _model(classes: int, rel_height: bool, dynamic: bool) -> onnx.ModelProto:
    generator = np.random.default_rng(0)
    weights = generator.normal(scale=0.003, size=(784 + rel_height, classes)).astype(np.float32)
    tensors = [numpy_helper.from_array(np.array([0, 784]), "flat")]
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["float", "flat"], ["pixels"]),
    ]
    if rel_height:
        tensors.append(numpy_helper.from_array(np.array([1]), "axis"))
        nodes += [
            helper.make_node("Unsqueeze", ["rel_height", "axis"], ["height"]),
            helper.make_node("Concat", ["pixels", "height"], ["features"], axis=1),
        ]
    features = "features" if rel_height else "pixels"
    if dynamic:
        scale = np.float32(np.abs(weights).max() / 127)
        tensors += [
            numpy_helper.from_array(np.round(weights / scale).astype(np.int8), "weights"),
            numpy_helper.from_array(np.array(scale), "weight_scale"),
        ]
        nodes += [
            helper.make_node("DynamicQuantizeLinear", [features], ["codes", "scale", "zero"]),
            helper.make_node("MatMulInteger", ["codes", "weights", "zero"], ["sums"]),
            helper.make_node("Cast", ["sums"], ["float_sums"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["scale", "weight_scale"], ["step"]),
            helper.make_node("Mul", ["float_sums", "step"], ["logits"]),
        ]
    else:
        tensors.append(numpy_helper.from_array(weights, "weights"))
        nodes.append(helper.make_node("MatMul", [features, "weights"], ["logits"]))
    nodes.append(helper.make_node("Softmax", ["logits"], ["scores"], axis=-1))
    inputs = [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", 28, 28])]
    inputs += [helper.make_tensor_value_info("rel_height", TensorProto.FLOAT, ["batch"])] if rel_height else []
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", classes])]
    graph = helper.make_graph(nodes, "classifier", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _write_parity(folder: Path, rel_height: bool) -> None:
    import onnxruntime

    generator = np.random.default_rng(1)
    feed: dict[str, np.ndarray] = {"image": generator.integers(0, 256, (4, 28, 28), dtype=np.uint8)}
    if rel_height:
        feed["rel_height"] = generator.uniform(0.5, 2, 4).astype(np.float32)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    answers = [session.run(None, {name: array[i : i + 1] for name, array in feed.items()})[0] for i in range(4)]
    arrays = {f"in.{name}": array for name, array in feed.items()} | {"out.scores": np.concatenate(answers)}
    np.savez(folder / "parity.npz", **arrays)
