"""How many channels each group gives up: the same share of all, or those that cost the loss least for what they save.

Knows scores, sizes and prices; knows no network. The cost of a network without some channels is computed, not tried:
the sum over its tensors of price x what remains of each axis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from frugal.contract import InputError
from frugal.pruning.channels import Channels, Leaving

MOST = 0.98
"""Largest share of its channels that a group can give up on the way to a target."""

Counts = Mapping[str, int]
"""Name that tied groups share -> how many channels of each leave."""


@dataclass(frozen=True, kw_only=True)
class Market:
    """Groups of channels, what each channel is worth, and what the tensors cost in which they lie.

    Attributes:
        groups: all groups that can lose channels.
        scores: group -> (channels,) importance.
        shapes: tensor -> its shape, for every tensor that has a price.
        prices: tensor -> cost of each of its numbers.
        round_to: what is left of a group is a multiple of it.
    """

    groups: Sequence[Channels]
    scores: Mapping[str, Tensor]
    shapes: Mapping[str, tuple[int, ...]]
    prices: Mapping[str, float]
    round_to: int = 1

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Name that tied groups share -> channels of each."""
        return {group.tied: group.count for group in self.groups}

    def cost(self, counts: Counts) -> float:
        """The cost of all priced tensors without the `counts` least important channels of each group."""
        return sum(price * self._numbers(tensor, counts) for tensor, price in self.prices.items())

    def leaving(self, counts: Counts) -> Leaving:
        """The channels that leave: of each group the least important ones."""
        return {group.name: self.scores[group.name].argsort(stable=True)[: counts[group.tied]] for group in self.groups}

    def evenly(self, share: float) -> Counts:
        """So many channels of every group that what is left is the multiple of `round_to` next to 1 - `share`."""
        return {name: max(0, size - self._rounded(size * (1 - share))) for name, size in self.sizes.items()}

    def evenly_below(self, ceiling: float) -> Counts:
        """The smallest even share that brings the cost down to `ceiling`, found by bisection."""
        low, high = 0.0, MOST
        if self.cost(self.evenly(low)) <= ceiling:
            return self.evenly(low)
        self._check_reachable(self.evenly(high), ceiling)
        for _ in range(12):
            middle = (low + high) / 2
            low, high = (low, middle) if self.cost(self.evenly(middle)) <= ceiling else (middle, high)
        return self.evenly(high)

    def ranked_below(self, ceiling: float) -> Counts:
        """Channels of the least loss per cost saved, `round_to` at a time, until the cost is down to `ceiling`.

        After Molchanov et al. 2019, whose scores are compared across layers.
        """
        counts, floor = dict.fromkeys(self.sizes, 0), self.evenly(MOST)
        self._check_reachable(floor, ceiling)
        while self.cost(counts) > ceiling:
            open_ = [name for name in counts if self._next(name, counts[name]) <= floor[name]]
            cheapest = min(open_, key=lambda name: self._rate(name, counts))
            counts[cheapest] = self._next(cheapest, counts[cheapest])
        return counts

    def _rate(self, name: str, counts: Counts) -> float:
        """What the next channels of `name` to leave cost the loss, per cost saved."""
        now, more = counts[name], self._next(name, counts[name])
        after = {**counts, name: more}
        touched = {tensor for (tensor, _), lying in self._gone.items() if any(tied == name for tied, _ in lying)}
        saved = sum(
            self.prices[tensor] * (self._numbers(tensor, counts) - self._numbers(tensor, after)) for tensor in touched
        )
        return float(self._losses[name][more] - self._losses[name][now]) / max(saved, 1e-9)

    @cached_property
    def _gone(self) -> dict[tuple[str, int], list[tuple[str, Tensor]]]:
        """(tensor, axis) -> (tied name, how many places leave with the 0, 1, 2 ... least important channels)."""
        gone: dict[tuple[str, int], list[tuple[str, Tensor]]] = {}
        for group in self.groups:
            order = self.scores[group.name].argsort(stable=True)
            for part in group.slices:
                if part.tensor in self.prices:
                    places = torch.bincount(part.owners[part.owners >= 0], minlength=group.count)
                    sums = torch.cat([torch.zeros(1, dtype=torch.long), places[order].cumsum(0)])
                    gone.setdefault((part.tensor, part.axis), []).append((group.tied, sums))
        return gone

    @cached_property
    def _losses(self) -> dict[str, Tensor]:
        """Name that tied groups share -> the summed importance of the 0, 1, 2 ... least important channels of each."""
        losses: dict[str, Tensor] = {}
        for group in self.groups:
            sums = torch.cat([torch.zeros(1), self.scores[group.name].sort().values.cumsum(0)])
            losses[group.tied] = losses.get(group.tied, torch.zeros(group.count + 1)) + sums
        return losses

    def _next(self, name: str, count: int) -> int:
        """The next larger number to give up that leaves a multiple of `round_to`."""
        left = self.sizes[name] - count
        return count + (left % self.round_to or self.round_to)

    def _rounded(self, left: float) -> int:
        return max(1, int(left / self.round_to + 0.5)) * self.round_to

    def _numbers(self, tensor: str, counts: Counts) -> int:
        sizes = list(self.shapes[tensor])
        for axis in range(len(sizes)):
            sizes[axis] -= sum(int(gone[counts[name]]) for name, gone in self._gone.get((tensor, axis), []))
        return math.prod(sizes)

    def _check_reachable(self, most: Counts, ceiling: float) -> None:
        reached, all_of_it = self.cost(most), self.cost(dict.fromkeys(self.sizes, 0))
        if reached > ceiling:
            raise InputError(
                f"a target of {ceiling / all_of_it:.1%} of what the network costs now",
                allowed=f"at least {reached / all_of_it:.1%}, with {MOST:.0%} of the channels gone",
                remedy="a higher ratio, a smaller round_to or layers=all",
            )
