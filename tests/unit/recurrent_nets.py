"""Small networks for lines with recurrent layers in every arrangement that pruning must follow, or refuse."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from frugal.testing import tiny_lines

CLASSES = len(tiny_lines.LABELS) + 1
CELLS = [(kind, both, layers) for kind in ("LSTM", "GRU") for both in (False, True) for layers in (1, 2)]
"""Kind, bidirectional, layers."""


class Crnn(nn.Module):
    """Two convolutions, the columns as a sequence, a recurrent layer, two linear layers. (B, 1, 24, W) -> (B, T, C)."""

    def __init__(
        self, num_outputs: int = CLASSES, *, kind: str = "LSTM", both: bool = True, layers: int = 1, hidden: int = 6
    ) -> None:
        super().__init__()
        self.hparams: dict[str, Any] = {"num_outputs": num_outputs, "kind": kind, "both": both, "layers": layers}
        self.hparams["hidden"] = hidden
        self.first = nn.Sequential(nn.Conv2d(1, 6, 3, stride=2, padding=1), nn.BatchNorm2d(6), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(6, 5, 3, stride=2, padding=1), nn.BatchNorm2d(5), nn.ReLU())
        self.recurrent = self._recurrent(5 * 6)
        self.dropout = nn.Dropout(0.1)
        self.hidden = nn.Linear(hidden * (1 + both), 7)
        self.classifier = nn.Linear(7, num_outputs)

    def forward(self, image: Tensor, lengths: Tensor | None = None) -> Tensor:
        outputs = self.sequence(self.recurrent, self.columns(self.second(self.first(image))))
        logits: Tensor = self.classifier(torch.relu(self.hidden(self.dropout(outputs))))
        return logits

    def columns(self, features: Tensor) -> Tensor:
        """(B, F, H, W) -> (B, W, F * H)."""
        return features.permute(0, 3, 1, 2).flatten(2)

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        """(B, T, F) -> (B, T, D * H)."""
        outputs: Tensor = recurrent(columns)[0]
        return outputs

    def _recurrent(self, inputs: int, **changes: Any) -> nn.RNNBase:
        kind, both, layers, hidden = (self.hparams[key] for key in ("kind", "both", "layers", "hidden"))
        arguments = {"num_layers": layers, "batch_first": True, "bidirectional": both, **changes}
        made: nn.RNNBase = getattr(nn, kind)(inputs, hidden, **arguments)
        return made


class StepsFirst(Crnn):
    """The recurrent layer takes (T, B, F)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.recurrent = self._recurrent(30, batch_first=False)

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        return super().sequence(recurrent, columns.transpose(0, 1)).transpose(0, 1)


class TwoModules(Crnn):
    """A second recurrent module reads the first."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.further = self._recurrent(self.recurrent.hidden_size * (1 + self.recurrent.bidirectional))

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        return super().sequence(self.further, self.dropout(super().sequence(recurrent, columns)))


class Normalised(Crnn):
    """Layer normalisation and a hyperbolic tangent behind the recurrent layer."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.norm = nn.LayerNorm(self.hidden.in_features)

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        return torch.tanh(self.norm(super().sequence(recurrent, columns)))


class Convolved(Crnn):
    """A depthwise and a pointwise convolution along the steps read the recurrent layer."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        width = self.hidden.in_features
        self.along = nn.Sequential(
            nn.Conv1d(width, width, 3, padding=1, groups=width), nn.BatchNorm1d(width), nn.Conv1d(width, width, 1)
        )

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        along: Tensor = self.along(super().sequence(recurrent, columns).transpose(1, 2))
        return along.transpose(1, 2)


class LastState(Crnn):
    """The last states, not the outputs, are read: one answer per line. (B, 1, C)."""

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        _, state = recurrent(columns)
        last = state[0] if isinstance(state, tuple) else state  # (L * D, B, H)
        directions = self.hidden.in_features // last.shape[2]
        return torch.cat(list(last[-directions:]), dim=1).unsqueeze(1)


class ChannelMinor(Crnn):
    """Columns laid out row by row, (B, W, H * F): what belongs to one channel does not lie together."""

    def columns(self, features: Tensor) -> Tensor:
        return features.permute(0, 3, 2, 1).flatten(2)


class Summed(Crnn):
    """Both directions are added before anything reads them."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.hidden = nn.Linear(self.recurrent.hidden_size, 7)

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        forwards, backwards = super().sequence(recurrent, columns).chunk(2, dim=2)
        return forwards + backwards


class Residual(Crnn):
    """What the recurrent layer reads is added to what it gives."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{**arguments, "hidden": 15, "both": True})

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        return columns + super().sequence(recurrent, columns)


class Twice(Crnn):
    """One recurrent layer called twice."""

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        return super().sequence(recurrent, columns) + super().sequence(recurrent, 2 * columns)


class Stated(Crnn):
    """The recurrent layer is given its first state."""

    def sequence(self, recurrent: nn.Module, columns: Tensor) -> Tensor:
        assert isinstance(recurrent, nn.GRU)
        states = recurrent.num_layers * (1 + recurrent.bidirectional)
        outputs: Tensor = recurrent(columns, hx=columns.new_ones(states, len(columns), recurrent.hidden_size))[0]
        return outputs


class Outermost(Crnn):
    """The recurrent layer's outputs are the network's own."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.hidden, self.classifier = nn.Linear(1, 1), nn.Linear(1, 1)

    def forward(self, image: Tensor, lengths: Tensor | None = None) -> Tensor:
        return self.sequence(self.recurrent, self.columns(self.second(self.first(image))))
