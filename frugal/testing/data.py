"""The contract of a data set, checked on its batches; nothing may be fetched meanwhile."""

from __future__ import annotations

import contextlib
import copy
import socket
from collections.abc import Iterator
from typing import Any
from unittest import mock

import torch

from frugal.contract import Batch, Port, Signature

SPLITS = ("train", "val", "test", "calibration")


def check_data(module: Any, *, signature: Signature | None = None, batches: int = 4) -> None:
    """AssertionError unless the LightningDataModule `module` keeps its promises; it must not have been set up yet.

    Its splits are disjoint, also by writer where writers are known; the order depends on seed and epoch alone;
    inputs are in the ranges of `signature`; no network is used.

    Args:
        batches: how many batches of each split have their fields checked.
    """
    again = copy.deepcopy(module)
    with no_network():
        module.setup("fit")
        again.setup("fit")
        for name in SPLITS:
            for number, batch in enumerate(_loader(module, name)):
                if number >= batches:
                    break
                _check_fields(batch, signature)
        _check_disjoint(module)
        _check_order(module, again)
    assert module.fingerprint() == again.fingerprint(), "two readings of the same data have different fingerprints"


@contextlib.contextmanager
def no_network() -> Iterator[None]:
    """Within it every attempt to connect is an AssertionError."""

    def refuse(self: socket.socket, address: object) -> None:
        raise AssertionError(f"the data set connects to {address} without having been asked to download")

    with mock.patch.object(socket.socket, "connect", refuse):
        yield


def _check_fields(batch: Batch, signature: Signature | None) -> None:
    size = len(batch.ids)
    assert size > 0, "an empty batch"
    assert len(set(batch.ids)) == size, "an id occurs twice in a batch"
    assert batch.groups is None or len(batch.groups) == size, "groups and ids differ in number"
    assert len(batch.targets) == size, "targets and ids differ in number"
    for name, tensor in batch.inputs.items():
        assert tensor.shape[0] == size, f"input {name} has {tensor.shape[0]} rows for {size} samples"
        assert torch.isfinite(tensor.to(torch.float32)).all(), f"input {name} is not finite"
    for port in signature.inputs if signature else ():
        _check_port(batch, port)


def _check_port(batch: Batch, port: Port) -> None:
    assert port.name in batch.inputs, f"the batch lacks the input {port.name}"
    tensor = batch.inputs[port.name]
    dtype = str(tensor.dtype).removeprefix("torch.")
    assert dtype == port.dtype, f"input {port.name} is {dtype}, the signature says {port.dtype}"
    fits = [got == asked for got, asked in zip(tensor.shape, port.shape, strict=True) if isinstance(asked, int)]
    assert all(fits), f"input {port.name} has shape {tuple(tensor.shape)}, the signature says {port.shape}"
    if port.range:
        low, high = float(tensor.min()), float(tensor.max())
        assert port.range[0] <= low and high <= port.range[1], f"{port.name} spans {low}..{high}, not {port.range}"


def _check_disjoint(module: Any) -> None:
    seen: dict[str, dict[str, str]] = {"id": {}, "writer": {}}
    for split in ("calibration", "val", "test"):  # calibration: all training samples, none dropped
        batches = list(_loader(module, split))
        names = {"id": {i for batch in batches for i in batch.ids}}
        names["writer"] = {g for batch in batches for g in batch.groups or ()}
        for kind, found in names.items():
            both = sorted(found & seen[kind].keys())
            assert not both, f"the {kind} {both[0]} is in {seen[kind][both[0]]} and in {split} ({len(both)} in all)"
            seen[kind] |= dict.fromkeys(found, split)


def _check_order(module: Any, again: Any) -> None:
    for each in (module, again):
        each.set_epoch(1)
    first, second = _ids(module), _ids(again)
    assert first == second, "the same seed and epoch give another order"
    module.set_epoch(2)
    assert len(first) < 8 or _ids(module) != first, "the order is the same in every epoch"
    assert [b.ids for b in _loader(module, "val")] == [b.ids for b in _loader(again, "val")], "val has no fixed order"


def _ids(module: Any) -> list[str]:
    return [name for batch in _loader(module, "train") for name in batch.ids]


def _loader(module: Any, split: str) -> Any:
    return getattr(module, f"{split}_dataloader")()
