"""What a channel is worth: against torch-pruning, and against switching units off by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from frugal.contract import Batch, Workbench
from frugal.models.char_net import CharNet
from frugal.pruning.grouping import channel_groups
from frugal.pruning.importance import loss_changes, magnitudes
from frugal.testing import tiny_lines
from tests.unit import recurrent_nets as nets

IMAGE = (torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0)),)
LINE = (torch.rand(2, 1, 24, 40, generator=torch.Generator().manual_seed(0)),)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("residual", [False, True])
def test_magnitudes_are_proportional_to_those_of_torch_pruning(residual: bool, power: int) -> None:
    """Of depthwise convolutions, which torch-pruning leaves out, there are none here."""
    pruning: Any = pytest.importorskip("torch_pruning")
    torch.manual_seed(0)
    model = CharNet(4, widths=(8, 12), depths=(2, 2), residual=residual, pooling="average").eval()
    scores = magnitudes(model, channel_groups(model, IMAGE), power)
    graph = pruning.DependencyGraph().build_dependency(model, IMAGE)
    names = {module: name for name, module in model.named_modules()}
    importance = pruning.importance.GroupMagnitudeImportance(p=power)
    compared = set()
    for group in graph.get_all_groups(ignored_layers=[model.classifier]):
        root = names[group[0].dep.target.module]
        (name,) = (name for name in scores if root in name.split(" + "))
        theirs = importance(group)
        torch.testing.assert_close(scores[name] / scores[name].mean(), theirs / theirs.mean())
        compared.add(name)
    assert compared == set(scores)


class Bench:
    """Two batches of drawn lines; all that importance asks of a workbench."""

    task = tiny_lines.task()

    def calibration(self, n: int) -> list[Batch]:
        return [tiny_lines.batch(("été", "lune")), tiny_lines.batch(("rue", "dans le"))]


class Switched(nn.Module):
    """An LSTM in one direction, step by step, whose units can be switched off by `gate` (H,)."""

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self.lstm = lstm
        self.gate = nn.Parameter(torch.ones(lstm.hidden_size))

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        hidden = cell = sequence.new_zeros(len(sequence), self.lstm.hidden_size)
        outputs = []
        for step in sequence.unbind(1):
            rows = nn.functional.linear(step, self.lstm.weight_ih_l0, self.lstm.bias_ih_l0)
            rows = rows + nn.functional.linear(hidden, self.lstm.weight_hh_l0, self.lstm.bias_hh_l0)
            opened, kept, new, shown = rows.chunk(4, dim=1)
            cell = torch.sigmoid(kept) * cell + torch.sigmoid(opened) * torch.tanh(new)
            hidden = torch.sigmoid(shown) * torch.tanh(cell) * self.gate
            outputs.append(hidden)
        return torch.stack(outputs, dim=1), None


def test_loss_changes_are_the_slopes_of_switching_units_off() -> None:
    torch.manual_seed(0)
    model = nets.Crnn(both=False).eval()
    workbench: Workbench = Bench()  # type: ignore[assignment]
    scores = loss_changes(model, channel_groups(model, LINE), workbench, samples=4)
    switched = copy.deepcopy(model)
    gated = Switched(switched.recurrent)  # type: ignore[arg-type]
    switched.recurrent = gated  # type: ignore[assignment]
    expected = torch.zeros(6)
    for batch in Bench().calibration(4):
        front = Bench.task.front()
        loss = Bench.task.loss(switched(front(batch.inputs["image"])), batch)
        (slope,) = torch.autograd.grad(loss, [gated.gate])
        expected += slope.square() / 2
    torch.testing.assert_close(scores["recurrent.l0"], expected, rtol=1e-3, atol=1e-9)


def test_a_model_keeps_no_gradients() -> None:
    model = nets.Crnn().eval()
    workbench: Workbench = Bench()  # type: ignore[assignment]
    loss_changes(model, channel_groups(model, LINE), workbench, samples=4)
    assert all(parameter.grad is None for parameter in model.parameters())
