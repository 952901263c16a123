"""Structured pruning: whole channels and hidden units leave, with everything in the network that depends on them.

Convolutional, linear and recurrent layers (LSTM, GRU) are pruned together. Which channels belong together: after Fang,
Ma, Song, Mi, Wang, "DepGraph: Towards Any Structural Pruning", CVPR 2023; see `frugal.pruning.grouping`. Deviation: no
sparse training before pruning.

Knows no data set and no Lightning. Layers that make the network's outputs keep their outputs.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from frugal.contract import InputError, Workbench
from frugal.models.forward import network_inputs
from frugal.models.macs import byte_prices, mac_prices, total
from frugal.models.rewrites import history, resize
from frugal.pruning.channels import Channels, check_narrowed, narrowed
from frugal.pruning.grouping import Layers, channel_groups
from frugal.pruning.importance import Scores, loss_changes, magnitudes
from frugal.pruning.shares import Counts, Market
from frugal.strengths import Strengths

Inputs = tuple[Tensor, ...]


@dataclass(frozen=True, kw_only=True)
class PruneStructured:
    """Remove channels and hidden units until `ratio` of them are gone, or the network costs what it may.

    Give one of `ratio`, `macs_ratio` and `size_ratio`, each in (0, 1).

    Attributes:
        ratio: share of the channels of every layer to remove.
        macs_ratio: share of the multiply-accumulates that may stay.
        size_ratio: share of the bytes of weights that may stay.
        importance: what a channel is judged by: mean absolute ("l1") or squared ("l2") weight of all that makes and
            reads it, or the first-order change of the task's loss without it ("taylor").
        share: how a target is shared out: "even" takes the same share of every layer, "ranked" what costs the loss
            least for what it saves (with "taylor", whose scores can be compared between layers).
        layers: "all", or only the "feed_forward" (convolutional, linear) or the "recurrent" ones.
        round_to: layer widths become multiples of this.
        steps: how many times to prune and recover, each a like part of the way.
        epochs: epochs of recovery after each step; 0 leaves recovery to the stage that follows.
        learning_rate: of the recovery; None takes the workbench's own.
        samples: training samples that "taylor" looks at.
    """

    ratio: float | None = None
    macs_ratio: float | None = None
    size_ratio: float | None = None
    importance: Literal["l1", "l2", "taylor"] = "l2"
    share: Literal["even", "ranked"] = "even"
    layers: Layers = "all"
    round_to: int = 1
    steps: int = 1
    epochs: int = 0
    learning_rate: float | None = None
    samples: int = 256

    strengths: ClassVar = Strengths(
        role="shrink", settings=tuple({"ratio": None, "macs_ratio": round(0.8**n, 2)} for n in range(1, 14))
    )

    def __post_init__(self) -> None:
        targets = [t for t in (self.ratio, self.macs_ratio, self.size_ratio) if t is not None]
        if len(targets) != 1:
            raise InputError(
                f"{len(targets)} targets", allowed="one of ratio, macs_ratio and size_ratio", remedy="ratio=0.5"
            )
        if not 0 < targets[0] < 1:
            raise InputError(f"a pruning target of {targets[0]}", allowed="(0, 1)", remedy="ratio=0.5")
        if self.importance not in ("l1", "l2", "taylor"):
            raise InputError(f"importance={self.importance}", allowed="l1, l2, taylor", remedy="importance=l2")
        if self.layers not in ("all", "feed_forward", "recurrent"):
            raise InputError(f"layers={self.layers}", allowed="all, feed_forward, recurrent", remedy="layers=all")
        if self.share != "even" and (self.share, self.importance) != ("ranked", "taylor"):
            raise InputError(
                f"share={self.share} with importance={self.importance}",
                allowed="even; ranked with importance=taylor",
                remedy="share=even",
            )
        if min(self.round_to, self.steps) < 1 or self.epochs < 0:
            raise InputError("round_to, steps or epochs too small", allowed="round_to >= 1, steps >= 1, epochs >= 0")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A narrower copy of `model`; its `.rewrites` tell how to build it again."""
        pruned = copy.deepcopy(model).cpu().eval()
        inputs = network_inputs(workbench.task, workbench.task.front(), workbench.example)
        whole = total(pruned, self._prices(pruned, inputs))
        for step in range(1, self.steps + 1):
            groups = self._groups(pruned, inputs)
            market = self._market(pruned, groups, self._scores(pruned, groups, workbench), inputs)
            leaving = market.leaving(self._counts(market, whole, step))
            smaller = narrowed(pruned, groups, leaving)
            check_narrowed(pruned, smaller, groups, leaving, inputs)
            pruned = smaller
            if self.epochs:
                pruned = workbench.finetune(pruned, epochs=self.epochs, learning_rate=self.learning_rate)
                pruned = pruned.cpu().eval()
        rewrite = resize(model, pruned)
        if not rewrite["modules"]:
            raise _nothing_to_remove(model)
        pruned.rewrites = [*history(model), rewrite]  # type: ignore[assignment]
        return pruned.train(model.training)

    def _groups(self, model: nn.Module, inputs: Inputs) -> list[Channels]:
        groups = channel_groups(model, inputs, self.layers)
        if not groups:
            raise _nothing_to_remove(model)
        return groups

    def _scores(self, model: nn.Module, groups: list[Channels], workbench: Workbench) -> Scores:
        if self.importance == "taylor":
            return loss_changes(model, groups, workbench, self.samples)
        return magnitudes(model, groups, power=1 if self.importance == "l1" else 2)

    def _market(self, model: nn.Module, groups: list[Channels], scores: Scores, inputs: Inputs) -> Market:
        prices = self._prices(model, inputs)
        shapes = {name: tuple(tensor.shape) for name, tensor in model.named_parameters()}
        return Market(groups=groups, scores=scores, shapes=shapes, prices=prices, round_to=self.round_to)

    def _prices(self, model: nn.Module, inputs: Inputs) -> dict[str, int]:
        return (mac_prices if self.size_ratio is None else byte_prices)(model, inputs)

    def _counts(self, market: Market, whole: int, step: int) -> Counts:
        """How many channels of each group leave in this step."""
        if self.ratio is not None:
            _check_none_is_emptied(market, self.ratio)
            kept = (1 - self.ratio * step / self.steps) / (1 - self.ratio * (step - 1) / self.steps)
            return market.evenly(1 - kept)
        target = self.macs_ratio or self.size_ratio or 1.0
        ceiling = whole * (1 - (1 - target) * step / self.steps)
        return market.ranked_below(ceiling) if self.share == "ranked" else market.evenly_below(ceiling)


def _check_none_is_emptied(market: Market, ratio: float) -> None:
    smallest = min(market.sizes, key=lambda name: market.sizes[name])
    if market.sizes[smallest] * (1 - ratio) < 0.5:
        raise InputError(
            f"ratio={ratio}, which leaves nothing of {smallest} with its {market.sizes[smallest]} channels",
            allowed=f"ratios up to {1 - 0.5 / market.sizes[smallest]:.2f}",
            remedy="a smaller ratio, or macs_ratio",
        )


def _nothing_to_remove(model: nn.Module) -> InputError:
    return InputError(
        f"a {type(model).__name__} in which no channel could be removed",
        allowed="a network with a layer before its last one, wider than round_to",
        remedy="a higher ratio or a smaller round_to",
    )
