"""Knowledge distillation: a student learns the softened outputs of its teacher beside the truth.

Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015 (arXiv:1503.02531). Deviation: for outputs
with a step axis every step counts as one sample, padding none. `distil_ctc` is made for such outputs. Knows no
architecture, no data set and no Lightning.

Shapes: `B` batch, `C` classes; outputs (B, ..., C) are logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor, nn

from frugal.contract import Batch, InputError, Model, Task, Workbench
from frugal.models.fresh import fresh_model
from frugal.strengths import Strengths
from frugal.teachers import Teacher, check_settings, divergences, identity, own_steps, teacher_of


@dataclass(frozen=True, kw_only=True)
class DistilLogits:
    """Train a student towards its teacher: without a name the network as it was before any stage.

    Loss: alpha * temperature^2 * KL(teacher || student) + (1 - alpha) * the task's own loss.

    Attributes:
        teacher: a model of the zoo (lines-fr-xs@7), a run folder or one of its steps; None for the network as it was
            before any stage (`workbench.reference`): self-distillation, which recovers what a stage has cost.
        temperature: divides the logits of both before the softmax; higher shows more of what the teacher confuses.
        alpha: weight of the teacher, in (0, 1]; the truth has 1 - alpha.
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
        taught_by: stands for the teacher in the step's hash; found, not given.
    """

    teacher: str | None = None
    temperature: float = 4.0
    alpha: float = 0.9
    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None
    taught_by: str | None = field(init=False, default=None)

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        check_settings(alpha=self.alpha, epochs=self.epochs, temperature=self.temperature)
        object.__setattr__(self, "taught_by", identity(self.teacher))

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained student: a copy of `model`, or what `student` builds."""
        student = model if self.student is None else fresh_model(self.student, workbench)
        return workbench.finetune(
            student,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            extra_loss=self._loss(teacher_of(self.teacher, workbench), workbench.task),
            task_weight=1.0 - self.alpha,
        )

    def _loss(self, teacher: Teacher, task: Task) -> Callable[[Tensor, Batch], Tensor]:
        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            answers, targets = teacher.shared(outputs), teacher.logits(batch, outputs.device)
            if answers.shape != targets.shape:
                raise InputError(
                    f"a teacher whose outputs are {list(targets.shape)} for a student's {list(answers.shape)}",
                    allowed="the same shape",
                    remedy="distil_ctc for lines with another time stride",
                )
            each = divergences(answers, targets, self.temperature)  # (B, ...)
            own = own_steps(batch, task, outputs.shape[1])
            each = each if own is None else each[own]
            return self.alpha * self.temperature**2 * each.mean()

        return loss
