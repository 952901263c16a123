"""Costs by hand: how often each weight is multiplied, and its bytes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from frugal.models.macs import byte_prices, count_macs, mac_prices
from tests.unit import recurrent_nets as nets


class Reused(nn.Module):
    """A convolution that runs twice, its transposed counterpart, a recurrent layer, and a layer that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.twice = nn.Conv1d(4, 4, 3, padding=1)
        self.wider = nn.ConvTranspose1d(4, 6, 2, stride=2)
        self.recurrent = nn.GRU(6, 5, batch_first=True)
        self.idle = nn.Linear(5, 5)

    def forward(self, sequence: Tensor) -> Tensor:
        wide = self.wider(self.twice(self.twice(sequence)))
        outputs: Tensor = self.recurrent(wide.transpose(1, 2))[0]
        return outputs


SEQUENCE = (torch.rand(3, 4, 10),)


def test_uses_of_each_weight_for_one_sample() -> None:
    recurrent = {"recurrent.weight_ih_l0": 20, "recurrent.weight_hh_l0": 20}
    assert mac_prices(Reused(), SEQUENCE) == {"twice.weight": 2 * 10, "wider.weight": 10, **recurrent}
    assert count_macs(Reused(), SEQUENCE) == 20 * 4 * 4 * 3 + 10 * 4 * 6 * 2 + 20 * (3 * 5 * 6 + 3 * 5 * 5)


def test_bytes_of_what_runs() -> None:
    prices = byte_prices(Reused().half().float(), SEQUENCE)
    assert set(prices.values()) == {4}
    assert "twice.bias" in prices
    assert "recurrent.bias_hh_l0" in prices
    assert "idle.weight" not in prices


def test_steps_of_a_recurrent_layer_that_takes_steps_first() -> None:
    line = (torch.rand(2, 1, 24, 40),)
    assert mac_prices(nets.StepsFirst(), line)["recurrent.weight_hh_l0"] == 10
    assert mac_prices(nets.Crnn(), line)["recurrent.weight_hh_l0"] == 10
