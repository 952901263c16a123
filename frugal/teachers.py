"""The teacher of a distillation: the network as it was before any stage, or a trained one that is named.

Knows where trained networks lie, how to ask them about a batch, and which of their classes a student has as well; knows
no loss of any particular method.

Shapes: `B` batch, `T` steps, `C` classes of the student, `K` classes that teacher and student both know.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.contract import Batch, InputError, Task, Workbench
from frugal.fingerprint import digest
from frugal.initial import find_initial
from frugal.models.forward import call_network, true_lengths
from frugal.models.saving import DESCRIPTION, load_model


@dataclass(frozen=True, kw_only=True)
class Teacher:
    """A trained network that is asked and never trained.

    Attributes:
        network: in evaluation mode.
        task: the student's, but with the teacher's own view of a line (height, width, pixels per step); its `front`
            makes what the network sees of a batch.
        stated: what the teacher's contract says (labels, time stride ...).
        known: for each of K classes, where it stands among the student's and among the teacher's; None where both have
            the same classes.
    """

    network: nn.Module
    task: Task
    stated: Mapping[str, Any]
    known: tuple[tuple[int, ...], tuple[int, ...]] | None
    front: nn.Module

    def logits(self, batch: Batch, device: torch.device) -> Tensor:
        """What it answers to `batch`, (B, ..., K), without gradient."""
        with torch.no_grad():
            answer = call_network(self.network.to(device), self.task, self.front.to(device), batch)
        logits = (answer[0] if isinstance(answer, tuple) else answer).float()
        return logits if self.known is None else logits[..., list(self.known[1])]

    def shared(self, outputs: Tensor) -> Tensor:
        """Of a student's logits (B, ..., C) those of the classes that the teacher knows too, (B, ..., K)."""
        return outputs if self.known is None else outputs[..., list(self.known[0])]


def teacher_of(source: str | None, workbench: Workbench) -> Teacher:
    """The teacher that `source` names: a model of the zoo, a run folder or one of its steps; None for the reference.

    Labels that only one of the two has are left out: what the teacher thinks of the others, given that it is one of
    them, is what a student can learn from it.

    Raises:
        InputError: nothing of that name, or a network of another task, another input or without a label in common.
    """
    task = workbench.task
    own: Mapping[str, Any] = task.contract()
    if source is None:
        network, stated = copy.deepcopy(workbench.reference), own
    else:
        found = find_initial(source, what="teacher")
        network, stated = load_model(found.folder, factory=type(workbench.reference)), found.stated
    if stated.get("task") != own.get("task"):
        raise InputError(
            f"teacher={source} with task {stated.get('task')} for a student with {own.get('task')}",
            allowed="the same task",
            remedy="teacher=null for the network as it was before the stages",
        )
    known = _known(own.get("labels") or (), stated.get("labels") or (), task.num_outputs, source)
    seeing, quiet = _seeing(task, stated, source), network.eval().requires_grad_(False)
    return Teacher(network=quiet, task=seeing, stated=stated, known=known, front=seeing.front())


def identity(source: str | None) -> str | None:
    """What the hash of a step that has this teacher depends on: its weights, how it is built, how it sees a
    sample; None for None.

    Raises:
        InputError: nothing of that name, or nothing with weights.
    """
    if source is None:
        return None
    found = find_initial(source, what="teacher")
    description = (found.folder / DESCRIPTION).read_text(encoding="utf-8")
    seen = {name: found.stated.get(name) for name in ("labels", "height", "widen", "time_stride")}
    return digest(found.digest, description, seen)


def check_settings(*, alpha: float, epochs: int, temperature: float = 1.0) -> None:
    """InputError unless the numbers that distillations have in common are in range."""
    if temperature <= 0:
        raise InputError(f"temperature={temperature}", allowed="> 0", remedy="temperature=4")
    if not 0 < alpha <= 1:
        raise InputError(f"alpha={alpha}", allowed="(0, 1]", remedy="alpha=0.5; stage finetune has no teacher")
    if epochs < 1:
        raise InputError(f"epochs={epochs}", allowed=">= 1", remedy="epochs=10")


def divergences(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """KL(teacher || student) of softmax(logits / temperature), in nats: (B, ...) for logits (B, ..., K)."""
    own = functional.log_softmax(student / temperature, dim=-1)
    aim = functional.log_softmax(teacher / temperature, dim=-1)
    return functional.kl_div(own, aim, reduction="none", log_target=True).sum(dim=-1)


def own_steps(batch: Batch, task: Task, steps: int) -> Tensor | None:
    """(B, T = steps), true where a step belongs to its sample and is no padding; None where nothing is padded."""
    lengths, stride = true_lengths(task, batch), stride_of(task.contract())
    if lengths is None or not stride:
        return None
    return torch.arange(steps, device=lengths.device) < -(-lengths // stride)[:, None]


def stride_of(contract: Mapping[str, Any]) -> int | None:
    """Pixels or points that the network sees per step; the contract counts those of what it is given."""
    stride = contract.get("time_stride")
    return None if stride is None else round(stride * contract.get("widen", 1.0))


def _seeing(task: Any, stated: Mapping[str, Any], source: str | None) -> Any:
    """The student's task with another network's view of a sample, where the task has one that can differ.

    Raises:
        InputError: the views differ, and the task's class gives no way to say so.
    """
    own, stride = task.contract(), stride_of(stated)
    view = {name: stated[name] for name in ("height", "widen") if stated.get(name, own.get(name)) != own.get(name)}
    if stride not in (None, stride_of(own)):
        view["time_stride"] = stride
    if not view:
        return task
    own_fields = {field.name for field in dataclasses.fields(task)} if dataclasses.is_dataclass(task) else set()
    if not view.keys() <= own_fields:
        raise InputError(
            f"teacher={source} with other {', '.join(view)} than the student",
            allowed="the same, or a task that is a dataclass with these fields",
            remedy="teacher=null for the network as it was before the stages",
        )
    return dataclasses.replace(task, **view)


def _known(
    own: Sequence[str], theirs: Sequence[str], outputs: int, source: str | None
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Where the labels that both have stand in either, then the classes without a label (the blank)."""
    if list(own) == list(theirs):
        return None
    places = {label: place for place, label in enumerate(theirs)}
    both = [(place, places[label]) for place, label in enumerate(own) if label in places]
    if not both:
        raise InputError(f"teacher={source} with none of the student's labels", allowed="a label in common")
    both += [(place, len(theirs) + place - len(own)) for place in range(len(own), outputs)]
    return tuple(mine for mine, _ in both), tuple(other for _, other in both)
