"""Mixed precision by the task's own error: int8, but for the layers whose rounding costs more than is allowed.

Layers are ordered by the error that each causes when it alone is rounded, on the selection samples; from the worst on,
as few as possible stay float. After HAWQ's order by sensitivity (Dong, Yao, Gholami, Mahoney and Keutzer 2019,
arXiv:1905.03696). Deviation: the sensitivity is the error that the user asked about (CER, share of wrong labels),
measured, instead of a second derivative of the loss. That error is taken to fall with every layer that stays float, so
that their number can be found by halving. Knows no task; needs no torch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.calibrated import CalibratedInt8, Write
from frugal.passes.qdq import WEIGHTED, outer_nodes

if TYPE_CHECKING:
    import onnx

WHY = "rounded, it raises the error on the selection samples by more than error_increase"
Errors = Callable[[Sequence[str]], float]
"""Names of the layers that stay float -> error on the selection samples."""


@dataclass(frozen=True, kw_only=True)
class Int8Mixed(CalibratedInt8):
    """Quantise all layers to int8 but those that the error cannot spare.

    Attributes:
        error_increase: what the error may rise by against the float model, absolute.
    """

    error_increase: float = 0.002

    has_integer_lstm: ClassVar[bool] = True
    why_kept: ClassVar[str] = WHY

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.error_increase < 0:
            raise InputError(
                f"error_increase={self.error_increase}", allowed="0 or more", remedy="error_increase=0.002"
            )

    def kept(self, model: onnx.ModelProto, given: Artefact, samples: Samples, write: Write) -> Collection[str]:
        """The layers that the error cannot spare; raises InputError where no error can be measured."""
        evaluate = samples.evaluate
        if evaluate is None:
            raise InputError("int8_mixed without an error to go by", allowed="data with labels", remedy="int8_hybrid")

        def error(keep: Sequence[str]) -> float:
            with tempfile.TemporaryDirectory(prefix="frugal-mixed-") as scratch:
                return evaluate(write(keep, Path(scratch) / "made"))

        return kept_layers(layers(model), error, evaluate(given) + self.error_increase)


def layers(model: onnx.ModelProto) -> list[str]:
    """Names of the nodes that multiply with stored weights, in order."""
    stored = {tensor.name for tensor in model.graph.initializer}
    inside = {node.name for node in model.graph.node} - set(outer_nodes(model.graph))
    return [
        node.name
        for node in model.graph.node
        if node.name in inside and node.op_type in WEIGHTED and not stored.isdisjoint(node.input)
    ]


def kept_layers(names: Sequence[str], error: Errors, limit: float) -> list[str]:
    """The fewest layers, worst first, that have to stay float for an error of at most `limit`."""
    if error(()) <= limit:
        return []
    alone = {name: error([other for other in names if other != name]) for name in names}
    worst = sorted(names, key=lambda name: -alone[name])
    low, high = 0, len(worst)  # too few, enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if error(worst[:middle]) <= limit else (middle, high)
    return worst[:high]
