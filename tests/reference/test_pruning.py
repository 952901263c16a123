"""Pruning removes what was asked: MACs and parameters by hand and by the counter of the exported graph."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor, nn

from frugal.contract import InputError
from frugal.models.char_net import CharNet
from frugal.models.linear import LinearNet
from frugal.models.macs import count_macs
from frugal.pruning.grouping import channel_groups
from frugal.runtime.counting import Counts, count
from frugal.stages.prune_structured import PruneStructured
from frugal.testing import tiny

IMAGE = (torch.zeros(2, 1, 28, 28),)


def network(**arguments: object) -> CharNet:
    torch.manual_seed(0)
    return CharNet(4, widths=(8, 16), depths=(1, 2), **arguments).eval()  # type: ignore[arg-type]


def pruned(stage: PruneStructured, model: nn.Module, folder: Path) -> nn.Module:
    return stage(model, tiny.workbench(folder, model))


def counts(model: nn.Module, folder: Path) -> Counts:
    return count(tiny.artefact(model, folder).model_path, {"image": (1, 28, 28)})


def test_macs_by_hand() -> None:
    # 3x3 convolutions at 28x28 (1 to 8) and 14x14 (8 to 16, 16 to 16), 14x14 learnt pooling of 16, 16 to 4 linear
    expected = 28 * 28 * 8 * 9 + 14 * 14 * (8 * 16 + 16 * 16) * 9 + 14 * 14 * 16 + 16 * 4
    assert count_macs(network(), IMAGE) == expected


def test_macs_agree_with_the_exported_graph(tmp_path: Path) -> None:
    model = network(separable=True)
    assert counts(model, tmp_path).macs == count_macs(model, IMAGE)


def test_half_the_channels_of_every_layer(tmp_path: Path) -> None:
    small = pruned(PruneStructured(ratio=0.5), network(), tmp_path)
    widths = [layer.out_channels for layer in small.modules() if isinstance(layer, nn.Conv2d)]
    assert widths == [4, 8, 8, 8]
    torch.manual_seed(0)
    twin = CharNet(4, widths=(4, 8), depths=(1, 2))
    assert {n: p.shape for n, p in small.named_parameters()} == {n: p.shape for n, p in twin.named_parameters()}


@pytest.mark.parametrize("importance", ["l1", "l2", "taylor"])
@pytest.mark.parametrize("macs_ratio", [0.6, 0.25])
def test_macs_fall_below_the_target_but_not_far(importance: str, macs_ratio: float, tmp_path: Path) -> None:
    model = network(residual=True)
    small = pruned(PruneStructured(macs_ratio=macs_ratio, importance=importance), model, tmp_path)  # type: ignore[arg-type]
    reached = count_macs(small, IMAGE) / count_macs(model, IMAGE)
    assert 0.6 * macs_ratio <= reached <= macs_ratio


def test_what_is_exported_is_really_smaller(tmp_path: Path) -> None:
    model = network()
    small = pruned(PruneStructured(macs_ratio=0.3), model, tmp_path / "files")
    before, after = counts(model, tmp_path / "before"), counts(small, tmp_path / "after")
    assert before.macs is not None
    assert after.macs is not None
    assert after.macs <= 0.3 * before.macs
    assert after.parameters < 0.5 * before.parameters
    assert after.weight_bytes < 0.5 * before.weight_bytes
    assert after.size_bytes < before.size_bytes
    kept = {name: tuple(p.shape) for name, p in small.named_parameters()}
    stored = {
        t.name.removeprefix("model."): tuple(t.dims) for t in onnx.load(tmp_path / "after/model.onnx").graph.initializer
    }
    shared = kept.keys() & stored.keys()
    assert shared
    assert all(stored[name] == kept[name] for name in shared)


def test_the_weakest_channels_leave(tmp_path: Path) -> None:
    model = network()
    first = next(layer for layer in model.modules() if isinstance(layer, nn.Conv2d))
    weak = [0, 3, 5, 6]
    with torch.no_grad():
        first.weight[weak] *= 1e-4
        second = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)][1]
        second.weight[:, weak] *= 1e-4
    small = pruned(PruneStructured(ratio=0.5), model, tmp_path)
    kept = next(layer for layer in small.modules() if isinstance(layer, nn.Conv2d))
    assert torch.equal(kept.weight, first.weight[[1, 2, 4, 7]])


@pytest.mark.parametrize("round_to", [1, 3, 4, 8])
def test_widths_are_multiples_of_round_to(round_to: int, tmp_path: Path) -> None:
    small = pruned(PruneStructured(ratio=0.6, round_to=round_to), network(), tmp_path)
    widths = [layer.out_channels for layer in small.modules() if isinstance(layer, nn.Conv2d)]
    assert all(width % round_to == 0 and width > 0 for width in widths)


@pytest.mark.parametrize("size_ratio", [0.6, 0.25])
def test_bytes_fall_below_the_target_but_not_far(size_ratio: float, tmp_path: Path) -> None:
    model = network()
    small = pruned(PruneStructured(size_ratio=size_ratio), model, tmp_path)
    before, after = (sum(parameter.numel() for parameter in net.parameters()) for net in (model, small))
    assert 0.6 * size_ratio <= after / before <= size_ratio


@pytest.mark.parametrize("target", [{"macs_ratio": 0.4}, {"size_ratio": 0.4}], ids=str)
def test_ranked_shares_reach_the_target_too(target: dict[str, float], tmp_path: Path) -> None:
    model = network(residual=True)
    stage = PruneStructured(importance="taylor", share="ranked", samples=32, **target)  # type: ignore[arg-type]
    small = pruned(stage, model, tmp_path)
    if "macs_ratio" in target:
        reached = count_macs(small, IMAGE) / count_macs(model, IMAGE)
    else:
        reached = sum(p.numel() for p in small.parameters()) / sum(p.numel() for p in model.parameters())
    assert 0.3 <= reached <= 0.4


def test_a_layer_is_never_emptied(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"leaves nothing of .* with its 8 channels.*ratios up to 0\.94"):
        pruned(PruneStructured(ratio=0.95), network(), tmp_path)
    with pytest.raises(InputError, match=r"a target of 0\.1%"):
        pruned(PruneStructured(macs_ratio=0.001), network(), tmp_path)


def test_steps_end_where_one_step_ends(tmp_path: Path) -> None:
    once = pruned(PruneStructured(ratio=0.5), network(), tmp_path / "once")
    thrice = pruned(PruneStructured(ratio=0.5, steps=3), network(), tmp_path / "thrice")
    assert abs(count_macs(once, IMAGE) - count_macs(thrice, IMAGE)) <= 0.2 * count_macs(once, IMAGE)


class _TwoHeads(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hparams: dict[str, object] = {}
        self.body = nn.Conv2d(1, 8, 3)
        self.left = nn.Conv2d(8, 2, 1)
        self.right = nn.Linear(8, 2)

    def forward(self, image: Tensor) -> Tensor:
        features = torch.relu(self.body(image))
        return torch.cat([self.left(features).mean((2, 3)), self.right(features.mean((2, 3)))], dim=1)


def test_every_layer_that_makes_outputs_stays() -> None:
    assert [group.name for group in channel_groups(_TwoHeads(), IMAGE)] == ["body"]


def test_both_heads_keep_their_outputs(tmp_path: Path) -> None:
    small = pruned(PruneStructured(ratio=0.5), _TwoHeads(), tmp_path)
    assert small(*IMAGE).shape == (2, 4)
    assert small.get_submodule("body").out_channels == 4


def test_a_network_with_nothing_to_prune_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no channel could be removed"):
        pruned(PruneStructured(ratio=0.5), LinearNet(4), tmp_path)
