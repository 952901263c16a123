"""Plain fine-tuning: more epochs of the task's own loss, after a step that cost accuracy.

With a `student` it is the control of every compression method: the same small size, trained alone.
Knows no architecture, no data set and no Lightning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from frugal.contract import InputError, Model, Workbench
from frugal.models.fresh import fresh_model
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class Finetune:
    """Train on with the task's loss alone.

    Attributes:
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
    """

    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"epochs={self.epochs}", allowed=">= 1", remedy="epochs=10")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained network: a copy of `model`, or what `student` builds."""
        start = model if self.student is None else fresh_model(self.student, workbench)
        return workbench.finetune(start, epochs=self.epochs, learning_rate=self.learning_rate)
