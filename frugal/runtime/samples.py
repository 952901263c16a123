"""Real samples for a benchmark: a folder of images or an NPZ file, with the truth where it is known.

Knows files and the ports of an artefact; knows no session and no score. Nothing is unpickled.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError, Port
from frugal.runtime.artefact import signature_of

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True, kw_only=True)
class GivenSamples:
    """Samples as the artefact takes them.

    Attributes:
        feeds: one per call; a call holds one sample, or as many as the model's batch is fixed to.
        truths: one label per sample, in order; None when nobody gave them.
        notes: what was done to the samples on the way.
    """

    feeds: list[Arrays]
    truths: tuple[str, ...] | None
    notes: tuple[str, ...] = ()


def read_samples(data: Path, artefact: Artefact, *, labels: Path | None = None) -> GivenSamples:
    """Samples from an NPZ file, a folder of images or one image; raises InputError for anything else."""
    if not data.exists():
        raise InputError(f"{data} does not exist", allowed="an NPZ file or a folder of images")
    if data.is_file() and data.suffix.lower() == ".npz":
        return _from_npz(data, artefact, labels)
    return _from_images(data, artefact, labels)


def read_labels(path: Path) -> list[tuple[str, str]]:
    """Lines `file TAB label`; further columns and empty lines are left out, and so is a header `file TAB ...`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the labels {path}", allowed="a UTF-8 text file: file TAB label") from error
    pairs = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[0].lower() in ("file", "item")):
            continue
        if len(cells) < 2:
            raise InputError(f"{path}, line {number}: {line[:60]!r}", allowed="file TAB label")
        pairs.append((cells[0], cells[1]))
    if not pairs:
        raise InputError(f"{path} holds no label", allowed="file TAB label")
    return pairs


def _from_npz(data: Path, artefact: Artefact, labels: Path | None) -> GivenSamples:
    if labels is not None:
        raise InputError(f"--labels {labels} with an NPZ file", allowed="an array `labels` inside the NPZ file")
    arrays = _load(data)
    ports = signature_of(artefact).inputs
    columns = {port.name: _column(arrays, port, len(ports), data) for port in ports}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1 or not next(iter(lengths.values())):
        raise InputError(f"{data}: inputs of {lengths} samples", allowed="the same number of samples, at least 1")
    items = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    truths = _truths(arrays.get("labels"), artefact, len(items), data)
    return _grouped(items, ports, truths, ())


def _load(data: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(data, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(f"{data} is no NPZ file of plain arrays", allowed="numpy.savez without objects") from error


def _column(arrays: dict[str, np.ndarray], port: Port, inputs: int, data: Path) -> np.ndarray:
    name = "images" if inputs == 1 and port.name not in arrays else port.name
    if name not in arrays or not arrays[name].ndim:
        raise InputError(f"{data} holds {sorted(arrays)}", allowed=f"an array named {port.name} as the model's input")
    array = arrays[name]
    if array.dtype == _dtype(port) or {array.dtype.kind, _dtype(port).kind} == {"f"}:
        return array.astype(_dtype(port), copy=False)
    raise InputError(f"{data}: {name} is {array.dtype}", allowed=port.dtype)


def _truths(labels: np.ndarray | None, artefact: Artefact, samples: int, data: Path) -> tuple[str, ...] | None:
    """Texts are labels, integers are positions in the contract's list of labels."""
    if labels is None:
        return None
    if labels.shape != (samples,):
        raise InputError(f"{data}: labels of shape {labels.shape}", allowed=f"({samples},), one per sample")
    if labels.dtype.kind in "iu":
        names = artefact.contract.get("labels") or [str(i) for i in range(int(labels.max()) + 1)]
        if labels.min() < 0 or labels.max() >= len(names):
            raise InputError(f"{data}: labels {labels.min()} to {labels.max()}", allowed=f"0 to {len(names) - 1}")
        return tuple(str(names[int(label)]) for label in labels)
    return tuple(str(label) for label in labels)


def _from_images(data: Path, artefact: Artefact, labels: Path | None) -> GivenSamples:
    ports = signature_of(artefact).inputs
    if len(ports) != 1:
        raise InputError(
            f"a folder of images for the {len(ports)} inputs of {artefact.model_path}",
            remedy=f"--data NPZ with arrays named {', '.join(port.name for port in ports)}",
        )
    layout = _Layout(ports[0])
    if labels is not None:
        pairs = read_labels(labels)
        files, truths = [data / name for name, _ in pairs], tuple(label for _, label in pairs)
    else:
        files, truths = _image_files(data), None
    items = [{ports[0].name: layout.read(file)} for file in files]
    return _grouped(items, ports, truths, tuple(layout.notes))


def _image_files(data: Path) -> list[Path]:
    files = [data] if data.is_file() else sorted(p for p in data.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    if not files:
        raise InputError(f"{data} holds no image", allowed=", ".join(IMAGE_SUFFIXES))
    return files


class _Layout:
    """How an image becomes the input of one port: channels, size, dtype. Polarity is taken as it is."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.notes: list[str] = []
        sizes = port.shape[1:]
        self._channel_axis: int | None = None
        if len(sizes) == 3:
            self._channel_axis = next((axis for axis in (0, 2) if sizes[axis] in (1, 3)), 0)
        elif len(sizes) != 2:
            raise self._refusal(f"shape {list(port.shape)}")
        self._channels = 1 if self._channel_axis is None else _whole(sizes[self._channel_axis], 1)
        height, width = (size for axis, size in enumerate(sizes) if axis != self._channel_axis)
        self._size = (width, height) if isinstance(width, int) and isinstance(height, int) else None
        self._height = height if isinstance(height, int) else None
        if port.dtype != "uint8" and (port.range is None or not port.dtype.startswith("float")):
            raise self._refusal(f"dtype {port.dtype} without a declared range")

    def read(self, file: Path) -> np.ndarray:
        """The image as an array without batch axis."""
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            with Image.open(file) as opened:
                image = ImageOps.exif_transpose(opened).convert("RGB" if self._channels == 3 else "L")
        except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            what = "is not an image that can be read" if file.exists() else "does not exist"
            raise InputError(f"{file} {what}", allowed=", ".join(IMAGE_SUFFIXES)) from error
        pixels = np.asarray(self._fitted(image))
        if self._channel_axis is not None:
            pixels = pixels.reshape(*pixels.shape[:2], self._channels)
            pixels = pixels.transpose(2, 0, 1) if self._channel_axis == 0 else pixels
        if self._port.dtype == "uint8":
            return np.ascontiguousarray(pixels)
        low, high = self._port.range or (0.0, 1.0)
        return np.asarray(low + pixels / 255 * (high - low), dtype=self._port.dtype)

    def _fitted(self, image: Any) -> Any:
        """Resized where the model fixes the size, or the height alone (a line keeps its proportions)."""
        size = self._size
        if size is None and self._height is not None:
            size = (max(1, round(image.width * self._height / image.height)), self._height)
        if size is None or image.size == size:
            return image
        note = f"images resized to {'x'.join(map(str, reversed(size))) if self._size else f'height {self._height}'}"
        if note not in self.notes:
            self.notes.append(note)
        return image.resize(size)

    def _refusal(self, what: str) -> InputError:
        return InputError(
            f"the input {self._port.name} has {what}: an image does not say how to fill it",
            allowed="images for (batch, H, W) uint8 and its like",
            remedy=f"--data NPZ with an array named {self._port.name}",
        )


def _grouped(
    items: Sequence[Arrays], ports: Sequence[Port], truths: tuple[str, ...] | None, notes: tuple[str, ...]
) -> GivenSamples:
    """Items into calls of the batch that the model fixes; what does not fill a last batch is left out."""
    batch = _whole(ports[0].shape[0] if ports[0].shape else 1, 1)
    used = len(items) // batch * batch
    if not used:
        raise InputError(f"{len(items)} samples for a model with a fixed batch of {batch}", allowed=f">= {batch}")
    if used < len(items):
        notes = (*notes, f"{len(items) - used} samples left out, the batch is fixed to {batch}")
    feeds: list[Arrays] = [
        {name: np.stack([item[name] for item in items[start : start + batch]]) for name in items[0]}
        for start in range(0, used, batch)
    ]
    return GivenSamples(feeds=feeds, truths=None if truths is None else truths[:used], notes=notes)


def _whole(size: int | str, otherwise: int) -> int:
    return size if isinstance(size, int) else otherwise


def _dtype(port: Port) -> np.dtype[Any]:
    try:
        return np.dtype(port.dtype)
    except TypeError as error:
        raise InputError(f"input {port.name} of dtype {port.dtype}", allowed="a dtype of numpy") from error
