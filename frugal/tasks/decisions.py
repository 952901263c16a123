"""Task of a model that comes without its training: what it decides, against the truth, or against itself as it was.

Where the contract names a decoder and truths are given, errors are counted as everywhere. Without truths the truth is
what the model answered before anything was done to it, and the metric is called `disagreement`: the share of samples
whose decision changed. Knows outputs and their names; trains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from frugal.contract import Arrays, Artefact, Batch, InputError, Metric, Prediction, Signature, Tally
from frugal.runtime import classification, ctc
from frugal.runtime.artefact import signature_of

if TYPE_CHECKING:
    from torch import Tensor, nn

DISAGREEMENT = "disagreement"
UNITS = {"characters": "character", "lines": "line"}
Score = Callable[[Sequence[Prediction], Sequence[str]], list[Tally]]
METRICS: Mapping[str | None, tuple[str, Score]] = {
    "classification": ("error_rate", classification.score),
    "ctc": ("cer", ctc.score),
    None: ("error_rate", classification.score),
}
"""Decoder -> what its answers are counted by; without one the answer is the number of a class."""


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What a model with the contract `given` decides.

    Attributes:
        given: says how outputs become decisions (decoder, labels, blank) and what they are called.
        has_truths: whether the samples' truths are known; else they are the model's own first answers.
    """

    given: Mapping[str, Any]
    has_truths: bool = False

    def __post_init__(self) -> None:
        if self.has_truths and self._decoder not in METRICS:
            raise InputError(
                f"truths for a model whose contract names the decoder {self._decoder}",
                allowed=f"the decoder {' or '.join(name for name in METRICS if name)}",
                remedy="no truths: then decisions are compared with the given model's",
            )

    @property
    def _decoder(self) -> str | None:
        return self.given.get("decoder")

    @property
    def num_outputs(self) -> int:
        return len(self.given.get("labels") or [])

    @property
    def metric(self) -> Metric:
        name = METRICS[self._decoder][0] if self.has_truths else DISAGREEMENT
        return Metric(name=name, unit=UNITS.get(str(self.given.get("task")), "sample"))

    @property
    def signature(self) -> Signature:
        return signature_of(Artefact(path=Path(), contract=self.given))

    def contract(self) -> dict[str, Any]:
        return dict(self.given)

    def decode(self, outputs: Arrays) -> list[Prediction]:
        """One answer per sample: a label, a text, or else the numbers of the classes that the outputs favour."""
        contract = self.given
        scores = outputs[contract["outputs"][0]["name"]]
        if self._decoder == "classification":
            return classification.decode(scores, contract["labels"])
        if self._decoder == "ctc":
            return [*ctc.decode(scores, contract["labels"], blank=contract["blank"])]
        return decided([outputs[port["name"]] for port in contract["outputs"]])

    def truths(self, batch: Batch) -> list[str]:
        return list(batch.targets)

    def score(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> list[Tally]:
        if self.has_truths:
            return METRICS[self._decoder][1](predictions, truths)
        return [Tally(float(p.value != truth), 1.0) for p, truth in zip(predictions, truths, strict=True)]

    def breakdown(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> dict[str, list[Tally]]:
        return {}

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        self._refuse()

    def front(self) -> nn.Module:
        self._refuse()

    def tail(self) -> nn.Module:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise InputError(
            "training or exporting what is an ONNX file already", allowed="passes", remedy="the run that it came from"
        )


def decided(outputs: Sequence[np.ndarray]) -> list[Prediction]:
    """The decisions of each sample: whole numbers as they are, of scores the place of the highest along the last axis.

    Args:
        outputs: each (B, ...).

    Raises:
        InputError: there is nothing to decide between: single numbers, as of a regression.

    >>> [answer.value for answer in decided([np.array([[0.1, 0.9], [0.8, 0.2]])])]
    ['1', '0']
    """
    parts = [_decisions(output) for output in outputs if output.ndim and output.dtype.kind in "fiub"]
    if not any(part is not None for part in parts):
        shapes = ", ".join(f"{output.dtype} {list(output.shape)}" for output in outputs)
        raise InputError(
            f"outputs {shapes}, which decide nothing", allowed="scores of two or more classes, or integers"
        )
    samples = zip(*(part for part in parts if part is not None), strict=True)
    return [Prediction(value=" ".join(str(n) for row in rows for n in row), confidence=1.0) for rows in samples]


def _decisions(output: np.ndarray) -> list[list[int]] | None:
    """Per sample its decisions; None where an output holds none."""
    if output.dtype.kind in "iub":
        chosen = output
    elif output.ndim > 1 and output.shape[-1] > 1:
        chosen = output.argmax(axis=-1)
    else:
        return None
    rows: list[list[int]] = chosen.reshape(len(output), -1).astype(int).tolist()
    return rows
