"""A larger network that begins as the smaller one that was trained: the same function, with room to learn more.

After Net2Net (Chen, Goodfellow, Shlens 2016, "Net2Net: accelerating learning via knowledge transfer"). Deviation: what
is new is drawn as in a fresh network instead of copied from a neighbour, and what was there reads it with weights of
zero, so that no two units are alike and nothing needs to be divided.

A network whose layer reads several outputs side by side, other than the directions of a recurrent layer, says so with
an attribute `joined_inputs`: name of the weight -> features of each part.

Shapes: `O` outputs, `I` inputs of a layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import torch
from torch import Tensor, nn

GATES = {"LSTM": 4, "GRU": 3}
Parts = tuple[int, ...]


def grown(name: str, old: Tensor, new: Tensor, before: nn.Module, after: nn.Module) -> Tensor:
    """The weight `name` of `after`, `new` as it was drawn, so that `after` computes what `before` does with `old`.

    Raises:
        ValueError: it is smaller than it was along some axis, or differs beyond outputs and inputs.
    """
    if old.shape == new.shape:
        return torch.clone(old)
    if old.ndim != new.ndim or old.shape[2:] != new.shape[2:]:
        raise ValueError("it cannot grow out of the other")
    rows = _places(_outputs(name, old, before), _outputs(name, new, after))
    result = torch.clone(new)
    if old.ndim == 1:
        result[rows] = old
        return result
    columns = _places(_inputs(name, old, before), _inputs(name, new, after))
    kept = new.new_zeros(len(rows), *new.shape[1:])  # what is new is not read by what was there
    kept[:, columns] = old
    result[rows] = kept
    return result


def _outputs(name: str, tensor: Tensor, model: nn.Module) -> Parts:
    """O as equal parts: the gates of a recurrent layer, one part otherwise."""
    gates = GATES.get(recurrent.mode, 1) if (recurrent := _recurrent(name, model)) is not None else 1
    return (len(tensor) // gates,) * gates


def _inputs(name: str, tensor: Tensor, model: nn.Module) -> Parts:
    """I as parts: both directions of the recurrent layer before, what the network says is joined, or one."""
    recurrent = _recurrent(name, model)
    if recurrent is not None and recurrent.bidirectional and "weight_ih_l" in name and "weight_ih_l0" not in name:
        return (recurrent.hidden_size,) * 2
    joined: dict[str, Parts] = getattr(model, "joined_inputs", {})
    return joined.get(name, (tensor.shape[1],))


def _recurrent(name: str, model: nn.Module) -> nn.RNNBase | None:
    """The recurrent layer whose weight this is."""
    owner = model.get_submodule(name.rpartition(".")[0])
    return owner if isinstance(owner, nn.RNNBase) else None


def _places(old: Sequence[int], new: Sequence[int]) -> list[int]:
    """Where each index of parts of the sizes `old` lies among parts of the sizes `new`, each grown at its end.

    >>> _places((2, 2), (3, 3))
    [0, 1, 3, 4]
    """
    places: list[int] = []
    start = 0
    for few, many in zip_longest(old, new, fillvalue=0):
        if few > many:
            raise ValueError("it cannot grow out of the other")
        places += range(start, start + few)
        start += many
    return places
