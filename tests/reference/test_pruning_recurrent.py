"""LSTM and GRU units leave without a trace: the pruned network is the whole one in which those units stay silent."""

from __future__ import annotations

import copy
from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor, nn

from frugal.contract import InputError
from frugal.models.macs import count_macs
from frugal.models.saving import load_model, save_model
from frugal.pruning.channels import Channels, narrowed
from frugal.pruning.grouping import channel_groups
from frugal.runtime.counting import count
from frugal.stages.prune_structured import PruneStructured
from frugal.testing import tiny_lines
from tests.unit import recurrent_nets as nets

IMAGE = (torch.rand(2, 1, 24, 44, generator=torch.Generator().manual_seed(0)),)
FOLLOWED = [nets.StepsFirst, nets.TwoModules, nets.LastState, nets.ChannelMinor, nets.Summed, nets.Twice]


def network(arrangement: type[nets.Crnn] = nets.Crnn, **arguments: object) -> nets.Crnn:
    torch.manual_seed(0)
    model = arrangement(**arguments).eval()  # type: ignore[arg-type]
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):  # statistics as after a training
            nn.init.uniform_(layer.running_mean, -0.3, 0.3)
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
    return model


def some_of(groups: list[Channels], seed: int = 0) -> dict[str, Tensor]:
    """Half of the channels of each group: other ones in each layer and direction of a recurrent module."""
    random = torch.Generator().manual_seed(seed)
    return {group.name: torch.randperm(group.count, generator=random)[: group.count // 2] for group in groups}


def silenced(model: nn.Module, leaving: dict[str, Tensor]) -> nn.Module:
    """`model` with all weights and biases zero that compute the leaving channels: units whose state is always zero."""
    silent = copy.deepcopy(model)
    for name, channels in leaving.items():
        for maker in name.split(" + "):
            module, _, ending = maker.rpartition(".")
            parent = silent.get_submodule(module)
            if isinstance(parent, nn.RNNBase):
                for key, parameter in parent.named_parameters():
                    if key.split("_", 2)[2] == ending:
                        _zero(parameter, [gate + int(u) for gate in _gates(parameter, parent) for u in channels])
            else:
                layer = silent.get_submodule(maker)
                _zero(layer.weight, channels.tolist())
                _zero(layer.bias, channels.tolist())
                if isinstance(layer, nn.Conv2d):  # its normalisation lets zero stay zero
                    norm = silent.get_submodule(module)[1]  # type: ignore[index]
                    for parameter in (norm.weight, norm.bias):
                        _zero(parameter, channels.tolist())
    return silent


def _gates(parameter: Tensor, layer: nn.RNNBase) -> range:
    return range(0, len(parameter), layer.hidden_size)


def _zero(parameter: Tensor, rows: list[int]) -> None:
    with torch.no_grad():
        parameter[rows] = 0


@pytest.mark.parametrize(("kind", "both", "layers"), nets.CELLS)
def test_pruned_equals_silenced(kind: str, both: bool, layers: int) -> None:
    model = network(kind=kind, both=both, layers=layers)
    groups = channel_groups(model, IMAGE)
    leaving = some_of(groups)
    smaller = narrowed(model, groups, leaving)
    assert sum(name.startswith("recurrent.") for name in leaving) == layers * (1 + both)
    recurrent = smaller.get_submodule("recurrent")
    assert isinstance(recurrent, nn.RNNBase)
    assert (recurrent.hidden_size, recurrent.input_size) == (3, 3 * 6)
    with torch.no_grad():
        torch.testing.assert_close(smaller(*IMAGE), silenced(model, leaving)(*IMAGE), atol=1e-6, rtol=1e-5)
        assert not torch.allclose(smaller(*IMAGE), model(*IMAGE), atol=1e-3)


@pytest.mark.parametrize("arrangement", FOLLOWED, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_pruned_equals_silenced_in_other_arrangements(arrangement: type[nets.Crnn], kind: str) -> None:
    model = network(arrangement, kind=kind, layers=2)
    groups = channel_groups(model, IMAGE)
    leaving = some_of(groups, seed=1)
    assert any("recurrent" in name for name in leaving)
    smaller = narrowed(model, groups, leaving)
    with torch.no_grad():
        torch.testing.assert_close(smaller(*IMAGE), silenced(model, leaving)(*IMAGE), atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("kind", "both", "layers"), nets.CELLS)
def test_what_is_exported_is_really_smaller(kind: str, both: bool, layers: int, tmp_path: Path) -> None:
    model = network(kind=kind, both=both, layers=layers, hidden=12)
    smaller = PruneStructured(macs_ratio=0.5)(model, tiny_lines.workbench(tmp_path / "files", model))
    save_model(smaller, tmp_path / "saved")
    loaded = load_model(tmp_path / "saved", factory=nets.Crnn)
    with torch.no_grad():
        assert torch.equal(loaded(*IMAGE), smaller(*IMAGE))
    artefact = tiny_lines.artefact(loaded, tmp_path / "artefact")  # raises where onnxruntime answers otherwise
    stored = {tuple(tensor.dims) for tensor in onnx.load(artefact.model_path).graph.initializer}
    layer = loaded.get_submodule("recurrent")
    assert isinstance(layer, nn.RNNBase)
    gates = len(layer.weight_hh_l0) // layer.hidden_size
    assert layer.hidden_size < 12
    assert (1 + both, gates * layer.hidden_size, layer.hidden_size) in stored
    assert (1 + both, gates * layer.hidden_size, layer.input_size) in stored
    counts = count(artefact.model_path, {"image": (1, 24, 44)})
    assert counts.macs == count_macs(smaller, IMAGE)
    assert counts.macs <= 0.5 * count_macs(model, IMAGE)
    assert f"{kind}" in counts.by_operator


@pytest.mark.parametrize("arrangement", [nets.Normalised, nets.Convolved], ids=lambda kind: kind.__name__)
def test_layers_that_pass_units_on_are_narrowed_with_them(arrangement: type[nets.Crnn], tmp_path: Path) -> None:
    model = network(arrangement)
    smaller = PruneStructured(ratio=0.5, layers="recurrent")(model, tiny_lines.workbench(tmp_path, model))
    norms = [layer for layer in smaller.modules() if isinstance(layer, (nn.LayerNorm, nn.BatchNorm1d))]
    assert [len(norm.weight) for norm in norms] == [6]
    assert smaller(*IMAGE).shape == model(*IMAGE).shape


def test_units_of_a_network_whose_outputs_they_are_stay() -> None:
    names = [group.name for group in channel_groups(network(nets.Outermost), IMAGE)]
    assert names == ["first.0", "second.0"]


@pytest.mark.parametrize(
    ("arrangement", "complaint"),
    [(nets.Residual, "units of recurrent.l0 that are mixed"), (nets.Stated, "recurrent, called with a state")],
)
def test_what_cannot_be_followed_is_one_line(arrangement: type[nets.Crnn], complaint: str, tmp_path: Path) -> None:
    model = network(arrangement, kind="GRU")
    with pytest.raises(InputError, match=complaint) as raised:
        PruneStructured(ratio=0.5)(model, tiny_lines.workbench(tmp_path, model))
    assert "\n" not in str(raised.value)


def test_the_other_layers_can_be_pruned_where_units_are_mixed(tmp_path: Path) -> None:
    model = network(nets.Residual, kind="GRU")
    smaller = PruneStructured(ratio=0.5, layers="feed_forward")(model, tiny_lines.workbench(tmp_path, model))
    assert smaller.get_submodule("first.0").out_channels == 3
    assert smaller.get_submodule("recurrent").hidden_size == 15
