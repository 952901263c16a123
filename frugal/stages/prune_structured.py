"""Structured pruning: whole channels leave, together with everything in the network that depends on them.

Groups of coupled channels come from the dependency graph of Fang, Ma, Song, Mi, Wang, "DepGraph: Towards Any Structural
Pruning", CVPR 2023 (package torch-pruning). Deviations: no sparse training before pruning; one ratio for all layers.
Knows no data set and no Lightning. Layers that make the network's outputs keep their outputs; recurrent layers stay.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from frugal.contract import InputError, Workbench
from frugal.extras import require
from frugal.models.forward import network_inputs
from frugal.models.rewrites import history, resize
from frugal.strengths import Strengths

MOST = 0.98
"""Largest share of channels that the search for a MAC target removes from a layer."""

Gradients = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class PruneStructured:
    """Remove channels until `ratio` of them, or all but `macs_ratio` of the multiply-accumulates, are gone.

    Attributes:
        ratio: share of the channels of every layer to remove, in (0, 1); give this or `macs_ratio`.
        macs_ratio: share of the MACs of convolutional and linear layers that may stay, in (0, 1).
        importance: what a channel is judged by: mean absolute ("l1") or squared ("l2") weight of its group (Li et al.
            2017), or the first-order change of the loss without it ("taylor", Molchanov et al. 2019).
        round_to: layer widths become multiples of this.
        steps: how many times to prune and recover, each a like part of the way.
        epochs: epochs of recovery after each step; 0 leaves recovery to the stage that follows.
        learning_rate: of the recovery; None takes the workbench's own.
        samples: training samples that "taylor" looks at.
    """

    ratio: float | None = None
    macs_ratio: float | None = None
    importance: Literal["l1", "l2", "taylor"] = "l2"
    round_to: int = 1
    steps: int = 1
    epochs: int = 0
    learning_rate: float | None = None
    samples: int = 256

    strengths: ClassVar = Strengths(
        role="shrink", settings=tuple({"ratio": None, "macs_ratio": round(0.8**n, 2)} for n in range(1, 14))
    )

    def __post_init__(self) -> None:
        if (self.ratio is None) == (self.macs_ratio is None):
            raise InputError("both or neither of ratio and macs_ratio", allowed="one of them", remedy="ratio=0.5")
        target = self.macs_ratio if self.ratio is None else self.ratio
        if target is None or not 0 < target < 1:
            raise InputError(f"a pruning target of {target}", allowed="(0, 1)", remedy="ratio=0.5")
        if self.importance not in ("l1", "l2", "taylor"):
            raise InputError(f"importance={self.importance}", allowed="l1, l2, taylor", remedy="importance=l2")
        if min(self.round_to, self.steps) < 1 or self.epochs < 0:
            raise InputError("round_to, steps or epochs too small", allowed="round_to >= 1, steps >= 1, epochs >= 0")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A narrower copy of `model`; its `.rewrites` tell how to build it again."""
        pruned = copy.deepcopy(model).cpu().eval()
        inputs = _example_inputs(workbench)
        all_macs = count_macs(pruned, inputs)
        for step in range(1, self.steps + 1):
            gradients = _gradients(pruned, workbench, self.samples) if self.importance == "taylor" else {}
            if self.ratio is not None:
                kept = (1 - self.ratio * step / self.steps) / (1 - self.ratio * (step - 1) / self.steps)
                pruned = self._without(pruned, 1 - kept, inputs, gradients)
            elif self.macs_ratio is not None:
                ceiling = all_macs * (1 - (1 - self.macs_ratio) * step / self.steps)
                pruned = self._below(pruned, ceiling, inputs, gradients)
            if self.epochs:
                pruned = workbench.finetune(pruned, epochs=self.epochs, learning_rate=self.learning_rate)
                pruned = pruned.cpu().eval()
        rewrite = resize(model, pruned)
        if not rewrite["modules"]:
            raise InputError(
                f"a {type(model).__name__} in which no channel could be removed",
                allowed="a network with a layer before its last one, wider than round_to",
                remedy="a higher ratio or a smaller round_to",
            )
        pruned.rewrites = [*history(model), rewrite]  # type: ignore[assignment]
        return pruned.train(model.training)

    def _below(self, model: nn.Module, ceiling: float, inputs: tuple[Tensor, ...], gradients: Gradients) -> nn.Module:
        """`model` with as few channels removed as brings its MACs down to `ceiling`, found by bisection."""
        if count_macs(model, inputs) <= ceiling:
            return model
        low, high = 0.0, MOST
        best = self._without(model, high, inputs, gradients)
        if count_macs(best, inputs) > ceiling:
            raise InputError(
                f"macs_ratio={self.macs_ratio}",
                allowed=f"what {MOST:.0%} fewer channels reach",
                remedy="a higher macs_ratio or a smaller round_to",
            )
        for _ in range(8):
            middle = (low + high) / 2
            candidate = self._without(model, middle, inputs, gradients)
            if count_macs(candidate, inputs) <= ceiling:
                best, high = candidate, middle
            else:
                low = middle
        return best

    def _without(self, model: nn.Module, ratio: float, inputs: tuple[Tensor, ...], gradients: Gradients) -> nn.Module:
        """A copy of `model` without `ratio` of the channels of every layer."""
        pruning = require("torch_pruning", extra="train")
        pruned = copy.deepcopy(model)
        for name, parameter in pruned.named_parameters():
            parameter.grad = gradients[name].clone() if name in gradients else None
        ignored = [*output_layers(pruned, inputs), *_recurrent_layers(pruned)]
        pruning.pruner.BasePruner(
            pruned,
            inputs,
            importance=self._importance(pruning),
            pruning_ratio=0.0,
            pruning_ratio_dict={layer: self._share(layer, ratio) for layer in _layers(pruned) if layer not in ignored},
            ignored_layers=ignored,
        ).step()
        pruned.zero_grad(set_to_none=True)
        return pruned

    def _share(self, layer: nn.Module, ratio: float) -> float:
        """The ratio that leaves `layer` the multiple of `round_to` next to (1 - ratio) of its outputs, never none.

        torch-pruning rounds down and leaves a layer alone that would become empty; so the rounding happens here.
        """
        channels = int(layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels)  # type: ignore[arg-type]
        kept = max(1, int(channels * (1 - ratio) / self.round_to + 0.5)) * self.round_to
        return max(0.0, 1 - (kept + 0.25) / channels)  # a quarter channel on top keeps clear of rounding errors

    def _importance(self, pruning: Any) -> Any:
        if self.importance == "taylor":
            return pruning.importance.GroupTaylorImportance()
        return pruning.importance.GroupMagnitudeImportance(p=1 if self.importance == "l1" else 2)


def count_macs(model: nn.Module, inputs: tuple[Tensor, ...]) -> int:
    """Multiply-accumulates of the convolutional and linear layers of `model` for one sample of `inputs`."""
    counts: list[int] = []

    def count(module: nn.Module, arguments: tuple[Tensor, ...], output: Tensor) -> None:
        transposed = isinstance(module, _ConvNd) and module.transposed
        positions = arguments[0] if transposed else output
        weight = module.get_parameter("weight")
        channel_axis = -1 if isinstance(module, nn.Linear) else 1
        counts.append(positions[0].numel() // positions.shape[channel_axis] * weight.numel())

    hooks = [layer.register_forward_hook(count) for layer in _layers(model)]
    try:
        with torch.no_grad():
            model(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return sum(counts)


def output_layers(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[nn.Module]:
    """The layers with weights from which the outputs are reached through no other layer with weights."""
    owners = {id(layer.weight): layer for layer in _layers(model)}
    with torch.enable_grad():
        outputs = model(*inputs)
    found: dict[int, nn.Module] = {}
    nodes = [outputs.grad_fn]
    seen: set[Any] = set()
    while nodes:
        node = nodes.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        weights = [key for key in _leaves(node) if key in owners]
        found.update((key, owners[key]) for key in weights)
        if not weights:
            nodes += [following for following, _ in node.next_functions]
    return list(found.values())


def _layers(model: nn.Module) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, (_ConvNd, nn.Linear))]


def _leaves(node: Any) -> Iterator[int]:
    """Ids of the parameters that `node` takes, as they are or transposed (how linear layers take their weight)."""
    for following, _ in node.next_functions:
        if hasattr(following, "variable"):
            yield id(following.variable)
        elif following is not None and following.name() in ("TBackward0", "TransposeBackward0", "PermuteBackward0"):
            yield from (id(leaf.variable) for leaf, _ in following.next_functions if hasattr(leaf, "variable"))


def _recurrent_layers(model: nn.Module) -> list[nn.Module]:
    layers: list[nn.Module] = [module for module in model.modules() if isinstance(module, nn.RNNBase)]
    if any(not isinstance(layer, nn.LSTM) for layer in layers):
        raise InputError(
            "pruning around a GRU or plain RNN layer, which torch-pruning cannot trace",
            allowed="convolutional, linear and LSTM layers",
            remedy="an LSTM, or another stage",
        )
    return layers


def _example_inputs(workbench: Workbench) -> tuple[Tensor, ...]:
    return network_inputs(workbench.task, workbench.task.front(), workbench.example)


def _gradients(model: nn.Module, workbench: Workbench, samples: int) -> Gradients:
    """Gradients of the summed task loss over `samples` training samples, by parameter name."""
    probe = copy.deepcopy(model)
    front = workbench.task.front()
    for batch in workbench.calibration(samples):
        loss = workbench.task.loss(probe(*network_inputs(workbench.task, front, batch)), batch)
        (loss * len(batch.ids)).backward()  # type: ignore[no-untyped-call]
    return {name: p.grad.detach() for name, p in probe.named_parameters() if p.grad is not None}
