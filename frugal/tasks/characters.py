"""Task: which character is it? One label per image of an isolated character.

Knows labels, loss and how a raw image becomes network input; knows no network, no file, no Lightning.

Shapes: `B` batch, `C` classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Arrays, Batch, Metric, Port, Prediction, Signature, Tally
from frugal.runtime import classification

SIDE = 28


@dataclass(frozen=True, kw_only=True)
class Characters:
    """Isolated characters in the layout of MNIST: uint8 (28, 28), light ink on black.

    Attributes:
        labels: the classes in order; a string counts as its characters.
        rel_height: also take the character's height relative to the writer's median (tells o from O).
        label_smoothing: share of probability spread over all classes (Szegedy 2016); helps where labels are noisy.
    """

    labels: Sequence[str]
    rel_height: bool = False
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or len(self.labels) < 2:
            raise ValueError(f"labels must be two or more distinct names, got {list(self.labels)}; remove repeats")
        if not 0 <= self.label_smoothing < 1:
            raise ValueError(f"label_smoothing must be in [0, 1), got {self.label_smoothing}; use 0.1")

    @property
    def num_outputs(self) -> int:
        return len(self.labels)

    @property
    def metric(self) -> Metric:
        return Metric(name="error_rate", unit="character")

    @property
    def signature(self) -> Signature:
        image = Port(
            name="image",
            dtype="uint8",
            shape=("batch", SIDE, SIDE),
            polarity="light ink on black",
            range=(0, 255),
        )
        height = Port(name="rel_height", dtype="float32", shape=("batch",), range=(0, 8))
        scores = Port(name="scores", dtype="float32", shape=("batch", self.num_outputs), range=(0, 1))
        return Signature(inputs=(image, height) if self.rel_height else (image,), outputs=(scores,))

    def contract(self) -> dict[str, Any]:
        shape: dict[str, list[int]] = {"image": [1, SIDE, SIDE]}
        if self.rel_height:
            shape["rel_height"] = [1]
        return {
            "task": "characters",
            "decoder": "classification",
            "labels": list(self.labels),
            "time_stride": None,
            "reference_shape": shape,
        }

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross-entropy of logits (B, C) against class indices (B,)."""
        return functional.cross_entropy(outputs, batch.targets, label_smoothing=self.label_smoothing)

    def front(self) -> nn.Module:
        return _Front()

    def tail(self) -> nn.Module:
        return nn.Softmax(dim=-1)

    def decode(self, outputs: Arrays) -> list[Prediction]:
        return classification.decode(outputs["scores"], self.labels)

    def truths(self, batch: Batch) -> list[str]:
        return [self.labels[index] for index in batch.targets.tolist()]

    def score(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> list[Tally]:
        return classification.score(predictions, truths)

    def breakdown(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> dict[str, list[Tally]]:
        """`case_folded`: o for O is no error; only where two labels differ by case alone."""
        if len({label.casefold() for label in self.labels}) == len(self.labels):
            return {}
        wrong = [p.value.casefold() != t.casefold() for p, t in zip(predictions, truths, strict=True)]
        return {"case_folded": [Tally(float(w), 1.0) for w in wrong]}


class _Front(nn.Module):
    """uint8 (B, 28, 28) -> float (B, 1, 28, 28) in [0, 1]; further inputs pass through."""

    def forward(self, image: Tensor, *others: Tensor) -> Tensor | tuple[Tensor, ...]:
        scaled = image.unsqueeze(1).to(torch.float32) * (1 / 255)
        return (scaled, *others) if others else scaled
