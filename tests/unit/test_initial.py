"""Going on from a trained network with another alphabet: class rows by label, everything else as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from frugal.contract import InputError
from frugal.initial import find_initial, warm_started
from frugal.models.char_net import CharNet
from frugal.models.line_net import LineNet
from frugal.models.saving import save_model
from frugal.tasks.characters import Characters
from frugal.tasks.lines import Lines
from frugal.testing import tiny_lines


@pytest.fixture
def trained(tmp_path: Path) -> tuple[LineNet, Path]:
    torch.manual_seed(0)
    network = tiny_lines.network(4)
    save_model(network, tmp_path)
    (tmp_path / "contract.json").write_text(json.dumps({"task": "lines", "labels": list("aeb")}))
    return network, tmp_path


def test_rows_follow_their_labels_and_an_accent_begins_as_its_base(trained: tuple[LineNet, Path]) -> None:
    old, folder = trained
    fresh = tiny_lines.network(6)
    drawn = fresh.classifier.weight.detach().clone()
    new = warm_started(fresh, Lines(labels="béeza", height=24), find_initial(str(folder)))
    assert isinstance(new, LineNet)
    rows = new.classifier.weight
    assert torch.equal(rows[[0, 1, 2, 4, 5]], old.classifier.weight[[2, 1, 1, 0, 3]])  # the blank stays the last
    assert torch.equal(rows[3], drawn[3])
    assert torch.equal(new.classifier.bias[[1, 5]], old.classifier.bias[[1, 3]])
    assert old.shortcut is not None and new.shortcut is not None
    assert torch.equal(new.shortcut.weight[1], old.shortcut.weight[1])
    assert torch.equal(new.stages[0].down.convolution.weight, old.stages[0].down.convolution.weight)


def test_a_layer_as_wide_as_the_classes_is_no_class_layer(tmp_path: Path) -> None:
    """8 classes beside 8 channels: with as many new labels in another order only the classes change places."""
    old = tiny_lines.network(8)
    with torch.no_grad():
        old.stem.norm.bias.copy_(torch.arange(8.0))
    save_model(old, tmp_path)
    (tmp_path / "contract.json").write_text(json.dumps({"task": "lines", "labels": list("abcdefg")}))
    new = warm_started(tiny_lines.network(8), Lines(labels="gfedcba", height=24), find_initial(str(tmp_path)))
    assert isinstance(new, LineNet)
    assert torch.equal(new.classifier.weight, old.classifier.weight[[6, 5, 4, 3, 2, 1, 0, 7]])
    assert torch.equal(new.stem.norm.bias, old.stem.norm.bias)


def test_another_architecture_or_network_is_one_line(trained: tuple[LineNet, Path]) -> None:
    initial = find_initial(str(trained[1]))
    with pytest.raises(InputError, match="the same sizes"):
        warm_started(tiny_lines.network(4, hidden=8), Lines(labels="aeb", height=24), initial)
    with pytest.raises(InputError, match="the same architecture"):
        warm_started(tiny_lines.network(4, hidden=0), Lines(labels="aeb", height=24), initial)
    with pytest.raises(InputError, match="LineNet for a CharNet"):
        warm_started(CharNet(3, widths=(4, 6), depths=(1, 1)), Characters(labels="aeb"), initial)


def test_a_folder_without_weights(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"contract\.json"):
        find_initial(str(tmp_path))


def test_a_run_one_of_its_steps_or_the_network_of_a_step(trained: tuple[LineNet, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    for step in ("0-train-aa", "9-prune-bb", "10-distil-cc", ".11-more-dd"):
        save_model(tiny_lines.network(4), run / "steps" / step / "model")
    for step in ("0-train-aa", "9-prune-bb", "10-distil-cc"):
        (run / "steps" / step / "artefact").mkdir()
        (run / "steps" / step / "artefact/contract.json").write_text(json.dumps({"labels": [step[0]]}))
    last, first = run / "steps/10-distil-cc", run / "steps/0-train-aa"
    assert find_initial(str(run)).folder == last / "model", "the last finished one, by number"
    for named in (first, first / "model"):
        assert find_initial(str(named)).folder == first / "model"
        assert find_initial(str(named)).labels == ("0",)


def test_the_complaint_names_the_argument(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="teacher="):
        find_initial(str(tmp_path), what="teacher")
    with pytest.raises(InputError, match=r"no model 'lines-frr' in the zoo.*lines-fr-xs@4.*try: lines-fr-"):
        find_initial("lines-frr")
