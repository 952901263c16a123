"""Magnitude pruning: the curve, what is masked, and that training does not bring it back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.runtime.counting import count
from frugal.stages.prune_magnitude import PruneMagnitude, gradual, smallest_masked
from frugal.testing import tiny
from tests.unit import recurrent_nets as nets


def zeros(model: nn.Module) -> dict[str, float]:
    """Share of zeros in every weight that is pruned."""
    return {
        name: float((parameter == 0).float().mean())
        for name, parameter in model.named_parameters()
        if parameter.ndim > 1
    }


def test_the_curve_is_that_of_the_paper() -> None:
    # s_t = s_f + (s_i - s_f) (1 - (t - t_0) / (n dt))^3, equation 1 with s_i = 0
    for done in np.linspace(0, 1, 7):
        assert gradual(0.9, float(done)) == pytest.approx(0.9 + (0 - 0.9) * (1 - done) ** 3)


def test_the_smallest_weights_of_every_layer_are_masked() -> None:
    model = nets.Crnn(kind="GRU", layers=2)
    masks = smallest_masked(model, 0.75)
    assert masks.keys() == {name for name, parameter in model.named_parameters() if parameter.ndim > 1}
    for name, mask in masks.items():
        weights = model.get_parameter(name).abs()
        assert int((~mask).sum()) == round(0.75 * mask.numel())
        assert weights[~mask].max() <= weights[mask].min()


@pytest.mark.trains
def test_zeros_stay_zero_through_training_and_in_the_graph(tmp_path: Path) -> None:
    model = tiny.network()
    stage = PruneMagnitude(sparsity=0.8, steps=2, step_epochs=1, epochs=1)
    pruned = stage(model, tiny.workbench(tmp_path / "files", model))
    shares = zeros(pruned)
    assert all(share == pytest.approx(0.8, abs=0.02) for share in shares.values()), shares
    assert not any(zeros(model).values())
    assert not torch.equal(pruned.get_parameter("classifier.bias"), model.get_parameter("classifier.bias"))
    before, after = (
        count(tiny.artefact(net, tmp_path / name).model_path, {"image": (1, 28, 28)})
        for name, net in (("before", model), ("after", pruned))
    )
    assert after.nonzero_parameters < 0.3 * before.nonzero_parameters
    assert after.macs == before.macs


def test_without_epochs_nothing_is_trained(tmp_path: Path) -> None:
    model = tiny.network()
    pruned = PruneMagnitude(sparsity=0.5, steps=3, step_epochs=0, epochs=0)(model, tiny.workbench(tmp_path, model))
    assert not list(tmp_path.glob("fit-*"))
    for name, parameter in pruned.named_parameters():
        kept = parameter != 0
        assert torch.equal(parameter[kept], model.get_parameter(name)[kept])
    assert zeros(pruned)["classifier.weight"] == 0.5


def test_a_layer_is_never_emptied() -> None:
    with pytest.raises(InputError, match=r"leaves nothing of weight with its 2 weights; allowed: up to 0\.500"):
        smallest_masked(nn.Sequential(nn.Linear(2, 1))[0], 0.9)


def test_a_network_without_such_layers_is_refused() -> None:
    with pytest.raises(InputError, match="without convolutional, linear or recurrent layers"):
        smallest_masked(nn.Sequential(nn.ReLU()), 0.5)
