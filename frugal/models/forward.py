"""From a batch to what a network is called with, the same for training, distilling and pruning.

Knows tasks only through their protocol; knows no network.
"""

from __future__ import annotations

from torch import Tensor, nn

from frugal.contract import Batch, Task


def network_inputs(task: Task, front: nn.Module, batch: Batch) -> tuple[Tensor, ...]:
    """The raw inputs of `batch`, in signature order, through `front`: the arguments of the network's call."""
    prepared = front(*(batch.inputs[port.name] for port in task.signature.inputs))
    return prepared if isinstance(prepared, tuple) else (prepared,)
