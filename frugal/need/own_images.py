"""Images of one's own with their labels, in three parts: to learn from, to choose with, to report on.

A folder with one subfolder per label, or with `labels.tsv` (file TAB label [TAB writer]); an NPZ file with `images`,
`labels` and, where known, `groups`. Knows no alternative.

Shapes: `N` items, `H`, `W` image.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.need.problem import Items
from frugal.runtime.samples import IMAGE_SUFFIXES, read_labels

TRAIN, SELECTION = 0.6, 0.15
"""Shares that alternatives learn from and choose with; the rest is reported on."""


def holds_images(path: Path) -> bool:
    """Whether a path is images with labels: an NPZ file, a folder with `labels.tsv`, or folders of images by label."""
    if path.is_file():
        return path.suffix == ".npz"
    return (path / "labels.tsv").is_file() or bool(_by_folder(path))


def read_images(path: Path, side: int) -> tuple[Items, Items, Items]:
    """Train, selection and test; files are resized to `side` both ways, arrays stay as they are.

    Whole groups stay together where they are known; the order is mixed once and for all.
    """
    if path.suffix == ".npz":
        images, truths, groups = _from_npz(path)
    else:
        images, truths, groups = _from_folder(path, side)
    labels = set(truths)
    if len(labels) < 2 or len(truths) < 20:
        raise InputError(f"{path}: {len(truths)} images of {len(labels)} labels", allowed="20 images, two labels")
    ids = tuple(f"{path.name}-{number:06d}" for number in range(len(truths)))
    return _split(Items(images=images, truths=truths, ids=ids, groups=groups))


def _split(items: Items) -> tuple[Items, Items, Items]:
    """Train, selection and test; whole groups where they are known, in an order mixed once and for all."""
    owners = np.array(items.groups if items.groups is not None else items.ids)
    names = np.unique(owners)
    if items.groups is not None and len(names) < 3:
        raise InputError(f"images of {len(names)} groups", allowed="3 groups, or none recorded")
    places = np.random.default_rng(0).permutation(len(names)) / len(names)
    at = places[np.searchsorted(names, owners)]
    kept = (at < TRAIN, (at >= TRAIN) & (at < TRAIN + SELECTION), at >= TRAIN + SELECTION)
    parts = [items.take(np.flatnonzero(mask).tolist()) for mask in kept]
    for name, part in zip(("learn from", "choose with", "report on"), parts, strict=True):
        if not len(part):
            raise InputError(f"too few images: none is left to {name}", allowed="more images or groups")
    return parts[0], parts[1], parts[2]


def _from_npz(path: Path) -> tuple[list[np.ndarray], tuple[str, ...], tuple[str, ...] | None]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if name in ("images", "labels", "groups")}
            names = ", ".join(stored.files) or "nothing"
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no NPZ file of plain arrays", allowed="numpy.savez without objects") from error
    images, labels = arrays.get("images"), arrays.get("labels")
    fits = images is not None and labels is not None and images.dtype == np.uint8 and images.ndim == 3
    if images is None or labels is None or not fits or labels.shape != (len(images),):
        shapes = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in arrays.items())
        raise InputError(
            f"{path} holds {shapes or names}", allowed="images uint8 (N, H, W), labels (N,), perhaps groups (N,)"
        )
    groups = arrays.get("groups")
    return list(images), tuple(map(str, labels.tolist())), None if groups is None else tuple(map(str, groups.tolist()))


def _from_folder(path: Path, side: int) -> tuple[list[np.ndarray], tuple[str, ...], tuple[str, ...] | None]:
    groups: tuple[str, ...] | None = None
    if (path / "labels.tsv").is_file():
        rows = _labelled(path / "labels.tsv")
        files, truths = [path / row[0] for row in rows], tuple(row[1] for row in rows)
        groups = tuple(row[2] for row in rows) if all(len(row) > 2 for row in rows) else None
    else:
        pairs = [(file, label) for label, files in _by_folder(path).items() for file in files]
        files, truths = [file for file, _ in pairs], tuple(label for _, label in pairs)
    return [_image(file, side) for file in files], truths, groups


def _by_folder(path: Path) -> Mapping[str, list[Path]]:
    """Label -> image files, where a folder has two or more subfolders with images."""
    found = {
        folder.name: sorted(file for file in folder.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
        for folder in sorted(path.iterdir())
        if folder.is_dir()
    }
    found = {label: files for label, files in found.items() if files}
    return found if len(found) > 1 else {}


def _labelled(path: Path) -> list[list[str]]:
    read_labels(path)  # refuses what is no table of labels
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    return rows[1:] if rows[0][0].lower() in ("file", "item") else rows


def _image(file: Path, side: int) -> np.ndarray:
    """uint8 (side, side), grey; light stays light."""
    from PIL import Image

    from frugal.data.line_images import grey

    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})", allowed="an image file") from error
    return np.asarray(Image.fromarray(grey(data, file.name)).resize((side, side)))
