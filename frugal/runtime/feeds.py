"""Inputs for a model that nobody gave samples for: concrete shapes, and random data by dtype and declared range.

Shapes: --shape first, then the contract's reference_shape, then the model's own numbers; a symbolic dimension is 1.
Also how feeds travel to the measuring process. Knows no truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError, Port
from frugal.runtime.artefact import UNKNOWN_RANK, signature_of

Shapes = Mapping[str, tuple[int, ...]]
RANDOM_FEEDS = 4


def resolve_shapes(artefact: Artefact, asked: Shapes) -> dict[str, tuple[int, ...]]:
    """Input name -> concrete shape; raises InputError that names the input and the --shape remedy."""
    reference = artefact.contract.get("reference_shape") or {}
    return {
        port.name: _resolve(port, asked.get(port.name), reference.get(port.name), artefact)
        for port in signature_of(artefact).inputs
    }


def check_inputs(artefacts: Sequence[Artefact], asked: Shapes) -> None:
    """Raises InputError for a model that takes no input, and for a --shape that names an input of none of them."""
    for artefact in artefacts:
        if not artefact.contract["inputs"]:
            raise InputError(f"{artefact.model_path} takes no input", allowed="a model that computes from something")
    names = {port.name for artefact in artefacts for port in signature_of(artefact).inputs}
    for name in asked:
        if name not in names:
            raise InputError(f"--shape {name}: no such input", allowed=", ".join(sorted(names)))


def random_feeds(artefact: Artefact, shapes: Shapes, *, seed: int = 0) -> list[Arrays]:
    """A few feeds of random data: within the declared range, else whole bytes, floats in 0..1, wider integers 1."""
    generator = np.random.default_rng(seed)
    ports = signature_of(artefact).inputs
    return [{port.name: _random(port, shapes[port.name], generator) for port in ports} for _ in range(RANDOM_FEEDS)]


def adapt(feeds: Sequence[Arrays], artefact: Artefact) -> list[Arrays]:
    """The same feeds under the artefact's own input names: by name, or by position where each side has one input."""
    wanted = [port.name for port in signature_of(artefact).inputs]
    if not feeds:
        raise InputError("no samples were given", allowed="one sample at least")
    given = list(feeds[0])
    if set(wanted) <= set(given):
        return [{name: feed[name] for name in wanted} for feed in feeds]
    if len(wanted) == len(given) == 1:
        return [{wanted[0]: feed[given[0]]} for feed in feeds]
    raise InputError(f"the samples have the arrays {given}", allowed=f"the inputs {wanted} of {artefact.model_path}")


def stacked_feeds(feeds: Sequence[Arrays]) -> dict[str, np.ndarray]:
    """All feeds as one batch, joined along the first axis.

    Where the other axes differ (lines of different widths) a feed is padded at its end up to the largest size by
    repeating its edge, so that the margin looks like paper and not like ink.
    """
    if not feeds:
        raise InputError("no samples were given", allowed="one sample at least")
    return {name: _stacked([feed[name] for feed in feeds], name) for name in feeds[0]}


def read_feeds(path: Path) -> list[Arrays]:
    """What `write_feeds` wrote; nothing is unpickled."""
    feeds: dict[int, dict[str, np.ndarray]] = {}
    with np.load(path, allow_pickle=False) as stored:
        for key in stored.files:
            index, _, name = key.partition("/")
            array = stored[key]
            feeds.setdefault(int(index), {})[name] = array.astype(object) if array.dtype.kind == "U" else array
    return [feeds[index] for index in sorted(feeds)]


def write_feeds(path: Path, feeds: Sequence[Arrays]) -> None:
    """Store feeds as plain arrays named `index/input`."""
    arrays: dict[str, Any] = {}
    for index, feed in enumerate(feeds):
        for name, array in feed.items():
            arrays[f"{index}/{name}"] = array.astype(str) if array.dtype.kind == "O" else array
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _stacked(arrays: Sequence[np.ndarray], name: str) -> np.ndarray:
    ranks = {array.ndim for array in arrays}
    if len(ranks) > 1 or 0 in ranks:
        raise InputError(f"samples of the input {name} with {sorted(ranks)} axes", allowed="a batch axis, one rank")
    largest = np.max([array.shape[1:] for array in arrays], axis=0, initial=0)
    padded = [
        np.pad(
            array,
            [(0, 0), *((0, int(most) - size) for most, size in zip(largest, array.shape[1:], strict=True))],
            "edge",
        )
        for array in arrays
    ]
    return np.concatenate(padded)


def _resolve(
    port: Port, asked: tuple[int, ...] | None, reference: Sequence[int] | None, artefact: Artefact
) -> tuple[int, ...]:
    remedy = f"--shape {port.name}=1,1,48,800 with the shape that it takes"
    if port.shape == (UNKNOWN_RANK,):
        if asked is None:
            raise InputError(f"{artefact.model_path}: the input {port.name} has no shape", remedy=remedy)
        return tuple(asked)
    shape = tuple(asked or reference or [_number(size) for size in port.shape])
    fits = len(shape) == len(port.shape) and all(
        isinstance(own, str) or own == size for own, size in zip(port.shape, shape, strict=False)
    )
    if not fits or any(size < 1 for size in shape):
        raise InputError(f"shape {list(shape)} for the input {port.name}", allowed=f"{list(port.shape)}", remedy=remedy)
    return shape


def _number(size: int | str) -> int:
    return size if isinstance(size, int) else 1


def _random(port: Port, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    if port.dtype == "string":
        return np.full(shape, "", dtype=object)
    if port.dtype == "bool":
        return generator.random(shape) < 0.5
    try:
        dtype = np.dtype(port.dtype)
    except TypeError as error:
        raise InputError(
            f"the input {port.name} has dtype {port.dtype}", allowed="a tensor of a numpy dtype", remedy="--data NPZ"
        ) from error
    if np.issubdtype(dtype, np.floating):
        low, high = port.range or (0.0, 1.0)
        return np.asarray(generator.uniform(low, high, shape), dtype)
    if port.range:
        low, high = port.range
    elif dtype.itemsize == 1:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    else:
        low, high = 1, 1  # an index, a token or a length: 1 is valid nearly everywhere
    return generator.integers(int(low), int(high), size=shape, dtype=dtype, endpoint=True)
