"""Isolated characters of UNIPEN train_r01_v07, drawn as 28x28 images: digits, letters, symbols of 233 writers.

Reads `unipen_images28.npz` (images, label, writer, split, cat, cats) and, for `rel_height`, `unipen_strokes.npz` beside
it, whose rows are the same characters in the same order. The splits are by writer: the file's validation writers are
reported on; a few of its training writers, always the same ones, serve selection. Some labels are wrong.

Source: Guyon, Schomaker, Plamondon, Liberman, Janet 1994, "UNIPEN project of on-line data exchange and recognizer
benchmarks"; https://zenodo.org/records/1195803, CC BY 4.0.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from torchvision.transforms import v2

from frugal.contract import InputError
from frugal.data.arrays import CharacterData, Characters, Splits, checked_images
from frugal.data.files import find_file, read_npz

CATEGORIES = {
    "digit": string.digits,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "symbol": string.punctuation.replace("\\", ""),  # nobody wrote a backslash
}
SELECTION_SHARE = 0.05
REMEDY = "frugal data make unipen FOLDER OUT makes it from https://zenodo.org/records/1195803; data.root=OUT/chars"


class UnipenChars(CharacterData):
    """Isolated UNIPEN characters by writer.

    Args:
        root: folder with the files, or `unipen_images28.npz` itself; None for `$FRUGAL_DATA/unipen_chars`.
        batch_size: samples per batch.
        seed: fixes the order and the augmentation of the training samples (not the selection writers).
        augmentation: a torchvision v2 transform on uint8 (B, 1, 28, 28); None for none.
        limit: at most so many samples per split, spread evenly; None for all.
        categories: which of digit, upper, lower, symbol; the labels are theirs, in this order.
        rel_height: also give height / the writer's median height as an input (it tells o from O).
        writer_balance: training samples are shown in proportion to (samples of their writer) ** -writer_balance, in
            [0, 1]: 0 = as they lie, 1 = every writer alike. Three writers wrote a sixth of all; a new writer is none
            of them.
    """

    def __init__(
        self,
        *,
        root: str | None = None,
        batch_size: int = 128,
        seed: int = 0,
        augmentation: v2.Transform | None = None,
        limit: int | None = None,
        categories: Sequence[str] = ("digit", "upper", "lower"),
        rel_height: bool = False,
        writer_balance: float = 0.0,
    ) -> None:
        unknown = [name for name in categories if name not in CATEGORIES]
        if unknown or not categories:
            raise InputError(
                f"data.categories={list(categories)}",
                allowed=f"some of {', '.join(CATEGORIES)}",
                remedy="data.categories=[digit,upper,lower]",
            )
        if not 0.0 <= writer_balance <= 1.0:
            raise InputError(
                f"data.writer_balance={writer_balance}", allowed="[0, 1]", remedy="data.writer_balance=0.5"
            )
        super().__init__(batch_size=batch_size, seed=seed, augmentation=augmentation, limit=limit)
        self.root = root
        self.categories = tuple(categories)
        self.rel_height = rel_height
        self.writer_balance = writer_balance
        self.labels = [label for name in categories for label in CATEGORIES[name]]

    def sampling_weights(self, train: Characters) -> np.ndarray | None:
        """Shares that damp the writers who wrote most."""
        if not self.writer_balance or train.groups is None:
            return None
        _, writer, counts = np.unique(train.groups, return_inverse=True, return_counts=True)
        return np.asarray(counts[writer] ** -self.writer_balance)

    def read(self) -> Splits:
        path = find_file(self.root, "unipen_chars", "unipen_images28.npz", remedy=REMEDY)
        arrays = read_npz(path, ("images", "label", "writer", "split", "splits"))
        heights = _heights(path.with_name("unipen_strokes.npz"), arrays) if self.rel_height else None
        rows = np.flatnonzero(np.isin(arrays["label"], self.labels))
        if not len(rows):
            raise InputError(f"{path} holds no {', '.join(self.categories)}", remedy=REMEDY)
        characters = Characters(
            images=checked_images(arrays["images"], arrays["label"], str(path))[rows],
            targets=_indices(arrays["label"][rows], self.labels),
            ids=np.array([f"unipen-{row:06d}" for row in rows]),
            groups=arrays["writer"][rows].astype(str),
            rel_height=None if heights is None else heights[rows],
        )
        is_known = arrays["splits"][arrays["split"][rows]] == "train"
        return _by_writer(characters, arrays["writer"][rows], is_known)


def _heights(path: Path, images: dict[str, np.ndarray]) -> np.ndarray:
    """rel_height float32 (N,) of the rows of `images`; the rows of both files must be the same characters."""
    if not path.is_file():
        raise InputError(f"unipen_chars: no file {path}", remedy="put the file there, or data.rel_height=false")
    strokes = read_npz(path, ("rel_height", "label", "writer"))
    if not all(np.array_equal(strokes[name], images[name]) for name in ("label", "writer")):
        raise InputError(f"{path} has other rows than unipen_images28.npz", remedy="take both files of one release")
    heights = strokes["rel_height"].astype(np.float32)
    if not np.isfinite(heights).all():
        raise InputError(f"{path}: rel_height is not finite", remedy="fetch the file again")
    return heights


def _indices(names: np.ndarray, labels: list[str]) -> np.ndarray:
    """Index int64 (N,) of each name in `labels`."""
    order = np.argsort(labels)
    return order[np.searchsorted(np.array(labels)[order], names)].astype(np.int64)


def _by_writer(characters: Characters, writers: np.ndarray, is_known: np.ndarray) -> Splits:
    """Splits that share no writer: the training writers less those of the selection, and all others."""
    is_held_out = is_known & np.isin(writers, _selection_writers(writers[is_known]))
    return Splits(
        train=characters.take(is_known & ~is_held_out),
        selection=characters.take(is_held_out),
        test=characters.take(~is_known),
    )


def _selection_writers(writers: np.ndarray) -> list[int]:
    """Writers, in a fixed mixed order, that together wrote at most SELECTION_SHARE; at least one.

    A writer of more than a twentieth of that share is passed over: the choice must not hang on one hand.
    """
    names, counts = np.unique(writers, return_counts=True)
    room = SELECTION_SHARE * len(writers)
    mixed = [index for index in np.random.default_rng(0).permutation(len(names)) if counts[index] <= 0.05 * room]
    total = np.cumsum(counts[mixed])
    fitting = mixed[: int(np.searchsorted(total, room, side="right"))]
    return [int(names[index]) for index in fitting or [int(counts.argmin())]]
