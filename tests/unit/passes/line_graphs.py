"""A line recogniser of a few hundred parameters, written node by node: what passes are tried on without torch.

uint8 (batch, height, width) -> two convolutions (a step per 4 pixels) -> maximum over columns -> one bidirectional
recurrent layer -> matrix product with bias -> scores (batch, steps, 5), and ids (batch, steps): the greedy class.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from frugal.contract import Artefact, Samples
from frugal.runtime.artefact import from_onnx

CHANNELS, HIDDEN, CLASSES = 8, 6, 5
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
TORCH_ORDER = (0, 3, 1, 2)
"""Places of ONNX's gates (input, output, forget, cell) among torch's (input, forget, cell, output)."""


class Normal:
    """Arrays drawn one after another from seed 0."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(0)

    def __call__(self, *shape: int) -> np.ndarray:
        return self._random.normal(size=shape).astype(np.float32)


def line_model(cell: str = "LSTM", *, folded: bool = True, layers: int = 1) -> onnx.ModelProto:
    """The recogniser; weights drawn from seed 0.

    Args:
        cell: LSTM, GRU or RNN.
        folded: weights as initialisers; else, of an LSTM, computed from slices as torch's exporter does.
    """
    normal = Normal()
    weights = {
        "scale": np.float32(1 / 255), "one": np.array([1]), "rows": np.array([2]), "merged": np.array([0, 0, -1]),
        "conv1": normal(CHANNELS, 1, 3, 3), "bias1": normal(CHANNELS), "conv2": normal(CHANNELS, CHANNELS, 3, 3) / 3,
        "classify": 2 * normal(2 * HIDDEN, CLASSES), "bias": normal(CLASSES),
    }  # fmt: skip
    nodes = [
        _node("Cast", ["image"], "pixels", to=TensorProto.FLOAT),
        _node("Mul", ["pixels", "scale"], "grey"),
        _node("Unsqueeze", ["grey", "one"], "planes"),
        _node("Conv", ["planes", "conv1", "bias1"], "mapped", pads=[1, 1, 1, 1], strides=[2, 2]),
        _node("Relu", ["mapped"], "active"),
        _node("Conv", ["active", "conv2"], "second", pads=[1, 1, 1, 1], strides=[2, 2]),
        _node("Relu", ["second"], "features"),
        _node("ReduceMax", ["features", "rows"], "columns", keepdims=0),
        _node("Transpose", ["columns"], "steps0", perm=[2, 0, 1]),
    ]
    for layer in range(layers):
        nodes += _recurrent(cell, layer, weights, folded, normal)
    nodes += [
        _node("Transpose", [f"steps{layers}"], "sequence", perm=[1, 0, 2]),
        _node("MatMul", ["sequence", "classify"], "product"),
        _node("Add", ["product", "bias"], "logits"),
        _node("Softmax", ["logits"], "scores", axis=-1),
        _node("ArgMax", ["logits"], "ids", axis=-1, keepdims=0),
    ]
    return _model(nodes, weights)


def line_artefact(folder: Path, cell: str = "LSTM", *, folded: bool = True, layers: int = 1) -> Artefact:
    """The recogniser as a stranger's bare ONNX file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(line_model(cell, folded=folded, layers=layers), folder / "line.onnx")
    return from_onnx(folder / "line.onnx")


def line_samples(widths: Sequence[int] = (24, 40, 33, 72)) -> Samples:
    """Noise of different widths, one line per feed."""
    random = np.random.default_rng(1)
    return Samples(calibration=[{"image": random.integers(0, 256, (1, 16, width), dtype=np.uint8)} for width in widths])


def _recurrent(cell: str, layer: int, weights: dict[str, np.ndarray], folded: bool, normal: Normal) -> list[NodeProto]:
    gates, inputs = GATES[cell], CHANNELS if layer == 0 else 2 * HIDDEN
    shapes = {"w": (2, gates * HIDDEN, inputs), "r": (2, gates * HIDDEN, HIDDEN), "b": (2, 2 * gates * HIDDEN)}
    names, nodes = [], []
    for kind, shape in shapes.items():
        name, values = f"{kind}{layer}", normal(*shape) / 3
        names.append(name)
        if folded or kind == "b":
            weights[name] = values
        else:
            nodes += _unfolded(name, values, weights)
    outputs = ["states", "", ""] if cell == "LSTM" else ["states", ""]
    outputs[0] = f"states{layer}"
    return [
        *nodes,
        helper.make_node(cell, [f"steps{layer}", *names], outputs, hidden_size=HIDDEN, direction="bidirectional"),
        _node("Transpose", [outputs[0]], f"turned{layer}", perm=[0, 2, 1, 3]),
        _node("Reshape", [f"turned{layer}", "merged"], f"steps{layer + 1}"),
    ]


def _unfolded(name: str, values: np.ndarray, weights: dict[str, np.ndarray]) -> list[NodeProto]:
    """`values` as the graph computes them: gates cut out of torch's order and put together again."""
    gates = np.split(values, 4, axis=1)
    weights[f"{name}_torch"] = np.concatenate([gates[TORCH_ORDER.index(place)] for place in range(4)], axis=1)
    nodes = []
    for number, place in enumerate(TORCH_ORDER):
        weights[f"from{place}"], weights[f"to{place}"] = np.array([place * HIDDEN]), np.array([(place + 1) * HIDDEN])
        inputs = [f"{name}_torch", f"from{place}", f"to{place}", "one"]
        nodes.append(_node("Slice", inputs, f"{name}_{number}"))
    return [*nodes, _node("Concat", [f"{name}_{number}" for number in range(4)], name, axis=1)]


def _model(nodes: Sequence[NodeProto], weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "line",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", "height", "width"])],
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", "steps", CLASSES]),
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "steps"]),
        ],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _node(operator: str, inputs: Sequence[str], output: str, **attributes: object) -> NodeProto:
    return helper.make_node(operator, list(inputs), [output], name=f"{operator}_{output}", **attributes)
