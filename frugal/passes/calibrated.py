"""Int8 passes with calibrated layers: their settings, and how they are carried out.

Ranges: `calibration.py`; layers: `qdq.py`, LSTM: `recurrent.py`; biases: `bias_correction.py`. Knows no task; needs no
torch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.bias_correction import Means, corrected_inputs, with_corrected_biases
from frugal.passes.calibration import Ranges, channel_means
from frugal.passes.cpu_kernels import thin_layers, with_pooled_rows
from frugal.passes.preparing import prepared
from frugal.passes.qdq import layer_ranges, with_integer_layers
from frugal.passes.recurrent import with_integer_lstm
from frugal.passes.sharing import shared
from frugal.passes.writing import write_artefact

if TYPE_CHECKING:
    import onnx

Write = Callable[[Collection[str], Path], Artefact]
"""(names of nodes that stay float, a new folder) -> the artefact quantised so."""
THIN = "of a single channel, it is faster with floats (thin_float)"


@dataclass(frozen=True, kw_only=True)
class CalibratedInt8:
    """Quantise layers with weights, and what lies between them, to int8.

    Attributes:
        per_channel: one scale per output channel of a weight, or per gate and unit, instead of one for all.
        activation: "uint8" (asymmetric; the fast one on x86) or "int8" (symmetric, for accelerators that know no zero
            point); LSTM layers always take uint8.
        reduce_range: weights in 7 bits. x86 processors without VNNI (most before 2019, many after) add two products
            of uint8 and int8 into 16 bits and cut off what does not fit: with 8-bit weights the same file answers
            differently there. False for devices that are known to add into 32 bits.
        calibration: "minmax" keeps every value seen, "percentile" clips the rare extremes.
        percentile: share of the values, in percent, that "percentile" keeps.
        thin_float: convolutions of a single channel (the first of a grey image) stay float: their integer kernel in
            onnxruntime is the slower one. Not for accelerators that know integers only.
        bias_correction: biases make up for what rounding the weights adds to a layer's mean output.
        samples: how many calibration samples are used.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    per_channel: bool = True
    activation: Literal["uint8", "int8"] = "uint8"
    reduce_range: bool = True
    calibration: Literal["minmax", "percentile"] = "minmax"
    percentile: float = 99.99
    thin_float: bool = False
    bias_correction: bool = False
    samples: int = 256
    tolerance: float = 0.3

    has_integer_lstm: ClassVar[bool] = False
    reasons: ClassVar[Mapping[str, str]] = {}
    why_kept: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if self.activation not in ("uint8", "int8"):
            raise InputError(f"activation={self.activation}", allowed="uint8, int8", remedy="activation=uint8")
        if self.calibration not in ("minmax", "percentile"):
            raise InputError(f"calibration={self.calibration}", allowed="minmax, percentile", remedy="minmax")
        if self.samples < 1 or not 50 < self.percentile <= 100:
            raise InputError("samples or percentile out of range", allowed="samples >= 1, percentile in (50, 100]")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the int8 artefact at `target`."""
        model = with_pooled_rows(prepared(artefact), samples.calibration[:1])
        thin = thin_layers(model) if self.thin_float else []
        measured = self.measured(model, samples)
        operators = {node.name: node.op_type for node in model.graph.node}

        def write(kept: Collection[str], folder: Path) -> Artefact:
            made = self.quantised(model, measured, keep=[*thin, *kept])
            why = {"Conv": THIN} if thin else {}
            why |= {operators[name]: self.why_kept for name in kept}
            reasons = {**self.reasons, **why}
            return write_artefact(shared(made), artefact, folder, samples, method=repr(self), reasons=reasons)

        return write(self.kept(model, artefact, samples, write), target)

    def kept(self, model: onnx.ModelProto, given: Artefact, samples: Samples, write: Write) -> Collection[str]:
        """Names of the nodes of the prepared `model` that stay float besides."""
        return ()

    def measured(self, model: onnx.ModelProto, samples: Samples) -> tuple[Ranges, Means]:
        """What calibration samples tell of the prepared `model`."""
        feeds = samples.calibration[: self.samples]
        percentile = self.percentile if self.calibration == "percentile" else 100.0
        tensors = corrected_inputs(model) if self.bias_correction else []
        return layer_ranges(model, feeds, percentile=percentile), channel_means(model, tensors, feeds)

    def quantised(
        self, model: onnx.ModelProto, measured: tuple[Ranges, Means], *, keep: Collection[str]
    ) -> onnx.ModelProto:
        """`model` with integer layers, but for the nodes whose names are to `keep` it float."""
        ranges, means = measured
        made = with_integer_layers(
            model,
            ranges,
            per_channel=self.per_channel,
            activation=self.activation,
            reduce_range=self.reduce_range,
            keep=keep,
        )
        made = with_corrected_biases(made, model, means)
        if not self.has_integer_lstm:
            return made
        return with_integer_lstm(made, per_channel=self.per_channel, reduce_range=self.reduce_range, keep=keep)
