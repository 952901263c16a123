"""What each channel is worth: by the size of its weights, or by what the task's loss would be without it.

Knows channels by the tensors they lie in; knows no layer and no data set.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from frugal.contract import Workbench
from frugal.models.forward import call_network
from frugal.pruning.channels import Channels

Scores = dict[str, Tensor]
"""Name of a group -> (channels,) the importance of each."""


def magnitudes(model: nn.Module, groups: Sequence[Channels], power: int) -> Scores:
    """The mean of |weight| ** `power` over all weights that make, read or follow a channel; biases are left out.

    Li, Kadav, Durdanovic, Samet, Graf, "Pruning filters for efficient ConvNets", ICLR 2017 (power 1); over all coupled
    layers as in Fang et al. 2023 ("DepGraph").
    """
    tensors = {name: tensor.detach() for name, tensor in model.named_parameters()}
    scores: Scores = {}
    for group in groups:
        sums, sizes = torch.zeros(group.count), torch.zeros(group.count)
        for part in group.slices:
            if part.tensor in tensors and "bias" not in part.tensor.rpartition(".")[2]:
                weights = _by_place(tensors[part.tensor], part.axis)
                sums += _by_owner(weights.abs().pow(power).sum(1), part.owners, group.count)
                sizes += _by_owner(torch.full((len(weights),), float(weights[0].numel())), part.owners, group.count)
        scores[group.name] = sums / sizes
    return scores


def loss_changes(model: nn.Module, groups: Sequence[Channels], workbench: Workbench, samples: int) -> Scores:
    """The squared first-order change of the task's loss without a channel, mean over the batches of `samples` samples.

    Molchanov, Mallya, Tyree, Frosio, Kautz, "Importance estimation for neural network pruning", CVPR 2019. Deviation:
    the channel is switched off where it is read, which is also right behind a normalisation and within a recurrence:
    sum of weight x gradient over all weights that read it.
    """
    probe, front = copy.deepcopy(model), workbench.task.front()
    tensors = dict(probe.named_parameters())
    scores = {group.name: torch.zeros(group.count) for group in groups}
    batches = workbench.calibration(samples)
    for batch in batches:
        probe.zero_grad(set_to_none=True)
        outputs = call_network(probe, workbench.task, front, batch)
        assert isinstance(outputs, Tensor)
        workbench.task.loss(outputs, batch).backward()  # type: ignore[no-untyped-call]
        slopes = {name: p.detach() * p.grad for name, p in tensors.items() if p.grad is not None}
        for group in groups:
            scores[group.name] += _without_readers(group, slopes).square() / len(batches)
    return scores


def _without_readers(group: Channels, slopes: dict[str, Tensor]) -> Tensor:
    """(channels,) the sum of `slopes` over the weights that read each."""
    change = torch.zeros(group.count)
    for part in group.slices:
        if part.role == "reads" and part.tensor in slopes:
            change += _by_owner(_by_place(slopes[part.tensor], part.axis).sum(1), part.owners, group.count)
    return change


def _by_place(tensor: Tensor, axis: int) -> Tensor:
    """(places, numbers at each)"""
    return tensor.movedim(axis, 0).reshape(tensor.shape[axis], -1)


def _by_owner(values: Tensor, owners: Tensor, count: int) -> Tensor:
    """(places,) -> (count,): the sum of the values at each channel's places."""
    owned = owners >= 0
    return torch.zeros(count).index_add_(0, owners[owned], values[owned])
