"""The graph as quantisers need it: constants folded, recurrent weights stored as such, types known, nodes named.

Knows no method of quantising.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from frugal.contract import Artefact, InputError
from frugal.runtime import operators
from frugal.runtime.artefact import parse_onnx

if TYPE_CHECKING:
    import onnx


def prepared(artefact: Artefact) -> onnx.ModelProto:
    """A float model of one's own to quantise; raises InputError when the given one has integer layers already.

    Exporters that compute an LSTM's weights in the graph, from slices of what is stored, have them folded here: else a
    quantiser sees no weights and leaves the layer as it is.
    """
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    given = parse_onnx(artefact.model_path).graph
    if any(operators.is_quantiser(node) or operators.is_integer(node) for node in given.node):
        raise InputError(f"{artefact.path} is int8 already", allowed="a float artefact")
    with tempfile.TemporaryDirectory(prefix="frugal-int8-") as scratch:
        file = Path(scratch) / "prepared.onnx"
        # symbolic shape inference would need sympy, which the base install leaves out; onnx's own does for our graphs
        quant_pre_process(str(artefact.model_path), str(file), skip_symbolic_shape=True)
        model = onnx.load(str(file))
    for number, node in enumerate(model.graph.node):
        node.name = f"n{number}"
    return model
