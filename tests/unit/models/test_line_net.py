"""Networks for lines: steps of every width, padding that changes nothing, arguments that are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from frugal.models import line_net
from frugal.models.line_net import LineNet
from frugal.models.saving import load_model, save_model

SMALL: dict[str, Any] = {"height": 16, "widths": (4, 6, 8), "depths": (0, 1), "hidden": 5, "dropout": 0.0}
KINDS: list[dict[str, Any]] = [
    {},
    {"narrow": 2, "layers": 1},
    {"hidden": 0, "mixers": 2, "kernel": 3},
    {"narrow": 0},
    {"cell": "gru"},
    {"cell": "gru", "layers": 1},
]


def network(**changed: Any) -> LineNet:
    torch.manual_seed(0)
    return LineNet(3, **(SMALL | changed))


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("width", [1, 4, 5, 33])
def test_one_step_per_stride(kind: dict[str, Any], width: int) -> None:
    model = network(**kind).eval()
    assert model(torch.rand(2, 1, 16, width)).shape == (2, -(-width // model.time_stride), 3)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_padded_line_answers_as_alone(kind: dict[str, Any]) -> None:
    model, lines = network(**kind).eval(), [torch.rand(1, 1, 16, width) for width in (1, 13, 32)]
    with torch.no_grad():
        for norm in (m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)):
            norm.bias.fill_(0.3)  # paper is not zero any more after the first layer
        batch = torch.cat([torch.nn.functional.pad(line, (0, 32 - line.shape[3])) for line in lines])
        together = model(batch, torch.tensor([1, 13, 32]))
        for row, line in zip(together, lines, strict=True):
            alone = model(line)[0]
            assert torch.allclose(row[: len(alone)], alone, atol=1e-5)


def test_the_shortcut_answers_in_training_only() -> None:
    model = network()
    logits, shortcut = model(torch.rand(2, 1, 16, 20))
    assert logits.shape == shortcut.shape == (2, 5, 3)
    assert isinstance(network(shortcut=False)(torch.rand(2, 1, 16, 20)), torch.Tensor)
    assert isinstance(model.eval()(torch.rand(2, 1, 16, 20)), torch.Tensor)


def test_padded_gru_answers_as_packed_sequences_do() -> None:
    model = network(cell="gru").eval()
    assert isinstance(model.recurrent, torch.nn.GRU)
    sequence, lengths = torch.rand(3, 9, 8), torch.tensor([9, 4, 1])
    packed = torch.nn.utils.rnn.pack_padded_sequence(sequence, lengths, batch_first=True)
    expected, _ = torch.nn.utils.rnn.pad_packed_sequence(model.recurrent(packed)[0], batch_first=True)
    answers = line_net._run(model.recurrent, sequence, lengths)
    for row, right, own in zip(answers, expected, lengths, strict=True):
        assert torch.allclose(row[:own], right[:own], atol=1e-6)


def test_a_network_saved_before_cells_could_be_chosen_has_an_lstm(tmp_path: Path) -> None:
    save_model(network(), tmp_path)
    described = json.loads((tmp_path / "model.json").read_text())
    del described["arguments"]["cell"]
    (tmp_path / "model.json").write_text(json.dumps(described))
    loaded = load_model(tmp_path)
    assert isinstance(loaded, LineNet) and type(loaded.recurrent) is torch.nn.LSTM


@pytest.mark.parametrize(
    "wrong",
    [
        {"depths": (1,)},
        {"narrow": 3},
        {"height": 7},
        {"layers": 0},
        {"kernel": 4},
        {"hidden": -1},
        {"mixers": -1},
        {"cell": "rnn"},
    ],
)
def test_impossible_arguments_are_refused_with_a_remedy(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="use "):
        network(**wrong)
