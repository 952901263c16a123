"""Every model of configs/model keeps its promises; saving a YAML there enrols it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from frugal.models.char_net import CharNet
from frugal.testing import check_model, tiny
from frugal.testing.configured import configured, group_files


@pytest.mark.parametrize("path", group_files("model"), ids=lambda path: path.stem)
def test_model(path: Path) -> None:
    check_model(configured(path))


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
