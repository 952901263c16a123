"""How many channels leave: evenly, or where the loss suffers least; the computed cost is the real one."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from frugal.contract import InputError
from frugal.models.macs import byte_prices, mac_prices, total
from frugal.pruning.channels import Channels, Slice, narrowed
from frugal.pruning.grouping import channel_groups
from frugal.pruning.shares import Market
from tests.unit import recurrent_nets as nets

LINE = (torch.rand(2, 1, 24, 40, generator=torch.Generator().manual_seed(0)),)


def group(name: str, count: int) -> Channels:
    slices = (Slice(tensor=name, axis=0, owners=torch.arange(count), role="makes"),)
    return Channels(name=name, count=count, slices=slices, tied=name)


def market(round_to: int = 1, **scores: list[float]) -> Market:
    """One tensor of 10 numbers a channel for each group; `wide` costs ten times as much."""
    return Market(
        groups=[group(name, len(values)) for name, values in scores.items()],
        scores={name: Tensor(values) for name, values in scores.items()},
        shapes={name: (len(values), 10) for name, values in scores.items()},
        prices={name: 10.0 if name == "wide" else 1.0 for name in scores},
        round_to=round_to,
    )


def test_even_shares_round_to_the_nearest_multiple_and_keep_one() -> None:
    offered = market(a=[1.0] * 10, b=[1.0] * 5, round_to=2)
    assert offered.evenly(0.5) == {"a": 4, "b": 3}  # 6 and 2 are left
    assert offered.evenly(0.98) == {"a": 8, "b": 3}
    assert offered.evenly(0.0) == {"a": 0, "b": 0}


def test_the_least_important_channels_leave() -> None:
    leaving = market(a=[3.0, 1.0, 2.0, 0.5]).leaving({"a": 2})
    assert leaving["a"].tolist() == [3, 1]


def test_ranked_shares_take_what_costs_the_loss_least_for_what_it_saves() -> None:
    offered = market(narrow=[1.0, 2.0, 3.0, 4.0], wide=[5.0, 6.0, 70.0, 80.0])
    # saved per channel: 10 and 100; loss per cost: .1 .2 .3 .4 and .05 .06 .7 .8
    assert offered.ranked_below(240.0) == {"narrow": 0, "wide": 2}
    assert offered.ranked_below(215.0) == {"narrow": 3, "wide": 2}


def test_ranked_shares_leave_multiples() -> None:
    offered = market(narrow=[1.0] * 6, wide=[0.1] * 6, round_to=4)  # 4 of each are left when 2 have left
    assert offered.ranked_below(470.0) == {"narrow": 0, "wide": 2}
    assert offered.ranked_below(450.0) == {"narrow": 2, "wide": 2}


def test_a_ceiling_that_cannot_be_reached_is_one_line() -> None:
    for share in (market(a=[1.0] * 4).evenly_below, market(a=[1.0] * 4).ranked_below):
        with pytest.raises(InputError, match=r"at least 25\.0%"):
            share(5.0)


@pytest.mark.parametrize("prices", [mac_prices, byte_prices], ids=lambda prices: prices.__name__)
@pytest.mark.parametrize("arrangement", [nets.Crnn, nets.Convolved, nets.Summed, nets.ChannelMinor])
def test_the_computed_cost_is_that_of_the_narrowed_network(arrangement: type[nets.Crnn], prices: object) -> None:
    model = arrangement(kind="GRU", layers=2).eval()
    groups = channel_groups(model, LINE)
    offered = Market(
        groups=groups,
        scores={group.name: torch.rand(group.count, generator=torch.Generator().manual_seed(1)) for group in groups},
        shapes={name: tuple(tensor.shape) for name, tensor in model.named_parameters()},
        prices=prices(model, LINE),  # type: ignore[operator]
    )
    assert offered.cost(offered.evenly(0.0)) == total(model, prices(model, LINE))  # type: ignore[operator]
    counts = offered.evenly(0.4)
    smaller = narrowed(model, groups, offered.leaving(counts))
    assert offered.cost(counts) == total(smaller, prices(smaller, LINE))  # type: ignore[operator]


def test_even_shares_reach_a_ceiling_and_no_further_than_needed() -> None:
    offered = market(a=[1.0] * 10, wide=[1.0] * 10)
    counts = offered.evenly_below(660.0)
    assert counts == {"a": 4, "wide": 4}
    assert offered.cost(counts) == 660.0
