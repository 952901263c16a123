"""Samples of any model: what `samples.py` reads, and inputs that differ in shape from sample to sample.

`--data DIR` with NPZ files: one sample each, arrays named as the inputs and shaped as the model takes them, so that
lengths may differ. `--labels TSV` for these is `file TAB label`; for one NPZ file `row TAB label`, rows from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from frugal.contract import Arrays, Artefact, InputError, Port
from frugal.runtime.artefact import signature_of
from frugal.runtime.samples import GivenSamples, read_labels, read_samples


def read_any(data: Path, artefact: Artefact, *, labels: Path | None = None) -> GivenSamples:
    """Samples from an NPZ file, a folder of NPZ files, a folder of images or one image."""
    files = sorted(data.glob("*.npz")) if data.is_dir() else []
    if files:
        return _from_folder(data, files, artefact, labels)
    if labels is not None and data.suffix.lower() == ".npz":
        given = read_samples(data, artefact)
        return GivenSamples(feeds=given.feeds, truths=_by_row(labels, _count(given), data), notes=given.notes)
    return read_samples(data, artefact, labels=labels)


def _from_folder(data: Path, files: Sequence[Path], artefact: Artefact, labels: Path | None) -> GivenSamples:
    ports = signature_of(artefact).inputs
    if labels is None:
        return GivenSamples(feeds=[_feed(file, ports) for file in files], truths=None)
    pairs = read_labels(labels)
    missing = [name for name, _ in pairs if not (data / name).is_file()]
    if missing:
        raise InputError(f"{data / missing[0]} does not exist", allowed=f"the {len(files)} files of {data}")
    feeds = [_feed(data / name, ports) for name, _ in pairs]
    return GivenSamples(feeds=feeds, truths=tuple(label for _, label in pairs))


def _feed(file: Path, ports: Sequence[Port]) -> Arrays:
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} is no NPZ file of plain arrays", allowed="numpy.savez without objects") from error
    missing = [port.name for port in ports if port.name not in arrays]
    if missing:
        raise InputError(f"{file} holds {sorted(arrays)}", allowed=f"an array named {missing[0]} as the model's input")
    return {port.name: _as_taken(arrays[port.name], port, file) for port in ports}


def _as_taken(array: np.ndarray, port: Port, file: Path) -> np.ndarray:
    """Floats are cast to the model's float; anything else must be its type."""
    if port.dtype == "string":
        return array.astype(object)
    wanted = np.dtype(port.dtype)
    if array.dtype != wanted and {array.dtype.kind, wanted.kind} != {"f"}:
        raise InputError(f"{file}: {port.name} is {array.dtype}", allowed=port.dtype)
    return array.astype(wanted, copy=False)


def _by_row(labels: Path, samples: int, data: Path) -> tuple[str, ...]:
    """Labels in the order of the rows; every row needs one."""
    told = dict(read_labels(labels))
    missing = [row for row in range(samples) if str(row) not in told]
    if missing or len(told) != samples:
        raise InputError(
            f"{labels} holds {len(told)} labels for the {samples} rows of {data}",
            allowed=f"row TAB label for the rows 0 to {samples - 1}",
        )
    return tuple(told[str(row)] for row in range(samples))


def _count(given: GivenSamples) -> int:
    return sum(len(next(iter(feed.values()))) for feed in given.feeds)
