"""Which channels each layer of a network reads: found by running the network, whatever stands between the layers.

The outputs of every layer that mixes its inputs (convolutional, linear, recurrent) are replaced by leaves of the
autograd graph. The gradient of one input of a layer towards the leaves then says which channels it comes from, however
the tensors in between were reordered, reshaped, joined, added, gated or pooled. No list of operations, no names.

What is followed is both what runs in evaluation and what runs in training alone (an auxiliary output). Normalisations,
PReLU and depthwise convolutions let each channel pass; layers with weights of any other kind keep what they read.

Shapes: `F` features that a layer reads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from frugal.contract import InputError
from frugal.pruning.channels import NORMS, flat, is_depthwise, switch

Dependencies = list[set[int]]
"""For each feature of a tensor the numbers of the channels that it comes from."""


@dataclass(frozen=True)
class Trace:
    """What was found.

    Attributes:
        channels: name of a layer -> the numbers of the channels that it makes; those of a recurrent layer in the order
            of PyTorch's states: (layer, direction, unit). The empty name stands for the network's inputs.
        reads: name of a layer -> of each of the features that it reads, the channels that it comes from.
        fixed: channels that must stay: the network's own outputs, and what layers read that are not known here.
    """

    channels: dict[str, range]
    reads: dict[str, Dependencies] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)


def mixes(layer: nn.Module) -> bool:
    """Whether a layer makes channels of its own out of those that it reads."""
    if isinstance(layer, _ConvNd):
        return not is_depthwise(layer) and (layer.groups == 1 or not layer.transposed)
    return isinstance(layer, (nn.Linear, nn.RNNBase))


def passes(layer: nn.Module) -> bool:
    """Whether a layer with weights of one per channel lets each channel pass."""
    return isinstance(layer, (*NORMS, nn.PReLU)) or is_depthwise(layer)


def trace(model: nn.Module, inputs: tuple[Tensor, ...]) -> Trace:
    """Follow the channels of `model` on their way from layer to layer."""
    probe = copy.deepcopy(model).requires_grad_(False)
    for layer in filter(is_depthwise, probe.modules()):
        nn.init.ones_(layer.get_parameter("weight"))  # hides no channel
    found = Trace(channels=_numbered(model))
    called: set[str] = set()
    for training in (False, True):
        run = _Run(found.channels)
        outputs = run(probe, inputs, training=training)
        _add(found, run, outputs)
        called |= run.called
    for name in found.channels.keys() - called:
        found.fixed.update(found.channels[name])
    return found


def _numbered(model: nn.Module) -> dict[str, range]:
    channels = {"": range(1)}  # the network's inputs as one channel, which no layer makes and which stays
    first = 1
    for name, layer in model.named_modules():
        if name and mixes(layer):
            channels[name] = range(first, first + _count(layer))
            first += _count(layer)
    return channels


def _count(layer: nn.Module) -> int:
    if isinstance(layer, nn.RNNBase):
        return layer.num_layers * (1 + layer.bidirectional) * layer.hidden_size
    return layer.out_features if isinstance(layer, nn.Linear) else int(layer.out_channels)  # type: ignore[arg-type]


def _add(found: Trace, run: _Run, outputs: Any) -> None:
    for name, tensors in run.given.items():
        for tensor in tensors:
            read = run.dependencies(tensor)
            known = found.reads.setdefault(name, [set() for _ in read])
            for feature, channels in zip(known, read, strict=True):
                feature |= channels
    for tensor in (*flat(outputs), *run.unknown):
        if tensor.requires_grad:
            found.fixed.update(*run.dependencies(tensor.reshape(1, -1)))


@dataclass(frozen=True)
class _Leaf:
    """A tensor that stands in for what a layer made; `rows` lays its gradient out as (channels, ...)."""

    tensor: Tensor
    channels: range
    rows: Callable[[Tensor], Tensor]


class _Run:
    """One run of a network, with leaves instead of what layers made and a note of what each was given."""

    def __init__(self, channels: dict[str, range]) -> None:
        self.channels = channels
        self.count = sum(map(len, channels.values()))
        self.leaves: list[_Leaf] = []
        self.given: dict[str, list[Tensor]] = {}
        self.unknown: list[Tensor] = []
        self.called: set[str] = set()
        self.random = torch.Generator().manual_seed(0)

    def __call__(self, probe: nn.Module, inputs: tuple[Tensor, ...], *, training: bool) -> Any:
        switch(probe, training=training)
        layers = [(name, layer) for name, layer in probe.named_modules() if name]
        hooks = [layer.register_forward_hook(self._hook(name), with_kwargs=True) for name, layer in layers]
        own = self.channels[""]
        given = [self._leaf(x, own, torch.flatten) if x.is_floating_point() else x for x in inputs]
        try:
            with torch.enable_grad(), torch.random.fork_rng(devices=[]):
                return probe(*given)
        finally:
            for hook in hooks:
                hook.remove()

    def dependencies(self, tensor: Tensor) -> Dependencies:
        """The channels that each of the features (F, ...) comes from.

        A channel that goes to one feature is found by the bits of that feature's number, in 2 log F gradients.
        """
        weights = torch.rand(tensor.shape, generator=self.random) + 0.5
        gradients = self._gradients(tensor, weights, self.leaves)
        near = [leaf for leaf, gradient in zip(self.leaves, gradients, strict=True) if gradient is not None]
        numbers = torch.arange(len(tensor))
        bits = range(max(1, (len(tensor) - 1).bit_length()))
        ones = torch.stack([self._touched(tensor, weights, numbers >> bit & 1 == 1, near) for bit in bits])
        zeros = torch.stack([self._touched(tensor, weights, numbers >> bit & 1 == 0, near) for bit in bits])
        found: Dependencies = [set() for _ in range(len(tensor))]
        if (ones & zeros).any():
            for number, channels in enumerate(found):
                touched = self._touched(tensor, weights, numbers == number, near)
                channels.update(touched.nonzero().flatten().tolist())
            return found
        of_channel = (ones.long() << torch.tensor(bits)[:, None]).sum(0).tolist()
        for channel in (ones | zeros).any(0).nonzero().flatten().tolist():
            found[of_channel[channel]].add(channel)
        return found

    def _touched(self, tensor: Tensor, weights: Tensor, features: Tensor, leaves: list[_Leaf]) -> Tensor:
        """(all channels,) whether the chosen `features` of (F, ...) depend on each."""
        touched = torch.zeros(self.count, dtype=torch.bool)
        chosen = weights * features.reshape(-1, *[1] * (tensor.ndim - 1))
        for leaf, gradient in zip(leaves, self._gradients(tensor, chosen, leaves), strict=True):
            if gradient is not None:
                touched[leaf.channels.start : leaf.channels.stop] |= (leaf.rows(gradient) != 0).any(1)
        return touched

    def _gradients(self, tensor: Tensor, weights: Tensor, leaves: list[_Leaf]) -> tuple[Tensor | None, ...]:
        return torch.autograd.grad(
            tensor, [leaf.tensor for leaf in leaves], weights, retain_graph=True, allow_unused=True
        )

    def _hook(self, name: str) -> Callable[..., Any]:
        def hook(layer: nn.Module, arguments: tuple[Any, ...], keywords: dict[str, Any], answer: Any) -> Any:
            given = (*arguments, *keywords.values())
            if mixes(layer):
                self.called.add(name)
                self._note(name, layer, given)
                return self._leaves(name, layer, answer)
            if passes(layer):
                self._note(name, layer, given)
                return None if is_depthwise(layer) else given[0]
            if next(layer.parameters(recurse=False), None) is not None:
                self.unknown += [tensor for tensor in flat(given) if tensor.requires_grad]
                return _detached(answer)
            return None

        return hook

    def _note(self, name: str, layer: nn.Module, given: tuple[Any, ...]) -> None:
        sequence = given[0]
        if isinstance(layer, nn.RNNBase) and (len(given) > 1 or not isinstance(sequence, Tensor)):
            raise InputError(
                f"the recurrent layer {name}, called with a state or with packed sequences",
                allowed="one padded tensor",
                remedy="another stage, or lengths that the network itself heeds",
            )
        if not sequence.requires_grad:
            return
        if isinstance(layer, nn.LayerNorm) and not layer.elementwise_affine:
            self.unknown.append(sequence)  # its size stands in no tensor
        else:
            axis = -1 if isinstance(layer, (nn.Linear, nn.RNNBase, nn.LayerNorm)) else 1
            self.given.setdefault(name, []).append(sequence.movedim(axis, 0))

    def _leaves(self, name: str, layer: nn.Module, answer: Any) -> Any:
        channels = self.channels[name]
        if not isinstance(layer, nn.RNNBase):
            axis = -1 if isinstance(layer, nn.Linear) else 1
            return self._leaf(answer, channels, lambda gradient: gradient.movedim(axis, 0).flatten(1))
        outputs, states = answer
        last = channels[-(1 + layer.bidirectional) * layer.hidden_size :]
        made = self._leaf(outputs, last, lambda gradient: gradient.movedim(-1, 0).flatten(1))
        further = [self._leaf(state, channels, _units_first) for state in flat(states)]
        return made, tuple(further) if isinstance(states, tuple) else further[0]

    def _leaf(self, tensor: Tensor, channels: range, rows: Callable[[Tensor], Tensor]) -> Tensor:
        """All positive, so that no ReLU hides it; a copy, so that operations in place may follow."""
        leaf = (torch.rand(tensor.shape, generator=self.random) + 0.1).requires_grad_(True)
        self.leaves.append(_Leaf(leaf, channels, lambda gradient: rows(gradient).reshape(len(channels), -1)))
        return leaf.clone()


def _units_first(states: Tensor) -> Tensor:
    """(layers * directions, B, H) or without B -> (layers * directions * H, B)."""
    return states.reshape(len(states), -1, states.shape[-1]).transpose(1, 2).flatten(0, 1)


def _detached(answer: Any) -> Any:
    if isinstance(answer, Tensor):
        return answer.detach()
    return type(answer)(map(_detached, answer)) if isinstance(answer, (tuple, list)) else answer
