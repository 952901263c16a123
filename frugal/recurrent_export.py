"""How LSTM layers get into the ONNX graph: one LSTM node per layer, weights as plain initialisers, any length.

`torch.export` unrolls an LSTM into as many steps as the example has (torch 2.14), and torch's own conversion computes
the weights inside the graph with dozens of Slice and Concat nodes, which quantisers then miss. So each `nn.LSTM` of the
network is replaced, for tracing only, by an operator that has no steps to unroll and maps onto ONNX's.

Knows no task and no particular network. Gate order: torch has input, forget, cell, output; ONNX input, output, forget,
cell.

Shapes: `B` batch, `T` steps, `F` features, `D` directions, `H` hidden units.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

OPERATOR = "frugal::lstm_layer"


def with_traceable_lstm(model: nn.Module) -> nn.Module:
    """A copy of `model` whose LSTMs can be traced at any length; it cannot be run, only exported."""
    _define()
    traceable = copy.deepcopy(model)
    for name, module in list(traceable.named_modules()):
        if isinstance(module, nn.LSTM):
            parent, _, own = name.rpartition(".")
            setattr(traceable.get_submodule(parent), own, _TraceableLstm(module))
    return traceable


def translations() -> dict[Callable[..., Any], Callable[..., Any]]:
    """What torch.onnx.export must know: the tracing operator -> its ONNX nodes."""
    from onnxscript import opset18

    op: Any = opset18
    _define()

    def lstm_layer(sequence: Any, weight: Any, recurrence: Any, bias: Any, hidden: int, bidirectional: bool) -> Any:
        direction = "bidirectional" if bidirectional else "forward"
        outputs, _, _ = op.LSTM(sequence, weight, recurrence, bias, hidden_size=hidden, direction=direction)
        by_step = op.Transpose(outputs, perm=[0, 2, 1, 3])  # (T, D, B, H) -> (T, B, D, H)
        return op.Reshape(by_step, op.Constant(value_ints=[0, 0, -1]))

    return {torch.ops.frugal.lstm_layer.default: lstm_layer}


class _TraceableLstm(nn.Module):
    """The layers of an `nn.LSTM`, weights in ONNX's order; returns (outputs, None) as far as callers look."""

    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        if lstm.proj_size or not lstm.bias:
            raise ValueError("an LSTM with a projection or without bias cannot be exported; use plain nn.LSTM")
        self.hidden, self.bidirectional, self.batch_first = lstm.hidden_size, lstm.bidirectional, lstm.batch_first
        self.layers = lstm.num_layers
        for layer in range(lstm.num_layers):
            for name, tensor in _onnx_weights(lstm, layer).items():
                self.register_buffer(f"{name}_{layer}", tensor)

    def forward(self, sequence: Tensor) -> tuple[Tensor, None]:
        if self.batch_first:
            sequence = sequence.transpose(0, 1)
        for layer in range(self.layers):
            weights = (getattr(self, f"{name}_{layer}") for name in ("weight", "recurrence", "bias"))
            sequence = torch.ops.frugal.lstm_layer(sequence, *weights, self.hidden, self.bidirectional)
        return (sequence.transpose(0, 1) if self.batch_first else sequence), None


def _onnx_weights(lstm: nn.LSTM, layer: int) -> dict[str, Tensor]:
    """weight (D, 4H, F), recurrence (D, 4H, H) and bias (D, 8H) of one layer in ONNX's layout."""
    endings = [f"l{layer}", f"l{layer}_reverse"] if lstm.bidirectional else [f"l{layer}"]

    def stacked(kind: str) -> Tensor:
        return torch.stack([_reordered(getattr(lstm, f"{kind}_{ending}")) for ending in endings]).detach()

    bias = torch.cat([stacked("bias_ih"), stacked("bias_hh")], dim=1)
    return {"weight": stacked("weight_ih"), "recurrence": stacked("weight_hh"), "bias": bias}


def _reordered(weights: Tensor) -> Tensor:
    inputs, forget, cell, outputs = weights.chunk(4, dim=0)
    return torch.cat([inputs, outputs, forget, cell])


def _define() -> None:
    if hasattr(torch.ops.frugal, "lstm_layer"):
        return
    schema = (
        "(Tensor sequence, Tensor weight, Tensor recurrence, Tensor bias, int hidden, bool bidirectional) -> Tensor"
    )
    torch.library.define(OPERATOR, schema)

    def shape_only(
        sequence: Tensor, weight: Tensor, recurrence: Tensor, bias: Tensor, hidden: int, bidirectional: bool
    ) -> Tensor:
        return sequence.new_empty(sequence.shape[0], sequence.shape[1], hidden * (2 if bidirectional else 1))

    torch.library.register_fake(OPERATOR, shape_only)
