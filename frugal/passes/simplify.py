"""Simplify: constants and batch normalisation folded, identities gone, equal sub-graphs shared; the answers stay.

Package onnxslim. Batch normalisation folds into the convolution before it (Jacob et al. 2018, section 3.2); what is
left unfolded behind a convolution is our error, not the user's. Knows no task and no precision.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from frugal.contract import Artefact, Samples
from frugal.extras import require
from frugal.passes.writing import write_artefact
from frugal.runtime.artefact import parse_onnx
from frugal.strengths import Strengths

if TYPE_CHECKING:
    import onnx


@dataclass(frozen=True, kw_only=True)
class Simplify:
    """Rewrite the graph without changing what it computes.

    Attributes:
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    tolerance: float = 1e-4

    strengths: ClassVar = Strengths(role="prepare")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the simplified artefact at `target`."""
        onnxslim = require("onnxslim", extra="train")
        with contextlib.redirect_stdout(io.StringIO()):  # it prints tables
            model = onnxslim.slim(parse_onnx(artefact.model_path))
        left = unfolded(model.graph)
        if left:
            raise RuntimeError(f"batch normalisation left behind a convolution: {', '.join(left)}")
        return write_artefact(model, artefact, target, samples, method=repr(self))


def unfolded(graph: onnx.GraphProto) -> list[str]:
    """Names of the batch normalisations that alone read what a convolution writes: these could have been folded."""
    writers = {name: node.op_type for node in graph.node for name in node.output}
    readers = Counter(name for node in graph.node for name in node.input)
    return [
        node.name or node.output[0]
        for node in graph.node
        if node.op_type == "BatchNormalization"
        and writers.get(node.input[0]) in ("Conv", "ConvTranspose")
        and readers[node.input[0]] == 1
    ]
