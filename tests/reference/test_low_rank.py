"""Truncated SVD: the best approximation of that rank, counted multiply-accumulates, a graph that is really smaller."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.models.char_net import CharNet
from frugal.models.macs import count_macs
from frugal.models.rewrites import factors
from frugal.models.saving import load_model, save_model
from frugal.runtime.counting import count
from frugal.stages.low_rank import LowRank, truncated
from frugal.stages.prune_structured import PruneStructured
from frugal.testing import tiny, tiny_lines
from tests.unit import recurrent_nets as nets

IMAGE = (torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0)),)


def network() -> CharNet:
    torch.manual_seed(0)
    return CharNet(4, widths=(8, 16), depths=(1, 2)).eval()


def product(pair: nn.Module) -> np.ndarray:
    """The matrix (outputs, inputs x kernel) of two layers one after the other."""
    first, second = (layer.weight.detach().flatten(1).double().numpy() for layer in pair)  # type: ignore[union-attr]
    product: np.ndarray = second @ first
    return product


def test_the_two_layers_are_the_best_approximation_of_their_rank(tmp_path: Path) -> None:
    model = network()
    small = LowRank(energy=0.5)(model, tiny.workbench(tmp_path, model))
    (rewrite,) = small.rewrites  # type: ignore[misc]
    assert rewrite["kind"] == "factorise"
    assert rewrite["modules"]
    for name, rank in rewrite["modules"].items():
        whole = model.get_submodule(name).weight.detach().flatten(1).double().numpy()  # type: ignore[union-attr, operator]
        left, values, right = np.linalg.svd(whole, full_matrices=False)
        expected = (left[:, :rank] * values[:rank]) @ right[:rank]
        np.testing.assert_allclose(product(small.get_submodule(name)), expected, atol=1e-6)
        kept = np.cumsum(values**2) / np.sum(values**2)
        assert kept[rank - 1] >= 0.5
        assert rank == 1 or kept[rank - 2] < 0.5


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(6, 5), (2, 6)),
        (nn.Linear(6, 5, bias=False), (2, 3, 6)),
        (nn.Conv2d(3, 7, 3, stride=2, padding=1, dilation=2), (2, 3, 9, 8)),
        (nn.Conv1d(4, 6, 5, padding=2, padding_mode="replicate", bias=False), (2, 4, 9)),
        (nn.Conv2d(8, 4, 1), (2, 8, 3, 3)),
    ],
    ids=str,
)
def test_at_full_rank_nothing_changes(layer: nn.Linear | nn.Conv1d | nn.Conv2d, shape: tuple[int, ...]) -> None:
    given = torch.rand(shape)
    with torch.no_grad():
        whole = truncated(layer, min(layer.weight.flatten(1).shape))
        torch.testing.assert_close(whole(given), layer(given))


@pytest.mark.parametrize("macs_ratio", [0.8, 0.5])
def test_macs_fall_below_the_target_as_counted_in_the_graph(macs_ratio: float, tmp_path: Path) -> None:
    model = network()
    small = LowRank(macs_ratio=macs_ratio)(model, tiny.workbench(tmp_path / "files", model))
    save_model(small, tmp_path / "saved")
    loaded = load_model(tmp_path / "saved")
    assert torch.equal(loaded(*IMAGE), small(*IMAGE))
    assert loaded.rewrites == small.rewrites
    artefact = tiny.artefact(loaded, tmp_path / "artefact")
    counts = count(artefact.model_path, {"image": (1, 28, 28)})
    assert counts.macs == count_macs(small, IMAGE)
    assert 0.8 * macs_ratio <= counts.macs / count_macs(model, IMAGE) <= macs_ratio
    kinds = {node.op_type for node in onnx.load(artefact.model_path).graph.node}
    assert "BatchNormalization" not in kinds  # it folds into the second of the two


def test_recurrent_layers_stay_whole(tmp_path: Path) -> None:
    model = nets.Crnn(kind="GRU").eval()
    small = LowRank(energy=0.3)(model, tiny_lines.workbench(tmp_path, model))
    names = small.rewrites[0]["modules"]  # type: ignore[index]
    assert "second.0" in names
    assert not any(name.startswith("recurrent") for name in names)
    assert small.get_submodule("recurrent").state_dict().keys() == model.recurrent.state_dict().keys()


def test_factorised_layers_can_be_factorised_and_pruned_again(tmp_path: Path) -> None:
    model = network()
    small = LowRank(energy=0.7)(model, tiny.workbench(tmp_path / "a", model))
    smaller = PruneStructured(ratio=0.5)(small, tiny.workbench(tmp_path / "b", small))
    assert [rewrite["kind"] for rewrite in smaller.rewrites] == ["factorise", "resize"]  # type: ignore[union-attr]
    save_model(smaller, tmp_path / "saved")
    assert torch.equal(load_model(tmp_path / "saved")(*IMAGE), smaller(*IMAGE))


def test_what_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    model = network()
    with pytest.raises(InputError, match=r"macs_ratio=0\.01; allowed: at least 0\.\d+: rank 1"):
        LowRank(macs_ratio=0.01)(model, tiny.workbench(tmp_path / "a", model))
    with pytest.raises(InputError, match="no layer becomes cheaper"):
        LowRank(energy=0.9999)(model, tiny.workbench(tmp_path / "b", model))


@pytest.mark.parametrize("layer", [nn.Conv2d(4, 4, 3, groups=2), nn.ConvTranspose2d(4, 4, 3), nn.LSTM(3, 3)], ids=str)
def test_other_layers_have_no_factors(layer: nn.Module) -> None:
    with pytest.raises(InputError, match="a factorisation of"):
        factors(layer, 2)
