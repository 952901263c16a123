"""What reads what, measured: through reordering, joining, gating and attention, and in training alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal.pruning.tracing import Trace, trace
from tests.unit import recurrent_nets as nets

IMAGE = (torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)),)


class Branches(nn.Module):
    """Two convolutions joined, shuffled, gated by a linear layer of their means; one more head in training."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(3, 2, 1)
        self.gate = nn.Linear(6, 6)
        self.last = nn.Linear(6 * 16, 5)
        self.auxiliary = nn.Linear(6, 5)

    def forward(self, image: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        both = torch.cat([functional.relu(self.left(image), inplace=True), self.right(image)], dim=1)
        mixed = both[:, [5, 0, 1, 2, 3, 4]]  # last of `right`, then `left`, then first of `right`
        gated = mixed * torch.sigmoid(self.gate(mixed.mean((2, 3))))[:, :, None, None]
        pooled = functional.max_pool2d(gated, 2)
        logits: Tensor = self.last(pooled.flatten(1))
        return (logits, self.auxiliary(both.amax((2, 3)))) if self.training else logits


def made_by(found: Trace, name: str, *places: int) -> set[int]:
    return {found.channels[name][place] for place in places}


def test_every_input_of_a_layer_names_the_channels_that_it_comes_from() -> None:
    found = trace(Branches().eval(), IMAGE)
    order = [("right", 1), ("left", 0), ("left", 1), ("left", 2), ("left", 3), ("right", 0)]
    joined = [made_by(found, *channel) for channel in order]
    assert found.reads["gate"] == joined
    gated = [channels | made_by(found, "gate", place) for place, channels in enumerate(joined)]
    assert found.reads["last"] == [channels for channels in gated for _ in range(16)]


def test_what_runs_in_training_alone_is_followed_too() -> None:
    found = trace(Branches().eval(), IMAGE)
    assert found.reads["auxiliary"] == [
        *(made_by(found, "left", place) for place in range(4)),
        *(made_by(found, "right", place) for place in range(2)),
    ]
    assert found.fixed == {*found.channels[""], *found.channels["last"], *found.channels["auxiliary"]}


def test_the_inputs_of_the_network_stay() -> None:
    found = trace(Branches().eval(), IMAGE)
    assert found.reads["left"] == [{0}] * 3 == [set(found.channels[""])] * 3


def test_a_network_is_left_as_it_was() -> None:
    model = Branches().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.random.get_rng_state()
    trace(model, IMAGE)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert model.training and all(parameter.requires_grad for parameter in model.parameters())
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_states_and_outputs_name_the_same_units(kind: str) -> None:
    image = (torch.rand(2, 1, 24, 16),)
    outputs = trace(nets.Crnn(kind=kind, layers=2).eval(), image)
    states = trace(nets.LastState(kind=kind, layers=2).eval(), image)
    last = list(outputs.channels["recurrent"])[-12:]
    assert outputs.reads["hidden"] == states.reads["hidden"] == [{unit} for unit in last]


def test_attention_keeps_what_it_reads() -> None:
    class Attending(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.attention = nn.Linear(4, 6), nn.MultiheadAttention(6, 2, batch_first=True)
            self.last = nn.Linear(6, 2)

        def forward(self, sequence: Tensor) -> Tensor:
            hidden = self.first(sequence)
            logits: Tensor = self.last(self.attention(hidden, hidden, hidden)[0])
            return logits

    found = trace(Attending().eval(), (torch.rand(2, 3, 4),))
    assert set(found.channels["first"]) <= found.fixed
    assert "last" not in found.reads  # nothing that could leave reaches it
