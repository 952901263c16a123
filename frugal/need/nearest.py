"""The answer of the stored item that looks most alike (Cover and Hart 1967, "Nearest neighbor pattern classification").

Pixels are averaged down and kept as bytes; distances are exact, in whole numbers. Nothing is trained.

Shapes: `N` stored items, `P` pixels, `B` batch, `C` classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from frugal.contract import Artefact
from frugal.need.graphs import node, write_classifier
from frugal.need.problem import Problem

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """One nearest neighbour.

    Attributes:
        side: pixels per side after averaging; images that are smaller stay as they are.
        most: stored items at most, spread evenly over the training items; more would cost memory and time.
    """

    side: int = 7
    most: int = 5000
    kind: str = "nearest"

    @property
    def name(self) -> str:
        return f"nearest-{self.side}"

    def unfit(self, problem: Problem) -> str:
        return "" if problem.task == "characters" else "lines differ in width: there are no pixels to compare"

    def build(self, problem: Problem, folder: Path) -> Artefact:
        stored = problem.train.spread(self.most)
        owners = np.array([problem.labels.index(truth) for truth in stored.truths])
        return write_nearest(problem, folder, np.stack(stored.images), owners, side=self.side, method=self.name)


def write_nearest(
    problem: Problem, folder: Path, images: np.ndarray, owners: np.ndarray, *, side: int, method: str
) -> Artefact:
    """A classifier that answers the owner (N,) of the nearest of `images` uint8 (N, H, W).

    argmin |x - m|^2 = argmax 2 x.m - |m|^2, whole numbers throughout.
    """
    windows = window(images.shape[1:], side)
    stored = shrunk(images, windows).reshape(len(images), -1)  # uint8 (N, P)
    squares = (stored.astype(np.int32) ** 2).sum(1, dtype=np.int32)
    constants = {
        "flat": np.array([0, stored.shape[1]]),
        "stored": stored.T,
        "two": np.array(2, np.int32),
        "squares": squares[None],
        "owners": owners.astype(np.int64),
        "depth": np.array(len(problem.labels)),
        "off_on": np.array([0, 1], np.float32),
    }
    nodes = [
        *shrinking(windows, constants),
        node("Reshape", ["small", "flat"], "pixels"),  # (B, P)
        node("MatMulInteger", ["pixels", "stored"], "products"),  # int32 (B, N)
        node("Mul", ["products", "two"], "doubled"),
        node("Sub", ["doubled", "squares"], "alike"),
        node("ArgMax", ["alike"], "nearest", axis=1, keepdims=0),
        node("Gather", ["owners", "nearest"], "owner"),
        node("OneHot", ["owner", "depth", "off_on"], "scores", axis=-1),
    ]
    return write_classifier(problem, folder, nodes, constants, method=method)


def window(shape: Sequence[int], side: int) -> tuple[int, int]:
    """Height and width of the windows that are averaged, so that at most about `side` remain per side.

    >>> window((28, 28), 14), window((8, 8), 14)
    ((2, 2), (1, 1))
    """
    height, width = (max(1, round(size / side)) for size in shape)
    return height, width


def shrunk(images: np.ndarray, windows: tuple[int, int]) -> np.ndarray:
    """uint8 (N, H, W) averaged over windows and rounded (half to even); what does not fill a window is left out."""
    (high, wide), (rows, columns) = windows, images.shape[1:]
    cut = images[:, : rows // high * high, : columns // wide * wide].astype(np.float32)
    blocks = cut.reshape(len(images), rows // high, high, columns // wide, wide)
    return np.asarray(np.rint(blocks.mean((2, 4))), np.uint8)


def shrinking(windows: tuple[int, int], constants: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """The same as nodes: `image` -> `small` uint8."""
    from onnx import TensorProto

    if windows == (1, 1):
        return [node("Identity", ["image"], "small")]
    constants["axis"] = np.array([1])
    return [
        node("Cast", ["image"], "float", to=TensorProto.FLOAT),
        node("Unsqueeze", ["float", "axis"], "channel"),
        node("AveragePool", ["channel"], "means", kernel_shape=list(windows), strides=list(windows)),
        node("Round", ["means"], "rounded"),
        node("Cast", ["rounded"], "small", to=TensorProto.UINT8),
    ]
