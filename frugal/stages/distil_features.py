"""Feature distillation: inner features of a student are drawn towards those of its teacher.

Romero et al. 2015, "FitNets: hints for thin deep nets" (arXiv:1412.6550): a regressor, one linear map of the channels
(a 1x1 convolution), turns the student's features of a layer into the teacher's, whatever the widths of the two, and is
thrown away afterwards. Deviations: hint and truth are learnt together instead of one after the other; the squared error
is divided by the mean square of the teacher's features: 1 means that nothing is explained, whatever their scale.

Feature maps of different sizes are compared at the teacher's nearest positions; columns of padding count nothing. Knows
no architecture, no data set and no Lightning; layers are named as the networks name them.

Shapes: `B` batch, `F` features, `P` positions; in the network (B, F, H, W) or (B, F, T), or (B, T, F).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from frugal.contract import Batch, InputError, Model, Workbench
from frugal.models.forward import call_network, true_lengths
from frugal.models.fresh import fresh_model
from frugal.strengths import Strengths
from frugal.teachers import check_settings, identity, teacher_of


@dataclass(frozen=True, kw_only=True)
class DistilFeatures:
    """Train a student whose features of one layer are to tell those of a layer of its teacher.

    Loss: alpha * squared error / mean square + (1 - alpha) * the task's own loss.

    Attributes:
        layer: the student's, as its network names it; a negative number counts from the end (`stages.-1`). One that
            gives its output in a call: a list of layers does not.
        teacher_layer: the teacher's; None for the one of the same name.
        channels: the axis of the channels in the layers' outputs: 1 after convolutions, -1 after linear or recurrent
            layers.
        teacher: a model of the zoo (lines-fr-xs@7), a run folder or one of its steps; None for the network as it was
            before any stage (`workbench.reference`): self-distillation, which recovers what a stage has cost.
        alpha: weight of the hint, in (0, 1]; the truth has 1 - alpha.
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
        taught_by: stands for the teacher in the step's hash; found, not given.
    """

    layer: str = "stages.-1"
    teacher_layer: str | None = None
    channels: int = 1
    teacher: str | None = None
    alpha: float = 0.5
    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None
    taught_by: str | None = field(init=False, default=None)

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        check_settings(alpha=self.alpha, epochs=self.epochs)
        if self.channels not in (1, -1):
            raise InputError(f"channels={self.channels}", allowed="1 or -1", remedy="channels=1 after convolutions")
        object.__setattr__(self, "taught_by", identity(self.teacher))

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained student: a copy of `model`, or what `student` builds."""
        student = model if self.student is None else fresh_model(self.student, workbench)
        teacher = teacher_of(self.teacher, workbench)
        if teacher.task != workbench.task:
            raise InputError(
                f"teacher={self.teacher}, which sees lines in another height or width",
                allowed="the student's",
                remedy="distil_ctc",
            )
        hint = self.teacher_layer or self.layer

        def hints(network: nn.Module, layer: str, batch: Batch) -> Tensor:
            """(B, P, F) without gradient."""
            with torch.no_grad():
                call = partial(call_network, network, teacher.task, teacher.front, batch)
                return with_features(network, layer, self.channels, call)[1]

        example = workbench.example
        quiet = copy.deepcopy(student).cpu().eval()
        widths = [hints(quiet, self.layer, example).shape[-1], hints(teacher.network, hint, example).shape[-1]]
        seen = _Seen()
        regressor = _linear(*widths, seed=workbench.seed)

        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            for part in (teacher.network, teacher.front):
                part.to(outputs.device)
            lengths = true_lengths(workbench.task, batch)
            return self.alpha * relative_error(seen.features, hints(teacher.network, hint, batch), lengths)

        trained = workbench.finetune(
            _Hinted(student, self.layer, self.channels, regressor, seen),
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            extra_loss=loss,
            task_weight=1.0 - self.alpha,
        )
        assert isinstance(trained, _Hinted)
        return trained.student


def with_features(network: nn.Module, layer: str, channels: int, call: Callable[[], Any]) -> tuple[Any, Tensor]:
    """What `call` returns, and the output that a layer of `network` gave meanwhile, its channels last (B, P..., F).

    Raises:
        InputError: there is no such layer, or it gave no tensor.
    """
    outputs: list[Any] = []
    handle = named_layer(network, layer).register_forward_hook(lambda *passed: outputs.append(passed[2]))
    try:
        answer = call()
    finally:
        handle.remove()
    output = outputs[-1] if outputs else None
    features = output[0] if isinstance(output, tuple) else output
    if not isinstance(features, Tensor):
        raise InputError(
            f"the layer {layer} of a {type(network).__name__}, which is not called for a tensor",
            allowed="a layer that gives one",
            remedy=f"{layer}.-1",
        )
    return answer, features.movedim(channels, -1)


def named_layer(network: nn.Module, layer: str) -> nn.Module:
    """The layer of that name; a negative number counts a layer's children from the end."""
    found = network
    for part in layer.split("."):
        children = dict(found.named_children())
        names = list(children)
        is_counted = part.startswith("-") and part[1:].isdecimal() and 1 <= int(part[1:]) <= len(names)
        name = names[int(part)] if is_counted else part
        if name not in children:
            raise InputError(
                f"no layer {layer} in a {type(network).__name__}", allowed=f"for {part}: {', '.join(names) or 'none'}"
            )
        found = children[name]
    return found


def relative_error(student: Tensor, teacher: Tensor, lengths: Tensor | None) -> Tensor:
    """Squared error of hints (B, P..., F) relative to the mean square of the teacher's (B, P'..., F).

    Args:
        lengths: (B,) of padded inputs, one of which is not padded. Their axis is the last one of P, and layers have
            halved it some times.
    """
    aim = at_positions(teacher, student.shape)
    errors, sizes = (student - aim).square().mean(dim=-1), aim.square().mean(dim=-1)  # (B, P...)
    if lengths is not None and errors.ndim > 1:
        columns, stride = errors.shape[-1], 1
        while stride * columns < int(lengths.max()):
            stride *= 2
        own = torch.arange(columns, device=lengths.device) < -(-lengths // stride)[:, None]  # (B, columns)
        kept = own.to(errors.device).reshape(len(lengths), *[1] * (errors.ndim - 2), columns)
        errors, sizes = errors * kept, sizes * kept
    return errors.sum() / sizes.sum().clamp(min=torch.finfo(sizes.dtype).tiny)


def at_positions(features: Tensor, shape: torch.Size) -> Tensor:
    """`features` (B, P'..., F) at the positions P of `shape`: some of a finer map, those of a coarser one again."""
    for axis in range(1, features.ndim - 1):
        here, wanted = features.shape[axis], shape[axis]
        if here != wanted:
            steps = torch.arange(wanted, device=features.device)
            places = steps * max(1, round(here / wanted)) // max(1, round(wanted / here))
            features = features.index_select(axis, places.clamp(max=here - 1))
    return features


class _Seen:
    """The student's mapped features of the latest batch; one for all copies of a network, as the loss looks at one."""

    features: Tensor

    def __deepcopy__(self, memo: dict[int, Any]) -> _Seen:
        return self


class _Hinted(nn.Module):
    """A student that leaves its features of a layer, mapped to the teacher's channels, while it is trained."""

    def __init__(self, student: nn.Module, layer: str, channels: int, regressor: nn.Module, seen: _Seen) -> None:
        super().__init__()
        self.student = student
        self.regressor = regressor
        self.layer, self.channels, self.seen = layer, channels, seen

    def forward(self, *inputs: Tensor, **lengths: Tensor) -> Any:
        if not self.training:
            return self.student(*inputs, **lengths)
        call = partial(self.student, *inputs, **lengths)
        answer, features = with_features(self.student, self.layer, self.channels, call)
        self.seen.features = self.regressor(features)
        return answer


def _linear(inputs: int, outputs: int, *, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Linear(inputs, outputs)
