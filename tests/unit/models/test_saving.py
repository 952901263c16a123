"""Networks on disk: round trips, and files that are not what they claim."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.models.char_net import CharNet
from frugal.models.rewrites import rebuild, resize
from frugal.models.saving import load_model, save_model


class Outside(nn.Module):
    """A network whose class does not live in frugal."""

    def __init__(self, num_outputs: int) -> None:
        super().__init__()
        self.hparams: dict[str, Any] = {"num_outputs": num_outputs}
        self.layer = nn.Linear(3, num_outputs)


class _Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def small() -> CharNet:
    return CharNet(4, widths=(4, 8), depths=(1, 1)).eval()


def test_round_trip_is_exact_and_has_the_same_bytes(tmp_path: Path) -> None:
    model = small()
    save_model(model, tmp_path / "a")
    loaded = load_model(tmp_path / "a")
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(loaded(images), model(images))
    assert not loaded.training
    save_model(loaded, tmp_path / "b")
    for name in ("model.json", "weights.safetensors"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_rewrites_are_applied_in_order(tmp_path: Path) -> None:
    wide, middle, narrow = (CharNet(4, widths=(w, 2 * w), depths=(1, 1)).eval() for w in (8, 6, 3))
    narrow.hparams = wide.hparams
    narrow.rewrites = [resize(wide, middle), resize(middle, narrow)]
    save_model(narrow, tmp_path)
    loaded = load_model(tmp_path)
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(loaded(images), narrow(images))
    assert loaded.rewrites == narrow.rewrites


def test_rebuilding_leaves_the_network_alone() -> None:
    wide, narrow = CharNet(4, widths=(8, 8), depths=(1, 1)), small()
    rebuilt = rebuild(wide, [resize(wide, narrow)])
    assert {n: t.shape for n, t in rebuilt.state_dict().items()} == {n: t.shape for n, t in narrow.state_dict().items()}
    assert wide.classifier.in_features == 8
    assert not hasattr(wide, "rewrites")


def test_a_pickle_posing_as_weights_is_never_executed(tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(pickle.dumps(_Bomb(tmp_path / "exploded")))
    with pytest.raises(InputError, match="never a pickle"):
        load_model(tmp_path)
    assert not (tmp_path / "exploded").exists()


def test_a_torch_checkpoint_posing_as_weights_is_refused(tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    torch.save(small().state_dict(), tmp_path / "weights.safetensors")
    with pytest.raises(InputError, match="never a pickle"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    ("factory", "complaint"),
    [
        ("os.system", "classes of frugal"),
        ("torch.nn.Linear", "classes of frugal"),
        ("frugal.models.saving.save_model", "is no network"),
        ("frugal.cli.main.main", "is no network"),
        ("frugal.models.char_net.nn.Linear", "does not exist"),
        ("frugal.models.char_net.Sequence", "is no network"),
        ("frugal.models.nonesuch.Net", "does not exist"),
        ("frugalx.models.Net", "classes of frugal"),
    ],
)
def test_a_file_names_no_code_but_our_networks(factory: str, complaint: str, tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    edit(tmp_path, factory=factory)
    with pytest.raises(InputError, match=complaint):
        load_model(tmp_path)


def test_an_outside_class_is_passed_by_the_caller(tmp_path: Path) -> None:
    model = Outside(2)
    save_model(model, tmp_path)
    with pytest.raises(InputError, match="factory="):
        load_model(tmp_path)
    loaded = load_model(tmp_path, factory=Outside)
    assert torch.equal(loaded.get_parameter("layer.weight"), model.layer.weight)


def test_a_student_of_another_class_than_the_factory_is_loaded(tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    assert isinstance(load_model(tmp_path, factory=Outside), CharNet)


@pytest.mark.parametrize(
    "rewrite",
    [
        {"kind": "execute"},
        {"kind": "resize", "modules": {"nonesuch": {"attributes": {}, "tensors": {}}}},
        {"kind": "resize", "modules": {"classifier": {"attributes": {"forward": 3}, "tensors": {}}}},
        {"kind": "resize", "modules": {"classifier": {"attributes": {}, "tensors": {"weight": [-1, 2]}}}},
        {"kind": "resize", "modules": {"classifier": {"attributes": {}}}},
        {"kind": "factorise", "modules": {"nonesuch": 2}},
        {"kind": "factorise", "modules": {"stages": 2}},
        {"kind": "factorise", "modules": {"classifier": 0}},
        {"kind": "factorise", "modules": {"classifier": "os.system"}},
        "resize",
    ],
    ids=str,
)
def test_a_foreign_rewrite_is_refused(rewrite: Any, tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    edit(tmp_path, rewrites=[rewrite])
    with pytest.raises(InputError, match="rewrite"):
        load_model(tmp_path)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    edit(tmp_path, arguments={**small().hparams, "num_outputs": 7})
    with pytest.raises(InputError, match="not those of the network"):
        load_model(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"factory": 3, "arguments": {}, "rewrites": []}', "\x80pickle"])
def test_a_description_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    save_model(small(), tmp_path)
    (tmp_path / "model.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"model\.json"):
        load_model(tmp_path)


def test_a_network_without_arguments_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hparams"):
        save_model(nn.Linear(2, 2), tmp_path)


def edit(folder: Path, **changes: Any) -> None:
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**description, **changes}))
