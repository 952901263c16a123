"""Which channels of a network must leave together, and where each lies in its tensors.

Groups of coupled channels as in Fang, Ma, Song, Mi, Wang, "DepGraph: Towards Any Structural Pruning", CVPR 2023.
Deviations: dependencies are measured (`tracing`), not derived from a table of operations, and hidden units of LSTM and
GRU leave too: in all gates, in the recurrence, in the next layer's inputs of both directions and in whatever reads the
outputs, as in Wen et al. 2018, "Learning intrinsic sparse structures within long short-term memory".

`nn.LSTM` and `nn.GRU` have one hidden size: all layers and directions of a module lose the same number of units, each
its own. Gate rows of PyTorch: unit u of H in rows u, H + u, 2H + u ...
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from frugal.contract import InputError
from frugal.pruning.channels import Channels, Slice, following, is_depthwise, making, reading
from frugal.pruning.tracing import Trace, passes, trace

Layers = Literal["all", "feed_forward", "recurrent"]


@dataclass(frozen=True)
class _Source:
    """What makes channels: a layer, or one direction of one layer of a recurrent module."""

    module: str
    ending: str
    channels: range

    @property
    def name(self) -> str:
        return f"{self.module}.{self.ending}" if self.ending else self.module


def channel_groups(model: nn.Module, inputs: tuple[Tensor, ...], layers: Layers = "all") -> list[Channels]:
    """The groups of channels of `model` any of which may leave, in the order of its layers.

    Args:
        layers: "feed_forward" for those of convolutional and linear layers alone, "recurrent" for hidden units (one
            group for each layer and direction, with what else leaves with them), or "all".

    Raises:
        InputError: hidden units are wanted that are mixed, so that no like number of each direction can leave.
    """
    groups = _grouped(model, inputs)
    if layers == "feed_forward":
        return [group for group, recurrent in groups if not recurrent]
    _check_recurrent([(group, recurrent) for group, recurrent in groups if recurrent])
    return [group for group, recurrent in groups if recurrent or layers == "all"]


def _check_recurrent(groups: list[tuple[Channels, list[_Source]]]) -> None:
    for _, sources in groups:
        for source in sources:
            having = [group for group, others in groups if source in others]
            alone = {other.module for other in sources} == {source.module} and sources.count(source) == 1
            if not alone or len(having) > 1 or having[0].count < len(source.channels):
                raise InputError(
                    f"units of {source.name} that are mixed before another layer reads them",
                    allowed="each input of a layer from one unit of a layer and direction",
                    remedy="layers=feed_forward, which leaves recurrent layers as they are",
                )


def _grouped(model: nn.Module, inputs: tuple[Tensor, ...]) -> list[tuple[Channels, list[_Source]]]:
    """Each group of channels that may leave, and the recurrent sources of a channel of it."""
    found = trace(model, inputs)
    sources = [source for name, channels in found.channels.items() for source in _sources(name, channels, model)]
    maker = {channel: source for source in sources for channel in source.channels}
    coupled = _coupled(found, model)
    fixed = {coupled.find(channel) for channel in _fixed(found, coupled, maker)}
    alike: dict[str, list[list[int]]] = {}
    for members in coupled.sets():
        if coupled.find(members[0]) not in fixed:
            alike.setdefault(_joined(Counter(maker[channel].name for channel in members)), []).append(members)
    named = {name: sets for name, sets in alike.items() if len(sets) > 1}
    slices = _slices(model, found, sources, named)
    groups = []
    for name, sets in named.items():
        recurrent = [maker[channel] for channel in sets[0] if maker[channel].ending]
        tied = recurrent[0].module if recurrent else name
        groups.append((Channels(name=name, count=len(sets), slices=tuple(slices[name]), tied=tied), recurrent))
    return groups


def _joined(names: Mapping[str, int]) -> str:
    return " + ".join(f"{count} x {name}" if count > 1 else name for name, count in names.items())


def _sources(name: str, channels: range, model: nn.Module) -> Iterator[_Source]:
    layer = model.get_submodule(name)
    if not name or not isinstance(layer, nn.RNNBase):
        yield _Source(name, "", channels)
        return
    if layer.proj_size:
        raise InputError(f"the LSTM {name} with a projection", allowed="proj_size=0", remedy="another stage")
    endings = [f"l{number}{way}" for number in range(layer.num_layers) for way in ("", "_reverse")[: _ways(layer)]]
    for place, ending in enumerate(endings):
        yield _Source(name, ending, channels[place * layer.hidden_size : (place + 1) * layer.hidden_size])


def _ways(layer: nn.RNNBase) -> int:
    return 2 if layer.bidirectional else 1


def _coupled(found: Trace, model: nn.Module) -> _Sets:
    """Channels that a feature depends on together, or that stand at the same place of every part of a grouped layer."""
    coupled = _Sets(sum(map(len, found.channels.values())))
    for name, read in found.reads.items():
        parts = _parts(model.get_submodule(name))
        size = len(read) // parts
        for place in range(size):
            coupled.join(set().union(*(read[place + part * size] for part in range(parts))))
    for name, channels in found.channels.items():
        layer = model.get_submodule(name)
        size = len(channels) // (_parts(layer) if isinstance(layer, _ConvNd) else 1)
        for place in range(size):
            coupled.join(channels[place::size])
    return coupled


def _parts(layer: nn.Module) -> int:
    """Into how many parts, each on its own, a layer divides its channels."""
    if isinstance(layer, nn.GroupNorm):
        return layer.num_groups
    return layer.groups if isinstance(layer, _ConvNd) and not is_depthwise(layer) else 1


def _fixed(found: Trace, coupled: _Sets, maker: dict[int, _Source]) -> set[int]:
    """The channels that must stay: a recurrent module of which one unit must stay keeps all its units."""
    fixed = set(found.fixed)
    while True:
        sets = {coupled.find(channel) for channel in fixed}
        staying = [channel for channel in maker if coupled.find(channel) in sets]
        modules = {maker[channel].module for channel in staying if maker[channel].ending}
        more = {channel for channel in maker if maker[channel].ending and maker[channel].module in modules} | {*staying}
        if more <= fixed:
            return fixed
        fixed |= more


def _slices(
    model: nn.Module, found: Trace, sources: list[_Source], named: dict[str, list[list[int]]]
) -> dict[str, list[Slice]]:
    """Where the channels of each group lie; `named` says which channels of the network make up which of a group."""
    names, count = list(named), sum(map(len, found.channels.values()))
    group, number = torch.full((count,), -1), torch.full((count,), -1)
    for place, sets in enumerate(named.values()):
        for position, members in enumerate(sets):
            group[members], number[members] = place, position
    slices: dict[str, list[Slice]] = {name: [] for name in names}

    def add(channels: Tensor, make: Callable[[Tensor], Iterable[Slice]]) -> None:
        """Slices for every group that has some of the `channels`, -1 for none."""
        groups = torch.where(channels >= 0, group[channels], -1)
        for place in sorted(set(groups.tolist()) - {-1}):
            slices[names[place]] += make(torch.where(groups == place, number[channels], -1))

    for source in sources:
        layer = model.get_submodule(source.module)
        within = partial(_within, source, layer) if source.ending else partial(making, source.module, layer)
        add(torch.tensor(source.channels), within)
    for name, read in found.reads.items():
        layer = model.get_submodule(name)
        channels = torch.tensor([next(iter(channels), -1) for channels in read])
        if passes(layer):
            add(channels, partial(following, name, layer))
        else:
            add(channels[: len(channels) // _parts(layer)], partial(reading, name, layer))
    return slices


def _within(source: _Source, layer: nn.Module, owners: Tensor) -> Iterator[Slice]:
    """A recurrent layer's own tensors: rows of all gates, columns of the recurrence and of the layer that follows."""
    assert isinstance(layer, nn.RNNBase)
    name, ending, hidden = source.module, source.ending, layer.hidden_size
    tensors = dict(layer.named_parameters())
    for key, tensor in tensors.items():
        if key.split("_", 2)[2] == ending:
            yield Slice(tensor=f"{name}.{key}", axis=0, owners=owners.repeat(len(tensor) // hidden), role="makes")
    yield Slice(tensor=f"{name}.weight_hh_{ending}", axis=1, owners=owners, role="reads")
    number, _, way = ending.removeprefix("l").partition("_")
    joined = torch.full((_ways(layer) * hidden,), -1)
    joined[hidden if way else 0 :][:hidden] = owners
    for key in (f"weight_ih_l{int(number) + 1}", f"weight_ih_l{int(number) + 1}_reverse"):
        if key in tensors:
            yield Slice(tensor=f"{name}.{key}", axis=1, owners=joined, role="reads")


class _Sets:
    """Disjoint sets of numbers (union-find)."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, number: int) -> int:
        """The smallest number of the set."""
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def join(self, numbers: Iterable[int]) -> None:
        """Make one set of the sets of all these."""
        roots = {self.find(number) for number in numbers}
        for root in roots:
            self.parent[root] = min(roots)

    def sets(self) -> list[list[int]]:
        """The sets, each in order, by their smallest numbers."""
        members: dict[int, list[int]] = {}
        for number in range(len(self.parent)):
            members.setdefault(self.find(number), []).append(number)
        return list(members.values())
