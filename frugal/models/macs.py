"""What a network's weights cost for one sample: multiply-accumulates and bytes, of the layers that run.

Knows convolutional, linear and recurrent layers of PyTorch; `frugal.runtime.counting` counts the exported graph.
A price is the cost of one number of a tensor, so that the cost of a network is the sum of price x numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

Prices = dict[str, int]


def mac_prices(model: nn.Module, inputs: tuple[Tensor, ...]) -> Prices:
    """Weight -> how often each of its numbers is multiplied for one sample of `inputs` (B, ...)."""
    prices: Prices = {}

    def count(name: str, layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        for weight in _multiplied(layer):
            key = f"{name}.{weight}"
            prices[key] = prices.get(key, 0) + _uses(layer, given[0], output)

    _run(model, inputs, count)
    return prices


def byte_prices(model: nn.Module, inputs: tuple[Tensor, ...]) -> Prices:
    """Parameter of a layer that runs -> bytes of each of its numbers."""
    prices: Prices = {}

    def weigh(name: str, layer: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        own = layer.named_parameters(recurse=False)
        prices.update({f"{name}.{key}": tensor.element_size() for key, tensor in own})

    _run(model, inputs, weigh)
    return prices


def total(model: nn.Module, prices: Prices) -> int:
    """The cost of `model` at `prices`."""
    tensors = dict(model.named_parameters())
    return sum(price * tensors[name].numel() for name, price in prices.items())


def count_macs(model: nn.Module, inputs: tuple[Tensor, ...]) -> int:
    """Multiply-accumulates of the convolutional, linear and recurrent layers of `model` for one sample of `inputs`."""
    return total(model, mac_prices(model, inputs))


def _run(model: nn.Module, inputs: tuple[Tensor, ...], visit: Callable[..., None]) -> None:
    """Call `visit(name, layer, given, output)` for every module that runs."""

    def hook(name: str) -> Callable[..., None]:
        return lambda layer, given, named, output: visit(name, layer, (*given, *named.values()), output)

    layers = [(name, layer) for name, layer in model.named_modules() if name]
    hooks = [layer.register_forward_hook(hook(name), with_kwargs=True) for name, layer in layers]
    try:
        with torch.no_grad():
            model(*inputs)
    finally:
        for handle in hooks:
            handle.remove()


def _multiplied(layer: nn.Module) -> list[str]:
    if isinstance(layer, (_ConvNd, nn.Linear)):
        return ["weight"]
    if isinstance(layer, nn.RNNBase):
        return [name for name, _ in layer.named_parameters(recurse=False) if name.startswith("weight")]
    return []


def _uses(layer: nn.Module, given: Tensor, output: Any) -> int:
    """Positions (convolutional, linear) or steps (recurrent) at which the weights of `layer` are used, per sample."""
    if isinstance(layer, nn.RNNBase):
        return int(given.shape[1 if layer.batch_first and given.ndim == 3 else 0])
    if isinstance(layer, nn.Linear):
        return int(output[0].numel() // output.shape[-1])
    positions = given if isinstance(layer, _ConvNd) and layer.transposed else output
    return int(positions[0].numel() // positions.shape[1])
