"""What a person hands to a reader into named arrays, one per model input; anything else is refused by index.

Knows the ports of a contract; knows no model and no decoder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from frugal.contract import InputError, Port

Feed = dict[str, np.ndarray]
"""One item: input name -> array without batch axis."""


def as_feeds(items: Any, ports: Sequence[Port]) -> list[Feed]:
    """The items as feeds, in order.

    Args:
        items: a list, or an array whose first axis is the item axis; an item is an array, or a dict of named inputs.
            A dict of arrays holds one input of all items each.
        ports: the inputs of the model; their first axis is the batch axis.

    Raises:
        InputError: names the index of the item, what was given and what is allowed.
    """
    if isinstance(items, Mapping):
        items = _rows(items, ports)
    if (
        isinstance(items, (str, bytes))
        or not hasattr(items, "__iter__")
        or (isinstance(items, np.ndarray) and not items.ndim)
    ):
        raise InputError(
            f"items of type {type(items).__name__}", allowed="a list or an array of items", remedy="[item]"
        )
    return [_feed(index, item, ports) for index, item in enumerate(items)]


def _rows(columns: Mapping[str, Any], ports: Sequence[Port]) -> list[dict[str, Any]]:
    _check_names("the dict of arrays", columns, ports)
    if not all(hasattr(column, "__len__") for column in columns.values()):
        raise InputError("a dict of named inputs without an item axis", allowed="a list of items", remedy="[item]")
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"inputs of different numbers of items {lengths}", allowed="the same number in each input")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _feed(index: int, item: Any, ports: Sequence[Port]) -> Feed:
    if isinstance(item, Mapping):
        _check_names(f"item {index}", item, ports)
        return {port.name: _array(index, item[port.name], port) for port in ports}
    if len(ports) == 1:
        return {ports[0].name: _array(index, item, ports[0])}
    names = ", ".join(port.name for port in ports)
    raise InputError(f"item {index}: {type(item).__name__} for {len(ports)} inputs", allowed=f"a dict of {names}")


def _check_names(where: str, given: Mapping[str, Any], ports: Sequence[Port]) -> None:
    names = [port.name for port in ports]
    if set(given) != set(names):
        raise InputError(f"{where} with inputs {sorted(map(str, given))}", allowed=f"{names}, each once")


def _array(index: int, given: Any, port: Port) -> np.ndarray:
    """`given` as the array that `port` takes: floats of any width become the port's own, all else must agree."""
    where = f"item {index}, input {port.name}"
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise InputError(f"{where}: {type(given).__name__} of uneven shape", allowed=_layout(port)) from error
    wanted = _dtype(port)
    is_number = array.dtype.kind == "f" or (
        array.dtype.kind in "iu" and not isinstance(given, (np.ndarray, np.generic))
    )
    if array.dtype != wanted and not (wanted.kind == "f" and is_number):
        raise InputError(f"{where}: dtype {array.dtype}", allowed=_layout(port), remedy=f"array.astype({wanted})")
    sizes = port.shape[1:]
    agrees = all(isinstance(size, str) or size == found for size, found in zip(sizes, array.shape, strict=False))
    if array.ndim != len(sizes) or not agrees:
        raise InputError(f"{where}: shape {array.shape}", allowed=_layout(port))
    with np.errstate(over="ignore"):
        cast = array.astype(wanted, copy=False)
    if wanted.kind == "f" and not np.isfinite(cast).all():
        raise InputError(f"{where}: NaN or infinity", allowed=f"finite {wanted}")
    return cast


def _dtype(port: Port) -> np.dtype[Any]:
    try:
        return np.dtype(port.dtype)
    except TypeError as error:
        raise InputError(f"input {port.name} of dtype {port.dtype}", allowed="a dtype of numpy") from error


def _layout(port: Port) -> str:
    sizes = ", ".join(str(size) for size in port.shape[1:])
    return f"{port.dtype} ({sizes})" + (f", {port.polarity}" if port.polarity else "")
