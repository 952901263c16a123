"""Histograms of oriented gradients and one linear layer: what good features achieve without a network.

Dalal and Triggs 2005, "Histograms of oriented gradients for human detection": unsmoothed central differences, votes
into 9 unsigned orientations, blocks of 2 x 2 cells, L2 normalisation. Deviations: a vote is shared between neighbouring
orientations but not between cells, there is no Gaussian window, and logistic regression stands for the linear SVM.

Shapes: `B` batch, `H`, `W` image, `O` orientations, `h`, `w` cells, `F` features, `C` classes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from frugal.contract import Artefact
from frugal.extras import require
from frugal.need.graphs import node, write_classifier
from frugal.need.problem import Items, Problem

if TYPE_CHECKING:
    import onnx

ORIENTATIONS = 9
BATCH = 256
Nodes = list["onnx.NodeProto"]
Constants = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Linear:
    """Logistic regression on histograms of gradients.

    Attributes:
        cells: cells along the shorter side.
        strengths: inverse strengths of the L2 penalty, of which the selection items choose; the first of equals.
        most: training items at most, spread evenly.
        seed: of the solver.
    """

    cells: int = 7
    strengths: Sequence[float] = (1.0, 10.0)
    most: int = 8000
    seed: int = 0
    kind: str = "linear"

    @property
    def name(self) -> str:
        return f"linear-hog-{self.cells}"

    def unfit(self, problem: Problem) -> str:
        if problem.task != "characters":
            return "one label per image is what it answers, a line is a text of any length"
        if find_spec("sklearn") is None:
            return "scikit-learn is not installed: pip install 'frugal-ml[train]'"
        return "" if min(problem.train.images[0].shape) >= 2 * self.cells else "the images are too small"

    def build(self, problem: Problem, folder: Path) -> Artefact:
        nodes, constants = hog(problem.train.images[0].shape, self.cells)
        constants |= _layer(self._fitted(problem, folder), problem.labels)
        nodes += [node("Gemm", ["features", "weights", "bias"], "logits"), node("Softmax", ["logits"], "scores")]
        return write_classifier(problem, folder, nodes, constants, method=self.name)

    def _fitted(self, problem: Problem, folder: Path) -> Any:
        """The logistic regression that is best on the selection items."""
        linear_model = require("sklearn.linear_model", extra="train")
        learnt = features(problem, problem.train.spread(self.most), self.cells, folder)
        held_out = features(problem, problem.selection, self.cells, folder)
        models = [
            linear_model.LogisticRegression(C=strength, max_iter=2000, tol=1e-3, random_state=self.seed).fit(*learnt)
            for strength in self.strengths
        ]
        return min(models, key=lambda model: float((model.predict(held_out[0]) != held_out[1]).mean()))


def features(problem: Problem, items: Items, cells: int, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Histograms float32 (N, F) of the items, computed by the graph that will be shipped, and their truths (N,)."""
    from frugal.runtime.session import open_session

    nodes, constants = hog(items.images[0].shape, cells)
    width = size(items.images[0].shape, cells)
    nodes.append(node("Identity", ["features"], "scores"))
    names = [str(index) for index in range(width)]
    artefact = write_classifier(problem, folder / "features", nodes, constants, method="hog", labels=names)
    session, images = open_session(artefact.model_path), np.stack(items.images)
    parts = [session({"image": images[start : start + BATCH]})["scores"] for start in range(0, len(images), BATCH)]
    return np.concatenate(parts), np.array(items.truths)


def hog(shape: Sequence[int], cells: int) -> tuple[Nodes, Constants]:
    """Nodes from `image` uint8 (B, H, W) to `features` float32 (B, F)."""
    from onnx import TensorProto

    cell = min(shape) // cells
    high, wide = (side // cell for side in shape)
    nodes = [
        node("Cast", ["image"], "float", to=TensorProto.FLOAT),
        node("Mul", ["float", "scale"], "light"),
        node("Unsqueeze", ["light", "axis"], "channel"),
        node("Pad", ["channel", "border"], "padded", mode="edge"),
        node("Conv", ["padded", "across_kernel"], "across"),  # (B, 1, H, W)
        node("Conv", ["padded", "down_kernel"], "down"),
        *_votes(),
        node("AveragePool", ["votes"], "cells", kernel_shape=[cell, cell], strides=[cell, cell]),  # (B, O, h, w)
        *_blocks(high, wide),
        node("Flatten", ["blocks"], "features"),
    ]
    constants = {
        "scale": np.array(1 / 255, np.float32),
        "axis": np.array([1]),
        "border": np.array([0, 0, 1, 1, 0, 0, 1, 1]),
        "across_kernel": np.array([[[[0, 0, 0], [-1, 0, 1], [0, 0, 0]]]], np.float32),
        "down_kernel": np.array([[[[0, -1, 0], [0, 0, 0], [0, 1, 0]]]], np.float32),
        "tiny": np.array(1e-6, np.float32),
        "per_turn": np.array(ORIENTATIONS / math.pi, np.float32),
        "centres": (np.arange(ORIENTATIONS, dtype=np.float32) + 0.5 - ORIENTATIONS / 2)[None, :, None, None],
        "all": np.array(ORIENTATIONS, np.float32),
        "one": np.array(1.0, np.float32),
        "epsilon": np.array(1e-3, np.float32),
        "four": np.array(4.0, np.float32),
        "picture": np.array([2, 3]),
    }
    for row in (0, 1):
        for column in (0, 1):
            constants[f"from{row}{column}"] = np.array([row, column])
            constants[f"to{row}{column}"] = np.array([row + high - 1, column + wide - 1])
    return nodes, constants


def size(shape: Sequence[int], cells: int) -> int:
    """F, the length of the features of an image (H, W)."""
    cell = min(shape) // cells
    high, wide = (side // cell for side in shape)
    return 4 * ORIENTATIONS * (high - 1) * (wide - 1)


def _votes() -> Nodes:
    """`across`, `down` (B, 1, H, W) -> `votes` (B, O, H, W): the gradient's length, shared by the two nearest centres.

    An unsigned orientation is the arc tangent of the slope, in (-pi/2, pi/2]; the scale of orientations is a circle.
    """
    return [
        node("Mul", ["across", "across"], "across2"),
        node("Mul", ["down", "down"], "down2"),
        node("Add", ["across2", "down2"], "length2"),
        node("Sqrt", ["length2"], "length"),
        node("Add", ["across", "tiny"], "run"),
        node("Div", ["down", "run"], "slope"),
        node("Atan", ["slope"], "angle"),
        node("Mul", ["angle", "per_turn"], "place"),
        node("Sub", ["place", "centres"], "offset"),  # (B, O, H, W)
        node("Abs", ["offset"], "straight"),
        node("Sub", ["all", "straight"], "around"),
        node("Min", ["straight", "around"], "distance"),
        node("Sub", ["one", "distance"], "closeness"),
        node("Relu", ["closeness"], "share"),
        node("Mul", ["share", "length"], "votes"),
    ]


def _blocks(high: int, wide: int) -> Nodes:
    """`cells` (B, O, h, w) -> `blocks` (B, 4 O, h - 1, w - 1), each block of 2 x 2 cells of length 1."""
    corners = [f"{row}{column}" for row in (0, 1) for column in (0, 1)]
    return [
        node("Mul", ["cells", "cells"], "cells2"),
        node("ReduceSum", ["cells2", "axis"], "energy", keepdims=1),
        node("AveragePool", ["energy"], "mean_energy", kernel_shape=[2, 2], strides=[1, 1]),
        node("Mul", ["mean_energy", "four"], "block_energy"),
        node("Add", ["block_energy", "epsilon"], "length_of_block2"),
        node("Sqrt", ["length_of_block2"], "length_of_block"),
        *(node("Slice", ["cells", f"from{c}", f"to{c}", "picture"], f"corner{c}") for c in corners),
        node("Concat", [f"corner{c}" for c in corners], "corners", axis=1),
        node("Div", ["corners", "length_of_block"], "blocks"),
    ]


def _layer(model: Any, labels: Sequence[str]) -> Constants:
    """Weights (F, C) and bias (C,) in the order of `labels`; a class without training items can never win."""
    weights = np.zeros((model.coef_.shape[1], len(labels)), np.float32)
    bias = np.full(len(labels), -1e4, np.float32)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # one row stands for both
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    for row, label in enumerate(model.classes_):
        weights[:, labels.index(label)] = coefficients[row]
        bias[labels.index(label)] = intercepts[row]
    return {"weights": weights, "bias": bias}
