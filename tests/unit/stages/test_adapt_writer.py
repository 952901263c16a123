"""Adaptation to one writer: the mixture by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.stages.adapt_writer import AdaptWriter, mixed


def norm(value: float, batches: int) -> nn.BatchNorm1d:
    layer = nn.BatchNorm1d(1)
    layer.load_state_dict({name: torch.full_like(tensor, value) for name, tensor in layer.state_dict().items()})
    layer.num_batches_tracked.fill_(batches)
    return layer


def test_keep_parts_of_before_and_the_rest_of_after() -> None:
    before, after = norm(10.0, 7), norm(20.0, 9)
    result = mixed(before, after, keep=0.6).state_dict()
    for name in ("weight", "bias", "running_mean", "running_var"):
        assert float(result[name]) == pytest.approx(0.6 * 10 + 0.4 * 20)
    assert int(result["num_batches_tracked"]) == 9
    assert before.weight.item() == 10.0 and after.weight.item() == 20.0  # neither argument changes


def test_the_stage_trains_a_copy_and_mixes() -> None:
    class Bench:
        def finetune(self, model: nn.Module, **settings: Any) -> nn.Module:
            self.settings = settings
            return norm(20.0, 9)

    bench: Any = Bench()
    result = AdaptWriter(epochs=3, learning_rate=0.1, keep=0.0)(norm(10.0, 7), bench)
    assert float(result.state_dict()["weight"]) == 20.0
    assert bench.settings == {"epochs": 3, "learning_rate": 0.1}


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"keep": 1.0}, {"keep": -0.1}])
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        AdaptWriter(**wrong)
