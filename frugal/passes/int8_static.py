"""Static int8: weights and activations as 8-bit integers, the ranges of the activations taken from calibration samples.

Method and deviations: `qdq.py`; ranges: `calibration.py`. Recurrent layers stay float: QuantizeLinear pairs know none.
Knows no task; needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.preparing import prepared
from frugal.passes.qdq import with_integer_layers
from frugal.passes.sharing import shared
from frugal.passes.writing import write_artefact
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class Int8Static:
    """Quantise every layer with weights, and what lies between such layers, to int8.

    Attributes:
        per_channel: one scale per output channel of a weight instead of one for all.
        activation: "uint8" (asymmetric; the fast one on x86) or "int8" (symmetric, for accelerators that know no zero
            point).
        reduce_range: weights in 7 bits. x86 processors without VNNI (most before 2019, many after) add two products
            of uint8 and int8 into 16 bits and cut off what does not fit: with 8-bit weights the same file answers
            differently there. False for devices that are known to add into 32 bits.
        calibration: "minmax" keeps every value seen, "percentile" clips the rare extremes.
        percentile: share of the values, in percent, that "percentile" keeps.
        samples: how many calibration samples are used.
        tolerance: largest absolute difference of outputs that is acceptable on the parity samples.
    """

    per_channel: bool = True
    activation: Literal["uint8", "int8"] = "uint8"
    reduce_range: bool = True
    calibration: Literal["minmax", "percentile"] = "minmax"
    percentile: float = 99.99
    samples: int = 256
    tolerance: float = 0.3

    strengths: ClassVar = Strengths(
        role="quantise", settings=({}, {"calibration": "percentile"}, {"per_channel": False})
    )

    def __post_init__(self) -> None:
        if self.activation not in ("uint8", "int8"):
            raise InputError(f"activation={self.activation}", allowed="uint8, int8", remedy="activation=uint8")
        if self.calibration not in ("minmax", "percentile"):
            raise InputError(f"calibration={self.calibration}", allowed="minmax, percentile", remedy="minmax")
        if self.samples < 1 or not 50 < self.percentile <= 100:
            raise InputError("samples or percentile out of range", allowed="samples >= 1, percentile in (50, 100]")

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        """Write the int8 artefact at `target`."""
        model = with_integer_layers(
            prepared(artefact),
            samples.calibration[: self.samples],
            per_channel=self.per_channel,
            activation=self.activation,
            reduce_range=self.reduce_range,
            percentile=self.percentile if self.calibration == "percentile" else 100.0,
        )
        return write_artefact(shared(model), artefact, target, samples, method=repr(self))
