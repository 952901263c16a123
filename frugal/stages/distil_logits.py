"""Knowledge distillation: a student learns the softened outputs of its teacher beside the truth.

Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015 (arXiv:1503.02531). Deviation: for outputs
with a step axis every step counts as one sample. Knows no architecture, no data set and no Lightning.

Shapes: `B` batch, `C` classes; outputs (B, ..., C) are logits.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Batch, InputError, Model, Workbench
from frugal.models.forward import network_inputs
from frugal.models.fresh import fresh_model
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class DistilLogits:
    """Train a student towards the network as it was before any stage (`workbench.reference`).

    Loss: alpha * temperature^2 * KL(teacher || student) + (1 - alpha) * the task's own loss.

    Attributes:
        temperature: divides the logits of both before the softmax; higher shows more of what the teacher confuses.
        alpha: weight of the teacher, in (0, 1]; the truth has 1 - alpha.
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
    """

    temperature: float = 4.0
    alpha: float = 0.9
    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        if self.temperature <= 0:
            raise InputError(f"temperature={self.temperature}", allowed="> 0", remedy="temperature=4")
        if not 0 < self.alpha <= 1:
            raise InputError(f"alpha={self.alpha}", allowed="(0, 1]", remedy="alpha=0.9; stage finetune has no teacher")
        if self.epochs < 1:
            raise InputError(f"epochs={self.epochs}", allowed=">= 1", remedy="epochs=10")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained student: a copy of `model`, or what `student` builds."""
        student = model if self.student is None else fresh_model(self.student, workbench)
        return workbench.finetune(
            student,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            extra_loss=self._teacher_loss(workbench),
            task_weight=1.0 - self.alpha,
        )

    def _teacher_loss(self, workbench: Workbench) -> Callable[[Tensor, Batch], Tensor]:
        teacher = copy.deepcopy(workbench.reference).eval()
        task, front = workbench.task, workbench.task.front()

        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            with torch.no_grad():
                targets = teacher.to(outputs.device)(*network_inputs(task, front.to(outputs.device), batch))
            return self.alpha * self.temperature**2 * softened_divergence(outputs, targets, self.temperature)

        return loss


def softened_divergence(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """KL(teacher || student) of softmax(logits / temperature), in nats, mean over all axes but the last.

    Args:
        student: logits (B, ..., C).
        teacher: logits (B, ..., C).
        temperature: > 0.
    """
    classes = student.shape[-1]
    own = functional.log_softmax(student / temperature, dim=-1).reshape(-1, classes)
    aim = functional.log_softmax(teacher / temperature, dim=-1).reshape(-1, classes)
    return functional.kl_div(own, aim, reduction="batchmean", log_target=True)
