"""Channels of a network: where each lies in the network's tensors, and the network without some of them.

Knows tensors and the sizes that layers state about themselves; knows neither how channels depend on each other nor
which of them should leave.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

from frugal.contract import InputError

Role = Literal["makes", "reads", "follows"]
Leaving = Mapping[str, Tensor]
"""Name of a group of channels -> the indices of those that leave."""

NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)
SAME = 1e-3
"""Largest difference, relative to the largest output, between two networks that should compute the same."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """How the channels of a group lie along one axis of one tensor.

    Attributes:
        tensor: name of a parameter or buffer of the network.
        axis: along which the channels lie.
        owners: (size of the axis,) the channel that each place belongs to; -1 for a place that always stays.
        role: the weights that compute a channel ("makes"), that multiply it ("reads"), or that go along with it number
            by number, as those of a normalisation do ("follows").
    """

    tensor: str
    axis: int
    owners: Tensor
    role: Role


@dataclass(frozen=True, kw_only=True)
class Channels:
    """Channels any of which may leave, with all that computes and reads them.

    Attributes:
        name: of the layer that makes them; for a recurrent layer also of the layer within it and its direction.
        count: how many there are.
        slices: where they lie.
        tied: groups of the same name must lose the same number.
    """

    name: str
    count: int
    slices: tuple[Slice, ...]
    tied: str


def is_depthwise(layer: nn.Module) -> bool:
    """Whether each channel of a convolution reads the one channel of the same number."""
    return isinstance(layer, _ConvNd) and layer.groups == layer.out_channels == layer.in_channels > 1


def making(name: str, layer: nn.Module, owners: Tensor) -> tuple[Slice, ...]:
    """The slices of a convolutional or linear layer that makes the channels."""
    axis = 1 if isinstance(layer, _ConvNd) and layer.transposed else 0
    slices = [Slice(tensor=f"{name}.weight", axis=axis, owners=owners, role="makes")]
    if layer.bias is not None:
        slices.append(Slice(tensor=f"{name}.bias", axis=0, owners=owners, role="makes"))
    return tuple(slices)


def reading(name: str, layer: nn.Module, owners: Tensor) -> tuple[Slice, ...]:
    """The slices of a convolutional, linear or recurrent layer that reads the channels; `owners` of its inputs."""
    if isinstance(layer, nn.RNNBase):
        weights = [key for key, _ in layer.named_parameters() if key.startswith("weight_ih_l0")]
        return tuple(Slice(tensor=f"{name}.{key}", axis=1, owners=owners, role="reads") for key in weights)
    axis = 0 if isinstance(layer, _ConvNd) and layer.transposed else 1
    return (Slice(tensor=f"{name}.weight", axis=axis, owners=owners, role="reads"),)


def following(name: str, layer: nn.Module, owners: Tensor) -> tuple[Slice, ...]:
    """The slices of a normalisation, a PReLU or a depthwise convolution that the channels pass through."""
    tensors = [*layer.named_parameters(recurse=False), *layer.named_buffers(recurse=False)]
    sized = [key for key, tensor in tensors if tensor.ndim and tensor.shape[0] == len(owners)]
    return tuple(Slice(tensor=f"{name}.{key}", axis=0, owners=owners, role="follows") for key in sized)


def narrowed(model: nn.Module, groups: Sequence[Channels], leaving: Leaving) -> nn.Module:
    """A copy of `model` without the channels that are `leaving`."""
    smaller = copy.deepcopy(model)
    for (tensor, axis), stays in _staying(groups, leaving).items():
        layer, _, own = tensor.rpartition(".")
        _select(smaller.get_submodule(layer), own, axis, stays)
    for layer in {part.tensor.rpartition(".")[0] for group in groups for part in group.slices}:
        _state_sizes(smaller.get_submodule(layer))
    return smaller


def check_narrowed(
    model: nn.Module, smaller: nn.Module, groups: Sequence[Channels], leaving: Leaving, inputs: tuple[Tensor, ...]
) -> None:
    """InputError unless `smaller` answers as `model` does when nobody reads the channels that left.

    What made those channels computes noise for the comparison, so that a reader that was overlooked shows. What the
    networks run in training alone is compared too.
    """
    unread, narrow = _unread(model, groups, leaving), copy.deepcopy(smaller)
    try:
        same = all(_answer_alike(unread, narrow, inputs, training=training) for training in (False, True))
        reason = "" if same else "what the others compute changes without them"
    except (RuntimeError, ValueError, IndexError, AttributeError, TypeError) as error:
        reason = str(error).partition("\n")[0]
    if reason:
        raise InputError(
            f"a {type(model).__name__} whose channels cannot be told apart ({reason})",
            allowed="layers that read whole channels of other layers",
            remedy="layers=feed_forward or layers=recurrent prunes one kind only",
        )


def switch(model: nn.Module, *, training: bool) -> None:
    """Let the network's own modules run as in training or evaluation, and PyTorch's layers as in evaluation."""
    for module in model.modules():
        module.training = training and not type(module).__module__.startswith("torch.")


def flat(answer: Any) -> list[Tensor]:
    """The tensors of a layer's or network's answer."""
    if isinstance(answer, Tensor):
        return [answer]
    return [tensor for part in answer for tensor in flat(part)] if isinstance(answer, (tuple, list)) else []


def _answer_alike(one: nn.Module, other: nn.Module, inputs: tuple[Tensor, ...], *, training: bool) -> bool:
    answers = []
    for model in (one, other):
        switch(model, training=training)
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            answers.append(flat(model(*inputs)))
    pairs = zip(*answers, strict=True)
    return all(a.shape == b.shape and bool((a - b).abs().max() <= SAME * (1 + a.abs().max())) for a, b in pairs)


def _staying(groups: Sequence[Channels], leaving: Leaving) -> dict[tuple[str, int], Tensor]:
    """(tensor, axis) -> whether each place along the axis stays."""
    staying: dict[tuple[str, int], Tensor] = {}
    for group in groups:
        for part in group.slices:
            stays = ~torch.isin(part.owners, leaving[group.name])
            key = part.tensor, part.axis
            staying[key] = staying[key] & stays if key in staying else stays
    return staying


def _select(layer: nn.Module, name: str, axis: int, stays: Tensor) -> None:
    old = getattr(layer, name)
    new = old.detach().index_select(axis, stays.nonzero().flatten())
    setattr(layer, name, nn.Parameter(new, requires_grad=old.requires_grad) if isinstance(old, nn.Parameter) else new)


def _state_sizes(layer: nn.Module) -> None:
    """Make a layer say of itself what its tensors are."""
    sizes: dict[str, int | tuple[int, ...]] = {}
    if isinstance(layer, nn.RNNBase):
        inputs, recurrence = layer.get_parameter("weight_ih_l0"), layer.get_parameter("weight_hh_l0")
        sizes = {"input_size": inputs.shape[1], "hidden_size": recurrence.shape[1]}
    elif isinstance(layer, nn.Linear):
        sizes = {"out_features": layer.weight.shape[0], "in_features": layer.weight.shape[1]}
    elif isinstance(layer, _ConvNd):
        first, second = layer.weight.shape[:2]
        groups = first if is_depthwise(layer) else layer.groups
        made, read = (second * groups, first) if layer.transposed else (first, second * groups)
        sizes = {"groups": groups, "out_channels": made, "in_channels": read}
    elif isinstance(layer, nn.LayerNorm):
        sizes = {"normalized_shape": tuple(layer.weight.shape)}
    else:
        tensor = next(t for t in (*layer.parameters(), *layer.buffers()) if t.ndim)
        stated = ("num_features", "num_channels", "num_parameters")
        sizes = {name: len(tensor) for name in stated if name in layer.__dict__}
    for name, size in sizes.items():
        setattr(layer, name, size)


def _unread(model: nn.Module, groups: Sequence[Channels], leaving: Leaving) -> nn.Module:
    """A copy of `model` that computes noise in the channels that are leaving, and in which nobody reads them."""
    unread = copy.deepcopy(model).requires_grad_(False)
    tensors = dict(unread.named_parameters())
    noise = torch.Generator().manual_seed(0)
    for role in ("makes", "reads"):
        for group in groups:
            for part in group.slices:
                gone = torch.isin(part.owners, leaving[group.name]).nonzero().flatten()
                if part.role == role and len(gone):
                    chosen = tensors[part.tensor].index_select(part.axis, gone)
                    filling = torch.randn(chosen.shape, generator=noise) if role == "makes" else chosen.new_zeros(1)
                    tensors[part.tensor].index_copy_(part.axis, gone, filling.expand_as(chosen))
    for (tensor, _), stays in _staying(groups, leaving).items():
        layer = unread.get_submodule(tensor.rpartition(".")[0])
        if isinstance(layer, (nn.LayerNorm, nn.GroupNorm)) and tensor.endswith(".weight"):
            layer.register_forward_hook(_normalising_only(stays.nonzero().flatten()))
    return unread


def _normalising_only(kept: Tensor) -> Callable[..., Tensor]:
    """A forward hook that makes a normalisation across channels take note of the `kept` ones only."""

    def hook(layer: nn.Module, arguments: tuple[Tensor, ...], output: Tensor) -> Tensor:
        assert isinstance(layer, (nn.LayerNorm, nn.GroupNorm))
        given, bias = arguments[0], None if layer.bias is None else layer.bias[kept]
        if isinstance(layer, nn.LayerNorm):
            some = functional.layer_norm(given[..., kept], (len(kept),), layer.weight[kept], bias, layer.eps)
            return torch.zeros_like(output).index_copy(-1, kept, some)
        some = functional.group_norm(given[:, kept], layer.num_groups, layer.weight[kept], bias, layer.eps)
        return torch.zeros_like(output).index_copy(1, kept, some)

    return hook
