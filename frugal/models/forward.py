"""From a batch to what a network is called with, the same for training, distilling and pruning.

Knows tasks only through their protocol; knows no network.
"""

from __future__ import annotations

from torch import Tensor, nn

from frugal.contract import Batch, Task


def call_network(model: nn.Module, task: Task, front: nn.Module, batch: Batch) -> Tensor | tuple[Tensor, ...]:
    """What `model` returns for `batch`; a network of padded inputs is also told their true `lengths` (B,)."""
    padded = true_lengths(task, batch)
    lengths = {} if padded is None else {"lengths": padded}
    outputs: Tensor | tuple[Tensor, ...] = model(*network_inputs(task, front, batch), **lengths)
    return outputs


def network_inputs(task: Task, front: nn.Module, batch: Batch) -> tuple[Tensor, ...]:
    """The raw inputs of `batch`, in signature order, through `front`: the arguments of the network's call."""
    prepared = front(*(batch.inputs[port.name] for port in task.signature.inputs))
    return prepared if isinstance(prepared, tuple) else (prepared,)


def true_lengths(task: Task, batch: Batch) -> Tensor | None:
    """Lengths (B,) of padded samples, as long as the network sees them behind the front; None where none is padded.

    A task whose front changes lengths says how in `seen_lengths`, which is also told the shape of the batch's input.
    """
    name = task.signature.inputs[0].name
    padded, seen = batch.lengths.get(name), getattr(task, "seen_lengths", None)
    return padded if padded is None or seen is None else seen(padded, batch.inputs[name].shape)
