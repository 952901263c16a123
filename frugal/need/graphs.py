"""Small ONNX classifiers written node by node: what the alternatives that end as a graph share.

Knows no method: nodes and constants in, artefact folder out.

Shapes: `B` batch, `H`, `W` image, `C` classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from frugal.contract import Artefact
from frugal.need.problem import Problem
from frugal.runtime.artefact import CONTRACT_SCHEMA, open_artefact, sha256, write_json

if TYPE_CHECKING:
    import onnx

OPSET, IR_VERSION = 18, 9


def node(operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> onnx.NodeProto:
    """One node with one output."""
    from onnx import helper

    return helper.make_node(operator, list(inputs), [output], **attributes)


def write_classifier(
    problem: Problem,
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, np.ndarray],
    *,
    method: str,
    labels: Sequence[str] | None = None,
) -> Artefact:
    """An artefact that turns `image` uint8 (B, H, W) into `scores` float32 (B, C), the nodes' last output.

    Args:
        labels: what the classes stand for; the problem's by default.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    labels = problem.labels if labels is None else labels
    shape: list[int | str] = ["batch", *problem.image_shape]
    graph = helper.make_graph(
        list(nodes),
        method,
        [helper.make_tensor_value_info("image", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", len(labels)])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    write_json(folder / "contract.json", _contract(problem, labels, method, sha256(folder / "model.onnx")))
    return open_artefact(folder)


def _contract(problem: Problem, labels: Sequence[str], method: str, digest: str) -> dict[str, Any]:
    shape = ["batch", *problem.image_shape]
    return {
        "schema": CONTRACT_SCHEMA,
        "task": problem.task,
        "decoder": "classification",
        "inputs": [{"name": "image", "dtype": "uint8", "shape": shape, "polarity": None, "range": [0, 255]}],
        "outputs": [{"name": "scores", "dtype": "float32", "shape": ["batch", len(labels)], "range": [0, 1]}],
        "labels": list(labels),
        "time_stride": None,
        "reference_shape": {"image": [1, *problem.reference_shape]},
        "opset": OPSET,
        "ir_version": IR_VERSION,
        "made_by": method,
        "model_sha256": digest,
    }
