"""Cross-layer equalisation: weights of neighbouring convolutions scaled against each other until their ranges agree.

Nagel, van Baalen, Blankevoort and Welling 2019, "Data-free quantization through weight equalization and bias
correction" (arXiv:1906.04721), section 4.1: ReLU and pooling pass a positive factor on, so what one convolution's
channel is divided by, the next one's input can be multiplied with. The answers stay; int8 with one scale per tensor
(`per_channel: false`, which some accelerators demand) then loses less. With one per channel there is little to gain.

Deviation: none of the paper's bias absorption. Knows no task and no integers; needs no torch and no calibration
samples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from frugal.contract import Artefact, Samples
from frugal.passes.preparing import prepared
from frugal.passes.writing import write_artefact
from frugal.runtime import operators
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx

PASS_ON = {"Relu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Identity"}
"""f(s x) = s f(x) for s > 0, channel by channel."""
ROUNDS, SETTLED = 40, 1e-3


@dataclass(frozen=True, kw_only=True)
class Equalise:
    """Rewrite the weights of pairs of convolutions without changing what the network computes.

    Attributes:
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    tolerance: float = 1e-3

    strengths: ClassVar = Strengths(role="prepare")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the artefact with equalised weights at `target`."""
        return write_artefact(equalised(prepared(artefact)), artefact, target, samples, method=repr(self))


def equalised(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of `model` in which the two ranges of every channel between two convolutions are the same."""
    import onnx
    from onnx import numpy_helper

    result = onnx.ModelProto()
    result.CopyFrom(model)
    stored = {tensor.name: tensor for tensor in result.graph.initializer}
    pairs = [pair for pair in neighbours(result.graph) if _is_scalable(*pair, stored)]
    names = sorted({name for pair in pairs for node in pair for name in node.input[1:3] if name})
    arrays = {name: numpy_helper.to_array(stored[name]).astype(np.float64) for name in names}
    for _ in range(ROUNDS):
        if max((_balance(first, second, arrays) for first, second in pairs), default=0.0) < SETTLED:
            break
    for name, array in arrays.items():
        stored[name].CopyFrom(numpy_helper.from_array(array.astype(np.float32), name))
    return result


def neighbours(graph: onnx.GraphProto) -> Iterator[tuple[onnx.NodeProto, onnx.NodeProto]]:
    """Pairs of convolutions of which the second alone reads the first, through nothing but what passes factors on."""
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)
    outputs = {value.name for value in graph.output}
    for first in graph.node:
        node = first
        while first.op_type == "Conv" and len(readers[node.output[0]]) == 1 and node.output[0] not in outputs:
            node = readers[node.output[0]][0]
            if node.op_type == "Conv":
                yield first, node
            if node.op_type not in PASS_ON:
                break


def _is_scalable(first: onnx.NodeProto, second: onnx.NodeProto, stored: dict[str, onnx.TensorProto]) -> bool:
    """Whether the weights are stored and read once, and the second is an ordinary or a depthwise convolution."""
    names = [name for node in (first, second) for name in node.input[1:3] if name]
    group = int(operators.attributes(second).get("group", 1))
    is_known = all(name in stored for name in names) and len(names) == len(set(names))
    return is_known and (group == 1 or stored[second.input[1]].dims[1] == 1)


def _balance(first: onnx.NodeProto, second: onnx.NodeProto, arrays: dict[str, np.ndarray]) -> float:
    """Scale one pair in place; the largest factor's distance from 1, as a logarithm."""
    one, two = arrays[first.input[1]], arrays[second.input[1]]
    is_depthwise = int(operators.attributes(second).get("group", 1)) > 1
    before = np.abs(one).max(axis=(1, 2, 3))
    after = np.abs(two).max(axis=(1, 2, 3) if is_depthwise else (0, 2, 3))
    if is_depthwise:  # a channel may feed several filters
        after = after.reshape(len(before), -1).max(axis=1)
    usable = (before > 0) & (after > 0)
    factor = np.ones_like(before)
    factor[usable] = np.sqrt(before[usable] / after[usable])  # s of the paper, r1 / sqrt(r1 r2)
    one /= factor.reshape(-1, 1, 1, 1)
    if len(first.input) > 2 and first.input[2]:
        arrays[first.input[2]] /= factor
    spread = factor.repeat(len(two) // len(factor)) if is_depthwise else factor
    two *= spread.reshape(-1, 1, 1, 1) if is_depthwise else spread.reshape(1, -1, 1, 1)
    return float(np.abs(np.log(factor)).max())
