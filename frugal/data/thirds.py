"""Samples that come with a finished model: a folder of images or an NPZ file, split in three by chance.

A third to calibrate with, a third for choosing, a third to report on; nothing is learnt from them. Knows no task:
truths are texts that somebody else knows how to score.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import lightning
import numpy as np
import torch

from frugal.contract import Arrays, Batch, InputError

FEWEST = 9


class Thirds(lightning.LightningDataModule):
    """Feeds of one sample each, and what is to be answered to them.

    Args:
        feeds: input name -> array with a batch axis of 1; they may differ in shape.
        truths: one per feed.
        seed: decides which third a sample is in.
    """

    def __init__(self, *, feeds: Sequence[Arrays], truths: Sequence[str], seed: int = 0) -> None:
        super().__init__()
        if len(feeds) < FEWEST:
            raise InputError(f"{len(feeds)} samples", allowed=f"{FEWEST} or more: to calibrate, to choose, to report")
        if any(len(array) != 1 for array in feeds[0].values()):
            raise InputError("a model with a fixed batch of several samples", allowed="a batch of 1, or an open one")
        self._inputs, self._answers = feeds, truths
        self.seed = seed

    def setup(self, stage: str | None = None) -> None:
        """Nothing to read."""

    def calibration_dataloader(self) -> list[Batch]:
        return self._third(0)

    def val_dataloader(self) -> list[Batch]:
        """Held out for choosing."""
        return self._third(1)

    def test_dataloader(self) -> list[Batch]:
        """Held out for the reported figures; nothing is ever chosen by it."""
        return self._third(2)

    def fingerprint(self) -> str:
        """sha256 of all arrays and truths, in order."""
        digest = hashlib.sha256("\0".join(self._answers).encode())
        for feed in self._inputs:
            for name, array in sorted(feed.items()):
                digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
                digest.update(np.ascontiguousarray(array).view(np.uint8).data)
        return digest.hexdigest()

    def _third(self, place: int) -> list[Batch]:
        order = np.random.default_rng(self.seed).permutation(len(self._inputs))
        return [self._batch(int(index)) for index in np.sort(order[place::3])]

    def _batch(self, index: int) -> Batch:
        inputs = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in self._inputs[index].items()}
        return Batch(inputs=inputs, targets=[self._answers[index]], ids=(f"sample-{index:05d}",))
