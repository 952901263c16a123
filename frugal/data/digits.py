"""scikit-learn's 1 797 handwritten digits (8x8, 13 people; UCI optical digits test set), scaled to 28x28.

Needs no file and no network: the digits ship with scikit-learn. The writers are not labelled, but the samples lie
writer by writer: so the last 540 are reported on, the 157 before them (about one writer) serve selection, and the first
1 100 are learnt from.

Source: E. Alpaydin, C. Kaynak 1998, https://archive.ics.uci.edu/dataset/80, CC BY 4.0.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F
from torchvision.transforms import v2

from frugal.data.arrays import CharacterData, Characters, Splits
from frugal.extras import require

TRAIN, SELECTION = 1100, 157


class Digits(CharacterData):
    """The ten digits of scikit-learn.

    Args:
        root: not used (the data ship with a package); here so that every loader takes the same arguments.
        batch_size: samples per batch.
        seed: fixes the order and the augmentation of the training samples.
        augmentation: a torchvision v2 transform on uint8 (B, 1, 28, 28); None for none.
        limit: at most so many samples per split, spread evenly; None for all.
    """

    def __init__(
        self,
        *,
        root: str | None = None,
        batch_size: int = 64,
        seed: int = 0,
        augmentation: v2.Transform | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(batch_size=batch_size, seed=seed, augmentation=augmentation, limit=limit)
        self.root = root
        self.labels = list("0123456789")

    def read(self) -> Splits:
        bunch = require("sklearn.datasets", extra="train").load_digits()
        digits = Characters(
            images=enlarged(bunch.images),
            targets=bunch.target.astype(np.int64),
            ids=np.array([f"digits-{row:04d}" for row in range(len(bunch.target))]),
        )
        rows = np.arange(len(digits))
        return Splits(
            train=digits.take(rows[:TRAIN]),
            selection=digits.take(rows[TRAIN : TRAIN + SELECTION]),
            test=digits.take(rows[TRAIN + SELECTION :]),
        )


def enlarged(images: np.ndarray) -> np.ndarray:
    """Ink counts 0..16 (N, 8, 8) as uint8 (N, 28, 28): bicubic, the whole field, 16 becomes 255."""
    ink = torch.from_numpy(images.astype(np.float32))[:, None] * (255.0 / 16.0)
    large = F.interpolate(ink, size=(28, 28), mode="bicubic", align_corners=False)
    return large[:, 0].round().clamp(0, 255).to(torch.uint8).numpy()
