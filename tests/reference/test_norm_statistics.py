"""Recalibrated batch normalisation against means and variances taken by hand in numpy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.stages.recalibrate_norm import RecalibrateNorm
from frugal.testing import tiny


def _workbench() -> Any:
    batches = [tiny.batch(6), tiny.batch(6)]
    return SimpleNamespace(task=tiny.task(), calibration=lambda samples: batches)


class _Normed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1, momentum=0.3)
        self.dropout = nn.Dropout(0.9)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        normed: torch.Tensor = self.dropout(self.norm(image))
        return normed.flatten(1)


def test_statistics_are_those_of_the_samples() -> None:
    model = _Normed().train()
    model.norm.running_mean = torch.tensor([7.0])
    result = RecalibrateNorm(samples=12)(model, _workbench())
    pixels = tiny.batch(6).inputs["image"].numpy() / 255
    statistics = result.state_dict()
    assert statistics["norm.running_mean"].item() == pytest.approx(pixels.mean(), rel=1e-5)
    assert statistics["norm.running_var"].item() == pytest.approx(np.var(pixels, ddof=1), rel=1e-5)
    assert isinstance(result, _Normed) and result.norm.momentum == 0.3 and not result.training
    assert model.state_dict()["norm.running_mean"].item() == 7.0


def test_a_network_without_normalisation_is_refused() -> None:
    with pytest.raises(InputError, match="without batch normalisation"):
        RecalibrateNorm()(nn.Linear(2, 2), _workbench())
