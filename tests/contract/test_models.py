"""Every model of configs/model keeps its promises; saving a YAML there enrols it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from frugal.models.char_net import CharNet
from frugal.models.line_net import LineNet
from frugal.tasks.lines import Lines
from frugal.testing import check_model, tiny, tiny_lines
from frugal.testing.configured import configured, group_files

FOR_LINES = {"line_net"}
"""Networks that take lines; the others take isolated characters."""


@pytest.mark.parametrize("path", group_files("model"), ids=lambda path: path.stem)
def test_model(path: Path) -> None:
    if path.stem in FOR_LINES:
        check_model(configured(path), task=tiny_lines.task(height=40), batch=tiny_lines.batch(height=40))
    else:
        check_model(configured(path))


@pytest.mark.parametrize(
    "arguments",
    [{"hidden": 0, "mixers": 2}, {"narrow": 2}, {"layers": 2, "shortcut": False}, {"cell": "gru", "layers": 2}],
    ids=str,
)
def test_line_net_with_other_arguments(arguments: dict[str, Any]) -> None:
    stride = 8 if arguments.get("narrow") == 2 else 4
    task = Lines(labels=tiny_lines.LABELS, height=24, time_stride=stride)
    factory = partial(LineNet, height=24, widths=(4, 6, 8), depths=(1, 1), **({"hidden": 8, "layers": 1} | arguments))
    check_model(factory, task=task, batch=tiny_lines.batch())


def test_separable_residual_char_net() -> None:
    check_model(partial(CharNet, widths=(4, 8), depths=(1, 2), separable=True, residual=True, pooling="average"))


class _LooksAtNeighbours(nn.Module):
    def __init__(self, num_outputs: int) -> None:
        super().__init__()
        self.hparams = {"num_outputs": num_outputs}
        self.layer = nn.Linear(784, num_outputs)

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.layer(image.flatten(1))
        return logits - logits.mean(dim=0)


class _Forgets(nn.Module):
    def __init__(self, num_outputs: int) -> None:
        super().__init__()
        self.layer = nn.Linear(784, num_outputs)

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.layer(image.flatten(1))
        return logits


def test_a_model_that_looks_at_neighbours_is_caught() -> None:
    with pytest.raises(AssertionError, match="alone differs"):
        check_model(_LooksAtNeighbours)


def test_a_model_that_forgets_its_arguments_is_caught() -> None:
    with pytest.raises(AssertionError, match="hparams"):
        check_model(_Forgets)


def test_the_tiny_network_is_tiny() -> None:
    assert sum(parameter.numel() for parameter in tiny.network().parameters()) < 3000
    assert torch.isfinite(tiny.network()(torch.zeros(2, 1, 28, 28))).all()
