"""Groups of channels: those of torch-pruning where it can trace, and the arrangements that it cannot."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from frugal.models.char_net import CharNet
from frugal.models.line_net import LineNet
from frugal.pruning.channels import narrowed
from frugal.pruning.grouping import channel_groups
from frugal.testing import tiny_lines
from tests.unit import recurrent_nets as nets

IMAGE = (torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0)),)
LINE = (torch.rand(2, 1, 24, 40, generator=torch.Generator().manual_seed(0)),)


class Grouped(nn.Module):
    """Grouped convolution and group normalisation: what leaves must leave every part alike."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 12, 3), nn.GroupNorm(3, 12), nn.ReLU(inplace=True)),
            *(nn.Conv2d(12, 8, 3, groups=2), nn.PReLU(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)),
        )

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.layers(image)
        return logits


def coupled_by_torch_pruning(model: nn.Module) -> set[frozenset[str]]:
    """The layers whose outputs leave together, as torch-pruning sees it."""
    pruning: Any = pytest.importorskip("torch_pruning")
    graph = pruning.DependencyGraph().build_dependency(model, IMAGE)
    names = {module: name for name, module in model.named_modules()}
    last = model.get_submodule("classifier")
    return {
        frozenset(
            names[item.dep.target.module]
            for item in group
            if isinstance(item.dep.target.module, nn.Conv2d) and item.dep.target.module.groups == 1
            if graph.is_out_channel_pruning_fn(item.dep.handler)
        )
        for group in graph.get_all_groups(ignored_layers=[last])
    }


@pytest.mark.parametrize("arguments", [{}, {"residual": True}, {"separable": True}, {"pooling": "average"}], ids=str)
def test_the_groups_are_those_of_torch_pruning(arguments: dict[str, Any]) -> None:
    model = CharNet(4, widths=(8, 12), depths=(2, 2), **arguments).eval()
    ours = {frozenset(group.name.split(" + ")) for group in channel_groups(model, IMAGE)}
    assert ours == coupled_by_torch_pruning(model)


def test_a_group_knows_all_its_tensors() -> None:
    model = CharNet(4, widths=(3, 5), depths=(1, 1), pooling="average").eval()
    first, second = channel_groups(model, IMAGE)
    assert [(group.count, group.tied == group.name) for group in (first, second)] == [(3, True), (5, True)]
    roles = {(part.tensor.rpartition(".")[2], part.axis, part.role) for part in first.slices}
    norm = {(name, 0, "follows") for name in ("weight", "bias", "running_mean", "running_var")}
    assert roles == norm | {("weight", 0, "makes"), ("weight", 1, "reads")}
    assert [part.owners.tolist() for part in second.slices if part.role == "reads"] == [[0, 1, 2, 3, 4]]


def test_grouped_layers_lose_the_same_of_every_part() -> None:
    model = Grouped().eval()
    first, second = channel_groups(model, IMAGE)
    assert (first.count, second.count) == (2, 4)  # 12 channels in 2 and in 3 parts; 8 in 2
    smaller = narrowed(model, [first, second], {first.name: torch.tensor([1]), second.name: torch.tensor([0, 3])})
    layers = smaller.get_submodule("layers")
    assert isinstance(layers, nn.Sequential)
    assert (layers[0].out_channels, layers[1].num_channels, layers[3].in_channels) == (6, 6, 6)
    assert (layers[3].out_channels, layers[4].num_parameters, layers[7].in_features) == (4, 4, 4)
    assert smaller(*IMAGE).shape == (2, 4)


def test_units_are_one_group_for_each_layer_and_direction() -> None:
    groups = channel_groups(nets.Crnn(layers=2).eval(), LINE, "recurrent")
    endings = ["l0", "l0_reverse", "l1", "l1_reverse"]
    assert [(group.name, group.count, group.tied) for group in groups] == [
        (f"recurrent.{ending}", 6, "recurrent") for ending in endings
    ]
    backwards = {(part.tensor, part.axis): part.owners.tolist() for part in groups[1].slices}
    assert backwards == {
        **{(f"recurrent.{kind}_l0_reverse", 0): [0, 1, 2, 3, 4, 5] * 4 for kind in ("weight_ih", "weight_hh")},
        **{(f"recurrent.{kind}_l0_reverse", 0): [0, 1, 2, 3, 4, 5] * 4 for kind in ("bias_ih", "bias_hh")},
        ("recurrent.weight_hh_l0_reverse", 1): [0, 1, 2, 3, 4, 5],
        **{(f"recurrent.weight_ih_{ending}", 1): [-1] * 6 + [0, 1, 2, 3, 4, 5] for ending in ("l1", "l1_reverse")},
    }


def test_the_three_choices_of_layers() -> None:
    model = tiny_lines.network().eval()
    assert isinstance(model, LineNet)
    names = {layers: [group.name for group in channel_groups(model, LINE, layers)] for layers in ("all", "recurrent")}
    convolutional = [group.name for group in channel_groups(model, LINE, "feed_forward")]
    assert sorted(names["all"]) == sorted(convolutional + names["recurrent"])
    assert names["recurrent"] == ["recurrent.l0", "recurrent.l0_reverse"]


def test_the_head_of_training_alone_is_narrowed_too() -> None:
    model = tiny_lines.network()
    groups = channel_groups(model, LINE)
    leaving = {group.name: torch.arange(group.count // 2) for group in groups}
    logits, shortcut = narrowed(model, groups, leaving).train()(*LINE)
    assert logits.shape == shortcut.shape
