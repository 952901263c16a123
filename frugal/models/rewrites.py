"""Rewrites: what a compression step did to a network's shape, as plain JSON, so that it can be built again.

Knows layers by their attributes and tensors only; knows no file and no method that resizes.

`{"kind": "resize", "modules": {name: {"attributes": {...}, "tensors": {...}}}}`: the sizes that each named module has
afterwards. `{"kind": "factorise", "modules": {name: rank}}`: each named layer became two, with `rank` channels between
them. A network is its factory + the factory's arguments + its ordered `.rewrites` + its weights.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from frugal.contract import InputError

SIZES = (
    "in_channels",
    "out_channels",
    "groups",
    "in_features",
    "out_features",
    "num_features",
    "num_channels",
    "num_parameters",
    "normalized_shape",
    "input_size",
    "hidden_size",
)
"""The attributes that say how wide a layer is; nothing else is ever set from a file."""

Rewrite = Mapping[str, Any]


def resize(before: nn.Module, after: nn.Module) -> dict[str, Any]:
    """The rewrite that turns the layer sizes of `before` into those of `after`; both have the same module names."""
    modules = {}
    for name, module in after.named_modules():
        old, new = _sizes(before.get_submodule(name)), _sizes(module)
        if old != new:
            modules[name] = new
    return {"kind": "resize", "modules": modules}


def factorise(ranks: Mapping[str, int]) -> dict[str, Any]:
    """The rewrite that makes two layers of each named one, with so many channels between them."""
    return {"kind": "factorise", "modules": dict(ranks)}


def factors(layer: nn.Module, rank: int) -> nn.Sequential:
    """Two layers that stand in for a linear or (ungrouped) convolutional `layer`; their weights are not set.

    Linear: F -> rank -> outputs. Convolution: the same kernel to `rank` channels, then a kernel of 1 to the outputs.

    Raises:
        InputError: the layer is of another kind, or the rank is none.
    """
    if rank < 1 or not can_be_factorised(layer):
        raise InputError(
            f"a factorisation of {type(layer).__name__} at rank {rank}",
            allowed="linear and convolutional layers without groups, rank >= 1",
        )
    has_bias = layer.bias is not None
    if isinstance(layer, nn.Linear):
        return nn.Sequential(
            nn.Linear(layer.in_features, rank, bias=False), nn.Linear(rank, layer.out_features, bias=has_bias)
        )
    assert isinstance(layer, (nn.Conv1d, nn.Conv2d))
    kind: Any = type(layer)
    kept = {name: getattr(layer, name) for name in ("stride", "padding", "dilation", "padding_mode")}
    narrow = kind(layer.in_channels, rank, layer.kernel_size, bias=False, **kept)
    return nn.Sequential(narrow, kind(rank, layer.out_channels, 1, bias=has_bias))


def can_be_factorised(layer: nn.Module) -> bool:
    """Whether `factors` knows this kind of layer."""
    if isinstance(layer, (nn.Conv1d, nn.Conv2d)):
        return layer.groups == 1
    return isinstance(layer, nn.Linear)


def replace(model: nn.Module, name: str, layer: nn.Module) -> None:
    """Put `layer` in the place of the submodule `name` of `model`."""
    parent, _, own = name.rpartition(".")
    setattr(model.get_submodule(parent), own, layer)


def history(model: nn.Module) -> list[Rewrite]:
    """The rewrites that `model` has been through, oldest first."""
    return list(getattr(model, "rewrites", []))


def rebuild(model: nn.Module, rewrites: Sequence[Rewrite]) -> nn.Module:
    """A copy of `model`, fresh from its factory, with all `rewrites` applied in order; new tensors are empty."""
    rebuilt = copy.deepcopy(model)
    kinds: dict[str, Callable[[nn.Module, str, Any], None]] = {
        "resize": _resize_module,
        "factorise": _factorise_module,
    }
    for rewrite in rewrites:
        if not isinstance(rewrite, Mapping) or rewrite.get("kind") not in kinds:
            raise InputError(f"a rewrite {str(rewrite)[:60]!r}", allowed=", ".join(kinds), remedy="a newer frugal")
        for name, change in rewrite.get("modules", {}).items():
            _applied(kinds[rewrite["kind"]], rebuilt, name, change)
    rebuilt.rewrites = [*history(model), *(dict(rewrite) for rewrite in rewrites)]  # type: ignore[assignment]
    return rebuilt


def _sizes(module: nn.Module) -> dict[str, Any]:
    attributes = {name: _plain(module.__dict__[name]) for name in SIZES if name in module.__dict__}
    own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
    return {"attributes": attributes, "tensors": {name: list(tensor.shape) for name, tensor in own}}


def _plain(size: int | tuple[int, ...]) -> int | list[int]:
    return list(size) if isinstance(size, tuple) else size


def _applied(apply: Callable[[nn.Module, str, Any], None], model: nn.Module, name: str, change: Any) -> None:
    try:
        apply(model, name, change)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"a rewrite of {name!r} that the network does not have ({error})",
            allowed="layers and sizes of the network that was saved",
            remedy="the version of the network's code that saved it",
        ) from error


def _resize_module(model: nn.Module, name: str, sizes: Mapping[str, Any]) -> None:
    module = model.get_submodule(name)
    for attribute, size in sizes["attributes"].items():
        if attribute not in SIZES or attribute not in module.__dict__:
            raise KeyError(attribute)
        setattr(module, attribute, tuple(size) if isinstance(size, list) else int(size))
    for tensor, shape in sizes["tensors"].items():
        _resize_tensor(module, tensor, shape)


def _factorise_module(model: nn.Module, name: str, rank: int) -> None:
    replace(model, name, factors(model.get_submodule(name), int(rank)))


def _resize_tensor(module: nn.Module, name: str, shape: Sequence[int]) -> None:
    old = getattr(module, name)
    if list(old.shape) == list(shape):
        return
    new = torch.zeros(tuple(int(size) for size in shape), dtype=old.dtype, device=old.device)
    if isinstance(old, nn.Parameter):
        setattr(module, name, nn.Parameter(new, requires_grad=old.requires_grad))
    else:
        setattr(module, name, new)
