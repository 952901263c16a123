"""MNIST: 60 000 + 10 000 handwritten digits, 28x28 (LeCun, Cortes, Burges 1998; CC BY-SA 3.0).

Reads `mnist.npz` (x_train, y_train, x_test, y_test) or torchvision's files from a local folder; fetches them with
torchvision only when asked to. 5 000 training digits, always the same ones, serve selection; the 10 000 test digits
serve the reported figure alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torchvision.transforms import v2

from frugal.contract import InputError
from frugal.data.arrays import CharacterData, Characters, Splits, checked_images
from frugal.data.files import data_folder, find_file, read_npz
from frugal.extras import require

SELECTION = 5000
REMEDY = "data.download=true data.root=FOLDER fetches it, or put mnist.npz there"


class Mnist(CharacterData):
    """The ten digits of MNIST.

    Args:
        root: `mnist.npz`, or a folder with it or with torchvision's `MNIST/raw`; None for `$FRUGAL_DATA/mnist`.
        batch_size: samples per batch.
        seed: fixes the order and the augmentation of the training samples (not the selection split).
        augmentation: a torchvision v2 transform on uint8 (B, 1, 28, 28); None for none.
        limit: at most so many samples per split, spread evenly; None for all.
        download: fetch with torchvision into `root` what is not there yet.
    """

    def __init__(
        self,
        *,
        root: str | None = None,
        batch_size: int = 128,
        seed: int = 0,
        augmentation: v2.Transform | None = None,
        limit: int | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed, augmentation=augmentation, limit=limit)
        self.root = root
        self.download = download
        self.labels = list("0123456789")

    def read(self) -> Splits:
        folder = data_folder(self.root, "mnist")
        if folder is not None and (self.download or (folder / "MNIST" / "raw").is_dir()):
            arrays = _from_torchvision(folder, download=self.download)
        else:
            path = find_file(self.root, "mnist", "mnist.npz", remedy=REMEDY)
            arrays = read_npz(path, ("x_train", "y_train", "x_test", "y_test"))
        known = _characters(arrays["x_train"], arrays["y_train"], "train")
        mixed = np.random.default_rng(0).permutation(len(known))
        held_out = min(SELECTION, len(known) // 12)
        return Splits(
            train=known.take(np.sort(mixed[held_out:])),
            selection=known.take(np.sort(mixed[:held_out])),
            test=_characters(arrays["x_test"], arrays["y_test"], "test"),
        )


def _characters(images: np.ndarray, labels: np.ndarray, part: str) -> Characters:
    targets = labels.astype(np.int64)
    if len(targets) and (targets.min() < 0 or targets.max() > 9):
        raise InputError(f"mnist: labels {targets.min()}..{targets.max()}", allowed="0..9", remedy=REMEDY)
    return Characters(
        images=checked_images(images, targets, "mnist"),
        targets=targets,
        ids=np.array([f"mnist-{part}-{row:05d}" for row in range(len(targets))]),
    )


def _from_torchvision(folder: Path, *, download: bool) -> dict[str, np.ndarray]:
    datasets = require("torchvision.datasets", extra="train")
    arrays = {}
    for part, is_train in (("train", True), ("test", False)):
        try:
            part_data = datasets.MNIST(str(folder), train=is_train, download=download)
        except (RuntimeError, OSError, ValueError, KeyError, AssertionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f"mnist: {folder} cannot be read ({reason})", remedy=REMEDY) from error
        arrays[f"x_{part}"] = part_data.data.numpy()
        arrays[f"y_{part}"] = part_data.targets.numpy()
    return arrays
