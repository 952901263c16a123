"""How recurrent layers get into the ONNX graph: one LSTM or GRU node per layer, weights as initialisers, any length.

`torch.export` unrolls a recurrence into as many steps as the example has (torch 2.14), and torch's own conversion
computes the weights inside the graph with dozens of Slice and Concat nodes, which quantisers then miss. So each
`nn.LSTM` and `nn.GRU` of the network is replaced, for tracing only, by an operator that has no steps to unroll and maps
onto ONNX's.

Knows no task and no particular network. Order of the gates: in an LSTM torch has input, forget, cell, output; ONNX
input, output, forget, cell. In a GRU torch has reset, update, new; ONNX update, reset, new.

Shapes: `B` batch, `T` steps, `F` features, `D` directions, `G` gates, `H` hidden units.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

ONNX_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}
"""ONNX operator -> where each of its gates stands in torch's layer of that name."""


def with_traceable_recurrence(model: nn.Module) -> nn.Module:
    """A copy of `model` whose LSTMs and GRUs can be traced at any length; it cannot be run, only exported."""
    _define()
    traceable = copy.deepcopy(model)
    for name, module in list(traceable.named_modules()):
        if isinstance(module, (nn.LSTM, nn.GRU)):
            parent, _, own = name.rpartition(".")
            setattr(traceable.get_submodule(parent), own, _Traceable(module))
    return traceable


def translations() -> dict[Callable[..., Any], Callable[..., Any]]:
    """What torch.onnx.export must know: the tracing operators -> their ONNX nodes."""
    from onnxscript import opset18

    op: Any = opset18
    _define()

    def lstm_layer(sequence: Any, weight: Any, recurrence: Any, bias: Any, hidden: int, bidirectional: bool) -> Any:
        outputs, _, _ = op.LSTM(
            sequence, weight, recurrence, bias, hidden_size=hidden, direction=_direction(bidirectional)
        )
        return _side_by_side(op, outputs)

    def gru_layer(sequence: Any, weight: Any, recurrence: Any, bias: Any, hidden: int, bidirectional: bool) -> Any:
        outputs, _ = op.GRU(
            sequence,
            weight,
            recurrence,
            bias,
            hidden_size=hidden,
            direction=_direction(bidirectional),
            linear_before_reset=1,  # torch resets what the recurrence gave, not what it is given
        )
        return _side_by_side(op, outputs)

    return {torch.ops.frugal.lstm_layer.default: lstm_layer, torch.ops.frugal.gru_layer.default: gru_layer}


def _direction(bidirectional: bool) -> str:
    return "bidirectional" if bidirectional else "forward"


def _side_by_side(op: Any, outputs: Any) -> Any:
    """(T, D, B, H) -> (T, B, D * H)."""
    return op.Reshape(op.Transpose(outputs, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, -1]))


class _Traceable(nn.Module):
    """The layers of an `nn.LSTM` or `nn.GRU`, weights in ONNX's order; of its answers the outputs alone, and None."""

    def __init__(self, layer: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        if layer.proj_size or not layer.bias:
            raise ValueError(
                f"{layer.mode} with a projection or without bias cannot be exported; use plain nn.{layer.mode}"
            )
        self.mode = layer.mode
        self.hidden, self.bidirectional, self.batch_first = layer.hidden_size, layer.bidirectional, layer.batch_first
        self.layers = layer.num_layers
        for number in range(layer.num_layers):
            for name, tensor in _onnx_weights(layer, number).items():
                self.register_buffer(f"{name}_{number}", tensor)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        run = torch.ops.frugal.lstm_layer if self.mode == "LSTM" else torch.ops.frugal.gru_layer
        if self.batch_first:
            sequence = sequence.transpose(0, 1)
        for number in range(self.layers):
            weights = (getattr(self, f"{name}_{number}") for name in ("weight", "recurrence", "bias"))
            sequence = run(sequence, *weights, self.hidden, self.bidirectional)
        return (sequence.transpose(0, 1) if self.batch_first else sequence), None


def _onnx_weights(layer: nn.LSTM | nn.GRU, number: int) -> dict[str, Tensor]:
    """weight (D, G * H, F), recurrence (D, G * H, H) and bias (D, 2 * G * H) of one layer in ONNX's layout."""
    endings = [f"l{number}", f"l{number}_reverse"] if layer.bidirectional else [f"l{number}"]

    def stacked(kind: str) -> Tensor:
        return torch.stack([_reordered(getattr(layer, f"{kind}_{ending}"), layer.mode) for ending in endings]).detach()

    bias = torch.cat([stacked("bias_ih"), stacked("bias_hh")], dim=1)
    return {"weight": stacked("weight_ih"), "recurrence": stacked("weight_hh"), "bias": bias}


def _reordered(weights: Tensor, mode: str) -> Tensor:
    order = ONNX_GATES[mode]
    gates = weights.chunk(len(order), dim=0)
    return torch.cat([gates[place] for place in order])


def _define() -> None:
    if hasattr(torch.ops.frugal, "lstm_layer"):
        return

    def shape_only(
        sequence: Tensor, weight: Tensor, recurrence: Tensor, bias: Tensor, hidden: int, bidirectional: bool
    ) -> Tensor:
        return sequence.new_empty(sequence.shape[0], sequence.shape[1], hidden * (2 if bidirectional else 1))

    arguments = "Tensor sequence, Tensor weight, Tensor recurrence, Tensor bias, int hidden, bool bidirectional"
    for operator in ("frugal::lstm_layer", "frugal::gru_layer"):
        torch.library.define(operator, f"({arguments}) -> Tensor")
        torch.library.register_fake(operator, shape_only)
