"""Adaptation to one writer: a short training on a few lines, then a step back towards the network as it was.

Mixing the weights of before and after keeps most of what was known and most of what was learnt: Wortsman et al. 2022,
"Robust fine-tuning of zero-shot models" (deviation: batch statistics are mixed as well). Knows no data and no alphabet.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from torch import nn

from frugal.contract import InputError, Workbench


@dataclass(frozen=True, kw_only=True)
class AdaptWriter:
    """Train on the given samples, then mix.

    Attributes:
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        keep: share of the network as it was in the result, in [0, 1): more forgets less and learns less.
    """

    epochs: int = 10
    learning_rate: float | None = 5e-4
    keep: float = 0.6

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"epochs={self.epochs}", allowed=">= 1", remedy="epochs=10")
        if not 0 <= self.keep < 1:
            raise InputError(f"keep={self.keep}", allowed="[0, 1)", remedy="keep=0.6")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A network between `model` and its trained copy."""
        adapted = workbench.finetune(model, epochs=self.epochs, learning_rate=self.learning_rate)
        return mixed(model, adapted, keep=self.keep)


def mixed(before: nn.Module, after: nn.Module, *, keep: float) -> nn.Module:
    """A copy of `after` whose weights and statistics are `keep` parts of `before` and 1 - `keep` of its own."""
    result = copy.deepcopy(after)
    old = before.state_dict()
    state = {
        name: tensor.lerp(old[name], keep) if tensor.is_floating_point() else tensor
        for name, tensor in after.state_dict().items()
    }
    result.load_state_dict(state)
    return result
