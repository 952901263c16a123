"""Distillation for CTC: a student learns, step by step of a line, what its teacher makes of it, beside the truth.

Frame-level distillation of CTC networks: Kim, Seltzer, Li, Zhao 2018, "Improved training for online end-to-end speech
recognition systems". Left to themselves two CTC networks place their peaks at different steps, and a divergence per
step then pulls in two directions (Takashima, Li, Kawai 2018, "An investigation of a knowledge distillation method for
CTC acoustic models"); a student that is guided from its first epoch on takes over the teacher's places (Kurata,
Audhkhasi 2019, "Guiding CTC posterior spike timings"). Leaving out the steps of which the teacher is sure that nothing
is written there: Ding, Chen, Huo 2019, "Compression of CTC-trained acoustic models by dynamic frame-wise distillation";
keeping the nearest blanks on both sides of a peak: Hilmes, Rossenbach, Schlüter 2025 (arXiv:2506.01503).

Deviations: the divergence is summed over steps and divided by the characters of the batch, as the task's CTC loss is,
so that at temperature 1 the gradient at each step is exactly alpha parts from the teacher and 1 - alpha from the truth.
Where the teacher has more steps than the student, each of the student's takes the one, of those whose middle it covers,
in which the teacher is least sure of a blank (a mean would drown a peak in the blank beside it); where it has fewer,
steps of its are repeated (which is read as the same text). So the teacher may see lines higher or wider than the
student does; `data.height` is best the teacher's, of which the student's own front makes what it sees.

Knows no architecture, no data set and no Lightning.

Shapes: `B` batch, `T` steps of the student, `S` steps of the teacher, `K` classes that both know, the blank last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Batch, InputError, Model, Task, Workbench
from frugal.models.fresh import fresh_model
from frugal.strengths import Strengths
from frugal.teachers import Teacher, check_settings, divergences, identity, own_steps, teacher_of


@dataclass(frozen=True, kw_only=True)
class DistilCtc:
    """Train a student of a CTC task towards its teacher.

    Loss: alpha * temperature^2 * sum of KL(teacher || student) / characters + (1 - alpha) * the task's own loss.

    Attributes:
        teacher: a model of the zoo (lines-fr-xs@7), a run folder or one of its steps; None for the network as it was
            before any stage (`workbench.reference`): self-distillation, which recovers what a stage has cost. Its
            alphabet may be another one: what it thinks of the characters that both know is learnt.
        temperature: divides the logits of both before the softmax.
        alpha: weight of the teacher, in (0, 1]; the truth has 1 - alpha.
        frames: "all" steps of a line, or only "active" ones: where the teacher is not sure of a blank, and neighbours.
        sure: the teacher's probability of a blank above which a step is not active, in (0, 1).
        neighbours: steps on either side of an active one that count as well.
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
        taught_by: stands for the teacher in the step's hash; found, not given.
    """

    teacher: str | None = None
    temperature: float = 1.0
    alpha: float = 0.5
    frames: Literal["all", "active"] = "all"
    sure: float = 0.95
    neighbours: int = 1
    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None
    taught_by: str | None = field(init=False, default=None)

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        check_settings(alpha=self.alpha, epochs=self.epochs, temperature=self.temperature)
        if self.frames not in ("all", "active"):
            raise InputError(f"frames={self.frames}", allowed="all, active", remedy="frames=all")
        if not 0 < self.sure < 1 or self.neighbours < 0:
            raise InputError(
                f"sure={self.sure}, neighbours={self.neighbours}", allowed="sure in (0, 1), neighbours >= 0"
            )
        object.__setattr__(self, "taught_by", identity(self.teacher))

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained student: a copy of `model`, or what `student` builds."""
        decoder = workbench.task.contract().get("decoder")
        if decoder != "ctc":
            raise InputError(f"distil_ctc for a task with the decoder {decoder}", allowed="ctc", remedy="distil_logits")
        teacher = teacher_of(self.teacher, workbench)
        return workbench.finetune(
            model if self.student is None else fresh_model(self.student, workbench),
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            extra_loss=self._loss(teacher, workbench.task),
            task_weight=1.0 - self.alpha,
        )

    def _loss(self, teacher: Teacher, task: Task) -> Callable[[Tensor, Batch], Tensor]:
        ratio = step_width(task) / step_width(teacher.task)

        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            answers, steps = teacher.shared(outputs), outputs.shape[1]
            theirs = teacher.logits(batch, outputs.device)
            aims = brought_to(theirs, steps, ratio, own_steps(batch, teacher.task, theirs.shape[1]))
            kept = torch.ones(aims.shape[:2], dtype=torch.bool, device=aims.device)  # (B, T)
            if self.frames == "active":
                kept = active(aims, sure=self.sure, neighbours=self.neighbours)
            own = own_steps(batch, task, steps)
            kept = kept if own is None else kept & own.to(kept.device)
            divergence = (divergences(answers, aims, self.temperature) * kept).sum()
            characters = max(1, sum(len(text) for text in task.truths(batch)))
            return self.alpha * self.temperature**2 * divergence / characters

        return loss


def step_width(task: Task) -> float:
    """How much of a line a step covers, as a share of the line's height."""
    contract = task.contract()
    return float(contract.get("time_stride") or 1) / float(contract.get("height") or 1)


def brought_to(teacher: Tensor, steps: int, ratio: float, own: Tensor | None) -> Tensor:
    """The teacher's logits (B, S, K) at the student's steps: (B, T, K).

    Args:
        steps: T.
        ratio: how many of the teacher's steps are as wide as one of the student's.
        own: (B, S), true where a step of the teacher belongs to its line and is no padding; None where all do.
    """
    blank = teacher.log_softmax(dim=-1)[..., -1]  # (B, S)
    if own is not None:
        blank = blank.masked_fill(~own.to(blank.device), torch.inf)  # padding is never the least sure
    ends = torch.arange(steps + 1, device=blank.device) * ratio
    first, end = torch.ceil(ends[:-1] - 0.5), torch.ceil(ends[1:] - 0.5)  # of the teacher's, whose middles are covered
    nearest = torch.floor((ends[:-1] + ends[1:]) / 2)
    first = torch.where(first < end, first, nearest).long()  # (T,)
    covered = first[:, None] + torch.arange(math.ceil(ratio), device=blank.device)  # (T, most that one covers)
    is_covered = (covered < end[:, None]) & (covered < blank.shape[1])
    surest = blank[:, covered.clamp(max=blank.shape[1] - 1)].masked_fill(~is_covered, torch.inf)  # (B, T, ...)
    taken = (first + surest.argmin(dim=2)).clamp(max=blank.shape[1] - 1)  # (B, T)
    return teacher.gather(1, taken[..., None].expand(-1, -1, teacher.shape[2]))


def active(teacher: Tensor, *, sure: float, neighbours: int) -> Tensor:
    """(B, T), true where a teacher with logits (B, T, K) is not `sure` of a blank, and that many steps beside."""
    unsure = (teacher.softmax(dim=-1)[..., -1] <= sure).float()
    return functional.max_pool1d(unsure[:, None], 2 * neighbours + 1, stride=1, padding=neighbours)[:, 0] > 0
