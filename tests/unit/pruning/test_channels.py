"""The narrowed network, and the check that finds what was overlooked."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from frugal.contract import InputError
from frugal.pruning.channels import Channels, check_narrowed, narrowed
from frugal.pruning.grouping import channel_groups
from tests.unit import recurrent_nets as nets

LINE = (torch.rand(2, 1, 24, 40, generator=torch.Generator().manual_seed(0)),)


def prepared(arrangement: type[nets.Crnn] = nets.Crnn) -> tuple[nn.Module, list[Channels], dict[str, Tensor]]:
    torch.manual_seed(0)
    model = arrangement(kind="GRU").eval()
    groups = channel_groups(model, LINE)
    return model, groups, {group.name: torch.arange(0, group.count, 2) for group in groups}


@pytest.mark.parametrize("arrangement", [nets.Crnn, nets.Normalised, nets.Convolved, nets.LastState])
def test_a_right_network_passes_and_the_first_is_left_alone(arrangement: type[nets.Crnn]) -> None:
    model, groups, leaving = prepared(arrangement)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    smaller = narrowed(model, groups, leaving)
    check_narrowed(model, smaller, groups, leaving, LINE)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not smaller.training
    assert all(parameter.requires_grad for parameter in smaller.parameters())


def test_a_layer_says_of_itself_what_its_tensors_are() -> None:
    model, groups, leaving = prepared(nets.Convolved)
    layers = dict(narrowed(model, groups, leaving).named_modules())
    sizes = {
        "first.0": {"out_channels": 3},
        "first.1": {"num_features": 3},
        "second.0": {"in_channels": 3, "out_channels": 2},
        "recurrent": {"input_size": 12, "hidden_size": 3},
        "along.0": {"in_channels": 6, "out_channels": 6, "groups": 6},
        "along.2": {"in_channels": 6, "out_channels": 6},
        "hidden": {"in_features": 6, "out_features": 3},
    }
    assert {name: {key: getattr(layers[name], key) for key in size} for name, size in sizes.items()} == sizes


def test_channels_that_leave_at_the_wrong_place_are_found() -> None:
    model, groups, leaving = prepared()
    torn = [
        replace(
            group,
            slices=tuple(
                replace(part, owners=part.owners.roll(1)) if part.role == "reads" else part for part in group.slices
            ),
        )
        for group in groups
    ]
    with pytest.raises(InputError, match="what the others compute changes"):
        check_narrowed(model, narrowed(model, torn, leaving), groups, leaving, LINE)


def test_a_reader_that_was_overlooked_is_found() -> None:
    model, groups, leaving = prepared()
    blind = [
        replace(group, slices=tuple(part for part in group.slices if part.tensor != "hidden.weight" or part.axis == 0))
        for group in groups
    ]
    with pytest.raises(InputError, match="cannot be told apart"):
        check_narrowed(model, narrowed(model, blind, leaving), blind, leaving, LINE)
