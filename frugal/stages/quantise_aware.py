"""Quantisation-aware training: the network learns with the rounding that an int8 pass will do to it, then is baked.

Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018:
weights and activations are rounded in the forward pass, gradients pass as if they were not (straight-through, Bengio
et al. 2013). Weights: symmetric, one scale per output channel, or per gate and unit of a recurrent layer; activations:
one scale for the input of each convolution and linear layer, from its range in training. The grids are those of
`int8_static` and `int8_hybrid` with `per_channel`.

The result is an ordinary float network: its weights lie on the grid (baked) and no trace of the rounding is left, so it
is exported as any other, with any width of its input, and the pass that follows rounds nothing of the weights away.

Deviations: batch normalisation is not folded in training. It need not be: it multiplies each output channel by a
number, and scales per output channel are multiplied with it, so the integers stay the same. Inputs and states of
recurrent layers are not rounded in training; the passes give them a scale of their own for each line. Range of an
activation: moving average in training, while the pass measures it anew. Knows no architecture, no data set, no ONNX.

Shapes: `O` output channels (or gates and units), `I` everything else of a weight.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd
from torch.nn.utils import parametrize

from frugal.contract import InputError, Workbench
from frugal.strengths import Strengths

FULL, REDUCED = 127, 64
"""Largest integer of a weight: with all of int8, and with 7 bits."""
MOMENTUM = 0.05
"""Share of the latest batch in the moving average of a range."""
INPUT = "rounded_input"


@dataclass(frozen=True, kw_only=True)
class QuantiseAware:
    """Train with rounded weights and activations, and give back the rounded weights.

    Attributes:
        epochs: epochs of training.
        learning_rate: None takes the workbench's own; a tenth of what trained the network is usual.
        reduce_range: weights in 7 bits, as the pass that follows (see there).
        activation: "uint8" (asymmetric) or "int8" (symmetric), as the pass that follows.
    """

    epochs: int = 5
    learning_rate: float | None = 2e-4
    reduce_range: bool = True
    activation: Literal["uint8", "int8"] = "uint8"

    strengths: ClassVar = Strengths(role="settle", settings=({"epochs": 2}, {"epochs": 5}))

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise InputError(f"epochs={self.epochs}", allowed=">= 1", remedy="epochs=5")
        if self.activation not in ("uint8", "int8"):
            raise InputError(f"activation={self.activation}", allowed="uint8, int8", remedy="activation=uint8")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A trained copy of `model` whose weights lie on the grid of the int8 passes."""
        rounding = with_rounding(model, levels=REDUCED if self.reduce_range else FULL, activation=self.activation)
        trained = workbench.finetune(rounding, epochs=self.epochs, learning_rate=self.learning_rate)
        return baked(trained, model)


def with_rounding(model: nn.Module, *, levels: int, activation: str = "uint8") -> nn.Module:
    """A copy of `model` that computes with rounded weights, and with rounded inputs of what is no recurrent layer.

    Raises:
        InputError: it has no layer with weights that a pass makes integer.
    """
    result = copy.deepcopy(model)
    layers = [layer for layer in result.modules() if _weights(layer)]
    if not layers:
        raise InputError(
            f"a {type(model).__name__} without convolutional, linear or recurrent layers",
            allowed="a network that int8 passes work on",
        )
    for layer in layers:
        for name in _weights(layer):
            parametrize.register_parametrization(layer, name, RoundedWeight(levels))
        if isinstance(layer, nn.RNNBase):
            _read_weights_anew(layer)
        else:
            layer.add_module(INPUT, RoundedInput(is_signed=activation == "int8").train(layer.training))
            layer.register_forward_pre_hook(_round_input)
    return result


def baked(rounding: nn.Module, model: nn.Module) -> nn.Module:
    """A copy of `model` with the weights that `rounding`, made of it, computes with; in evaluation mode."""
    result = copy.deepcopy(model)
    with torch.no_grad():
        for name, tensor in [*result.named_parameters(), *result.named_buffers()]:
            layer, _, own = name.rpartition(".")
            tensor.copy_(getattr(rounding.get_submodule(layer), own))
    return result.eval()


class RoundedWeight(nn.Module):
    """A weight (O, I) rounded to `levels` steps on either side of zero; the largest of each channel is the last step.

    So a pass that takes the channel's scale from its largest weight finds the same scale and the same integers.
    """

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.levels = levels

    def forward(self, weight: Tensor) -> Tensor:
        rounded: Tensor = _Straight.apply(weight, self.levels)
        return rounded


class RoundedInput(nn.Module):
    """An activation of any shape rounded to 256 steps (signed: 255) over its range, which always holds zero.

    The range is a moving average in training and stands still in evaluation; before it has seen anything, inputs
    pass as they are.
    """

    low: Tensor
    high: Tensor
    has_seen: Tensor

    def __init__(self, *, is_signed: bool) -> None:
        super().__init__()
        self.is_signed = is_signed
        self.register_buffer("low", torch.tensor(0.0))
        self.register_buffer("high", torch.tensor(0.0))
        self.register_buffer("has_seen", torch.tensor(False))

    def forward(self, values: Tensor) -> Tensor:
        if self.training:
            self._look(values.detach())
        if not self.has_seen or self.low == self.high:
            return values
        if self.is_signed:
            scale = torch.maximum(-self.low, self.high) / 127
            return torch.fake_quantize_per_tensor_affine(values, scale, torch.zeros_like(scale).int(), -127, 127)
        scale = (self.high - self.low) / 255
        zero = (-self.low / scale).round().int()
        return torch.fake_quantize_per_tensor_affine(values, scale, zero, 0, 255)

    def _look(self, values: Tensor) -> None:
        low, high = torch.aminmax(values.float())
        share = MOMENTUM if self.has_seen else 1.0
        self.low.lerp_(low.clamp(max=0.0), share)
        self.high.lerp_(high.clamp(min=0.0), share)
        self.has_seen.fill_(True)


class _Straight(torch.autograd.Function):
    """Rounding whose gradient is that of no rounding."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, levels: int) -> Tensor:
        largest = weight.abs().amax(dim=tuple(range(1, weight.ndim)), keepdim=True)
        scale = torch.where(largest > 0, largest / levels, 1.0)
        return (weight / scale).round().clamp(-levels, levels) * scale

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


def _weights(layer: nn.Module) -> list[str]:
    """Names of the weights of a layer that passes make integer, each with its output channels first."""
    if isinstance(layer, nn.RNNBase):
        return [name for name, _ in layer.named_parameters(recurse=False) if name.startswith("weight_")]
    is_plain = isinstance(layer, nn.Linear | _ConvNd) and not isinstance(layer, _ConvTransposeNd)
    return ["weight"] if is_plain else []


def _round_input(layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    return (layer.get_submodule(INPUT)(inputs[0]), *inputs[1:])


def _read_weights_anew(layer: nn.RNNBase) -> None:
    """Recurrent layers keep a list of their weights: it would hold those of one moment, and could not be copied."""
    layer.__dict__.pop("_flat_weights", None)
    names = layer._flat_weights_names
    flat = property(lambda self: [getattr(self, name) for name in names], lambda self, weights: None)
    type(layer)._flat_weights = flat  # type: ignore[assignment]
