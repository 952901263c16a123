"""Larger networks begin as the function that the smaller one was, and learn with what is new."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from frugal.models.growing import grown
from frugal.models.line_net import LineNet

SMALL: dict[str, Any] = {"height": 16, "widths": (4, 6, 8), "depths": (0, 1), "dropout": 0.0}


def started(before: nn.Module, after: nn.Module) -> nn.Module:
    state = {n: grown(n, t, after.state_dict()[n], before, after) for n, t in before.state_dict().items()}
    after.load_state_dict(state)
    return after


def trained(**arguments: Any) -> LineNet:
    """A network whose running statistics are not those of a fresh one."""
    torch.manual_seed(0)
    network = LineNet(7, **{**SMALL, **arguments})
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return network.eval()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_line_networks_with_a_recurrent_head(cell: str, layers: int) -> None:
    before = trained(hidden=5, layers=layers, cell=cell)
    after = LineNet(7, **{**SMALL, "widths": (6, 9, 12)}, hidden=8, layers=layers, cell=cell).eval()
    image = torch.rand(2, 1, 16, 44)
    assert torch.allclose(started(before, after)(image), before(image), atol=1e-5)


def test_convolutional_line_networks() -> None:
    before = trained(hidden=0, mixers=2)
    after = LineNet(7, **{**SMALL, "widths": (6, 9, 12)}, hidden=0, mixers=2).eval()
    image = torch.rand(2, 1, 16, 44)
    assert torch.allclose(started(before, after)(image), before(image), atol=1e-5)


def test_what_is_new_learns() -> None:
    before = trained(hidden=5, layers=1)
    after = started(before, LineNet(7, **SMALL, hidden=8, layers=1))
    optimiser = torch.optim.SGD(after.parameters(), lr=0.1)
    for _ in range(2):
        optimiser.zero_grad()
        logits, _ = after(torch.rand(2, 1, 16, 44))
        logits.square().sum().backward()
        optimiser.step()
    read = after.state_dict()["classifier.weight"]
    assert read[:, [5, 6, 7, 13, 14, 15]].abs().min() > 0, "the new units of both directions are read by now"
    assert after.recurrent.weight_ih_l0.grad[5:8].abs().max() > 0


@pytest.mark.parametrize(
    ("old", "new"), [((4, 3), (3, 3)), ((4, 3), (4, 2)), ((4, 3, 3), (4, 3, 5)), ((4,), (4, 1))], ids=str
)
def test_what_cannot_grow(old: tuple[int, ...], new: tuple[int, ...]) -> None:
    model = nn.Sequential(nn.Linear(3, 4))
    with pytest.raises(ValueError, match="cannot grow"):
        grown("0.weight", torch.zeros(old), torch.zeros(new), model, model)
