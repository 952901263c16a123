"""Static int8: weights and activations as 8-bit integers, the ranges of the activations taken from calibration samples.

Integer arithmetic after Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
Only Inference", CVPR 2018; weights symmetric per output channel after Krishnamoorthi, 2018 (arXiv:1806.08342). Written
by onnxruntime as QuantizeLinear / DequantizeLinear pairs (QDQ) of the standard operator set.

Deviations: what turns the raw input into the network's input and what follows the last layer with weights (softmax)
stays float. Recurrent layers stay float: QDQ has none. Knows no task; needs no torch.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from frugal.contract import Arrays, Artefact, InputError, Samples
from frugal.passes.writing import write_artefact
from frugal.runtime.artefact import parse_onnx

if TYPE_CHECKING:
    import onnx

WEIGHTED = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"})


@dataclass(frozen=True, kw_only=True)
class Int8Static:
    """Quantise every layer with weights, and what lies between such layers, to int8.

    Attributes:
        per_channel: one scale per output channel of a weight instead of one for all.
        activation: "uint8" (asymmetric; the fast one on x86 with VNNI) or "int8" (symmetric, for accelerators that
            know no zero point).
        calibration: "minmax" keeps every value seen, "percentile" clips the rare extremes.
        percentile: share of the values, in percent, that "percentile" keeps.
        samples: how many calibration samples are used.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    per_channel: bool = True
    activation: Literal["uint8", "int8"] = "uint8"
    calibration: Literal["minmax", "percentile"] = "minmax"
    percentile: float = 99.99
    samples: int = 256
    tolerance: float = 0.3

    def __post_init__(self) -> None:
        if self.activation not in ("uint8", "int8"):
            raise InputError(f"activation={self.activation}", allowed="uint8, int8", remedy="activation=uint8")
        if self.calibration not in ("minmax", "percentile"):
            raise InputError(f"calibration={self.calibration}", allowed="minmax, percentile", remedy="minmax")
        if self.samples < 1 or not 50 < self.percentile <= 100:
            raise InputError("samples or percentile out of range", allowed="samples >= 1, percentile in (50, 100]")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the int8 artefact at `target`."""
        if not samples.calibration:
            raise InputError("no calibration samples", allowed="one or more", remedy="--data with real inputs")
        if artefact.contract.get("precision") == "int8":
            raise InputError(f"{artefact.path} is int8 already", allowed="a float artefact")
        quiet = contextlib.redirect_stdout(io.StringIO())  # the calibrator prints
        with quiet, tempfile.TemporaryDirectory(prefix="frugal-int8-") as scratch:
            prepared = _prepared(artefact.model_path, Path(scratch))
            model = self._quantised(prepared, Path(scratch), samples.calibration[: self.samples])
        return write_artefact(
            shared(model), artefact, target, samples, method=repr(self), changes={"precision": "int8"}
        )

    def _quantised(self, model: onnx.ModelProto, scratch: Path, feeds: Sequence[Arrays]) -> onnx.ModelProto:
        import onnx
        from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

        methods = {"minmax": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}
        kept_float = float_nodes(model.graph)
        quantize_static(
            model,
            scratch / "int8.onnx",
            _Feeds(feeds),
            quant_format=QuantFormat.QDQ,
            per_channel=self.per_channel,
            activation_type=QuantType.QUInt8 if self.activation == "uint8" else QuantType.QInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=methods[self.calibration],
            nodes_to_exclude=kept_float,
            extra_options=self._options(),
        )
        return onnx.load(str(scratch / "int8.onnx"))

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"WeightSymmetric": True, "ActivationSymmetric": self.activation == "int8"}
        if self.calibration == "percentile":
            options["CalibPercentile"] = self.percentile
        return options


def float_nodes(graph: onnx.GraphProto) -> list[str]:
    """Names of the nodes before the first and after the last layer with weights, in order."""
    before = {node.name: node for node in _closure(graph, forwards=True)}
    after = {node.name: node for node in _closure(graph, forwards=False)}
    return [node.name for node in graph.node if node.name not in before or node.name not in after]


def _closure(graph: onnx.GraphProto, *, forwards: bool) -> Iterator[onnx.NodeProto]:
    """The layers with weights and every node that they reach (or, backwards, that reaches them)."""
    reached: set[str] = set()
    for node in graph.node if forwards else reversed(graph.node):
        near, far = (node.input, node.output) if forwards else (node.output, node.input)
        if node.op_type in WEIGHTED or reached.intersection(near):
            reached.update(name for name in far if name)
            yield node


def shared(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which equal initialisers are one, and scales and zero points have short names."""
    import onnx

    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    first: dict[bytes, str] = {}
    renamed: dict[str, str] = {}
    kept: list[onnx.TensorProto] = []
    for tensor in sorted(graph.initializer, key=lambda tensor: tensor.name):
        content = _content(tensor)
        if content not in first:
            first[content] = _short(tensor.name, len(kept))
            kept.append(onnx.TensorProto.FromString(tensor.SerializeToString()))
            kept[-1].name = first[content]
        renamed[tensor.name] = first[content]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for node in graph.node:
        for position, name in enumerate(node.input):
            node.input[position] = renamed.get(name, name)
    return result


def _content(tensor: onnx.TensorProto) -> bytes:
    from onnx import numpy_helper

    array = numpy_helper.to_array(tensor)
    return f"{tensor.data_type} {list(tensor.dims)} ".encode() + array.tobytes()


def _short(name: str, number: int) -> str:
    return f"q{number}" if name.endswith(("_scale", "_zero_point")) else name.replace("_quantized", "_q")


def _prepared(path: Path, scratch: Path) -> onnx.ModelProto:
    """The model with constants folded, shapes inferred and every node named."""
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    parse_onnx(path)
    # symbolic shape inference would need sympy, which the base install leaves out; onnx's own does for our graphs
    quant_pre_process(str(path), str(scratch / "prepared.onnx"), skip_symbolic_shape=True)
    model = onnx.load(str(scratch / "prepared.onnx"))
    for number, node in enumerate(model.graph.node):
        node.name = f"n{number}"
    return model


class _Feeds:
    """Calibration feeds, one by one, as onnxruntime reads them."""

    def __init__(self, feeds: Sequence[Arrays]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        feed = next(self._feeds, None)
        return None if feed is None else dict(feed)
