"""Magnitude pruning: single weights near zero become zero, more and more of them, while training makes up for it.

Zhu and Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model compression", 2017
(arXiv:1710.01878): the sparsity rises as final * (1 - (1 - t)^3), fast at first, and is the same in every layer.
Deviation: it rises between fits of whole epochs instead of every few hundred steps, so that a run that was killed goes
on with the same masks.

The network stays as wide as it was and as slow; what shrinks is the file once it is packed. Knows no layer by its name
and no Lightning.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from frugal.contract import InputError, Workbench

Masks = dict[str, Tensor]
"""Name of a weight -> whether each of its numbers stays."""


@dataclass(frozen=True, kw_only=True)
class PruneMagnitude:
    """Set the `sparsity` smallest weights of every convolutional, linear and recurrent layer to zero.

    Attributes:
        sparsity: share of each layer's weights that are zero in the end, in (0, 1).
        steps: how many times the sparsity rises.
        step_epochs: epochs of training at each sparsity but the last; 0 prunes without training in between.
        epochs: epochs of training at the final sparsity; 0 leaves recovery out, no later stage holds the zeros.
        learning_rate: None takes the workbench's own.
    """

    sparsity: float = 0.8
    steps: int = 4
    step_epochs: int = 1
    epochs: int = 4
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.sparsity < 1:
            raise InputError(f"sparsity={self.sparsity}", allowed="(0, 1)", remedy="sparsity=0.8")
        if self.steps < 1 or min(self.step_epochs, self.epochs) < 0:
            raise InputError(
                f"steps={self.steps} step_epochs={self.step_epochs} epochs={self.epochs}",
                allowed="steps >= 1, epochs >= 0",
                remedy="steps=4 step_epochs=1 epochs=4",
            )

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A copy of `model` in which `sparsity` of the weights of every layer are zero.

        Raises:
            InputError: the network has no such layer, or a layer would have nothing left.
        """
        pruned = copy.deepcopy(model).cpu().eval()
        for step in range(1, self.steps + 1):
            masks = smallest_masked(pruned, gradual(self.sparsity, step / self.steps))
            masked = _holding(masks)
            masked(pruned)
            epochs = self.epochs if step == self.steps else self.step_epochs
            if epochs:
                pruned = workbench.finetune(pruned, epochs=epochs, learning_rate=self.learning_rate, after_step=masked)
        return pruned.train(model.training)


def gradual(final: float, done: float) -> float:
    """The sparsity when the share `done` of the way is done, in [0, 1]: equation 1 of the paper, from 0.

    >>> [round(gradual(0.8, done), 3) for done in (0, 0.25, 0.5, 1)]
    [0.0, 0.462, 0.7, 0.8]
    """
    return final * (1 - (1 - done) ** 3)


def smallest_masked(model: nn.Module, sparsity: float) -> Masks:
    """Masks that leave out the `sparsity` smallest weights of every layer; biases and normalisations stay whole."""
    masks: Masks = {}
    for name, layer in model.named_modules():
        if isinstance(layer, (_ConvNd, nn.Linear, nn.RNNBase)):
            for key, weight in layer.named_parameters(recurse=False):
                if key.startswith("weight"):
                    whole_name = f"{name}.{key}" if name else key
                    masks[whole_name] = _largest(whole_name, weight.detach(), sparsity)
    if not masks:
        raise InputError(
            f"a {type(model).__name__} without convolutional, linear or recurrent layers", remedy="leave the stage out"
        )
    return masks


def _largest(name: str, weight: Tensor, sparsity: float) -> Tensor:
    zeros = round(sparsity * weight.numel())
    if zeros >= weight.numel():
        raise InputError(
            f"sparsity={sparsity:.3f}, which leaves nothing of {name} with its {weight.numel()} weights",
            allowed=f"up to {1 - 1 / weight.numel():.3f}",
            remedy="a smaller sparsity",
        )
    order = weight.abs().flatten().argsort(stable=True)
    mask = torch.ones(weight.numel(), dtype=torch.bool)
    mask[order[:zeros]] = False
    return mask.reshape(weight.shape)


def _holding(masks: Masks) -> Callable[[nn.Module], None]:
    """What keeps the weights zero that are masked, called after every step of an optimiser."""

    def hold(model: nn.Module) -> None:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if name in masks:
                    parameter.masked_fill_(~masks[name].to(parameter.device), 0.0)

    return hold
