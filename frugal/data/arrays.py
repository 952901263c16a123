"""Isolated characters held in memory: numpy arrays in, whole `Batch`es out, in an order that (seed, epoch) fixes.

Knows no file and no network. The images are small, so a data set lives in a few tensors and a batch is sliced from
them at once; there is no per-sample Python and no worker process. Order and augmentation of an epoch depend on
(seed, epoch, batch index) only: a run that resumes at an epoch sees what an undisturbed run sees.

Shapes: `N` samples of a set, `B` batch.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import lightning
import numpy as np
import torch
from torch import Tensor
from torchvision.transforms import v2

from frugal.contract import Batch, InputError


@dataclass(frozen=True, kw_only=True)
class Characters:
    """Some characters: the truth, who wrote them, and what the device would see.

    Attributes:
        images: uint8 (N, 28, 28), light ink on black.
        targets: int64 (N,), index into the data set's labels.
        ids: str (N,), stable over versions of the code.
        groups: str (N,), the writer; None where nobody recorded them.
        rel_height: float32 (N,), height / the writer's median height; None where it is not asked for.
    """

    images: np.ndarray
    targets: np.ndarray
    ids: np.ndarray
    groups: np.ndarray | None = None
    rel_height: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, index: np.ndarray) -> Characters:
        """The rows `index` (integers or booleans)."""
        return Characters(
            images=self.images[index],
            targets=self.targets[index],
            ids=self.ids[index],
            groups=None if self.groups is None else self.groups[index],
            rel_height=None if self.rel_height is None else self.rel_height[index],
        )

    def batch(self, index: np.ndarray) -> Batch:
        """The rows `index` as tensors."""
        rows = self.take(index)
        inputs = {"image": torch.from_numpy(rows.images)}
        if rows.rel_height is not None:
            inputs["rel_height"] = torch.from_numpy(rows.rel_height)
        groups = None if rows.groups is None else tuple(rows.groups.tolist())
        return Batch(inputs=inputs, targets=torch.from_numpy(rows.targets), ids=tuple(rows.ids.tolist()), groups=groups)


@dataclass(frozen=True, kw_only=True)
class Splits:
    """Disjoint parts of a data set: to learn from, to choose with, and to report on."""

    train: Characters
    selection: Characters
    test: Characters


class EpochOrder:
    """The order of the training samples: one per (seed, epoch). Lightning calls `set_epoch`."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def permutation(self, count: int) -> np.ndarray:
        """Row numbers (N,) of this epoch: each row once, mixed."""
        return np.random.default_rng((self.seed, self.epoch)).permutation(count)

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """Row numbers (N,) of this epoch, mixed: each row its share of `weights` (N,) times N, rounded up or down."""
        random = np.random.default_rng((self.seed, self.epoch))
        shares = np.cumsum(weights / weights.sum())
        # Systematic sampling of a mixed list: one random offset, equal steps; no sample is drawn by luck alone.
        drawn = np.searchsorted(shares, (random.random() + np.arange(len(weights))) / len(weights), side="right")
        return random.permutation(np.minimum(drawn, len(weights) - 1))

    def batch_seed(self, batch: int) -> int:
        """Seed of the augmentation of batch number `batch` of this epoch."""
        return int(np.random.SeedSequence((self.seed, self.epoch, batch)).generate_state(1, np.uint64)[0] >> 1)


class Batches:
    """Batches of a character set, in file order; every sample exactly once."""

    def __init__(self, characters: Characters, batch_size: int) -> None:
        self.characters = characters
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.characters) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        rows = np.arange(len(self.characters))
        for start in range(0, len(rows), self.batch_size):
            yield self.characters.batch(rows[start : start + self.batch_size])


class ShuffledBatches:
    """Training batches in the order of an epoch, augmented.

    The last, incomplete batch is dropped (batch statistics of a handful of samples are poor) unless it is the only one.
    """

    def __init__(
        self,
        characters: Characters,
        batch_size: int,
        order: EpochOrder,
        augmentation: v2.Transform | None,
        weights: np.ndarray | None = None,
    ) -> None:
        self.characters = characters
        self.weights = weights
        self.batch_size = min(batch_size, len(characters))
        self.sampler = order  # the name under which Lightning looks for set_epoch
        self.augmentation = augmentation

    def __len__(self) -> int:
        return len(self.characters) // self.batch_size

    def __iter__(self) -> Iterator[Batch]:
        order = self.sampler
        rows = order.permutation(len(self.characters)) if self.weights is None else order.weighted(self.weights)
        seeds = [order.batch_seed(number) for number in range(len(self))]
        for number, seed in enumerate(seeds):
            batch = self.characters.batch(rows[number * self.batch_size : (number + 1) * self.batch_size])
            yield batch if self.augmentation is None else _augmented(batch, self.augmentation, seed)


class CharacterData(lightning.LightningDataModule):
    """A character data set in memory; a subclass says what its labels are and how its splits are read.

    Attributes:
        labels: the class names, in the order of the target indices; known without reading a file.
    """

    labels: list[str]

    def __init__(self, *, batch_size: int, seed: int, augmentation: v2.Transform | None, limit: int | None) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.seed = seed
        self.augmentation = augmentation
        self.limit = limit
        self._order = EpochOrder(seed)
        self._splits: Splits | None = None

    @abstractmethod
    def read(self) -> Splits:
        """The splits, read from wherever the data set lies."""

    def sampling_weights(self, train: Characters) -> np.ndarray | None:
        """How often each training sample (N,) is shown, relative to the others; None = all alike."""
        return None

    @property
    def splits(self) -> Splits:
        """The splits, read once; `limit` spreads its samples evenly over each of them."""
        if self._splits is None:
            whole = self.read()
            self._splits = Splits(
                train=_thinned(whole.train, self.limit),
                selection=_thinned(whole.selection, self.limit),
                test=_thinned(whole.test, self.limit),
            )
        return self._splits

    def setup(self, stage: str | None = None) -> None:
        """Read the data, if that has not happened yet."""
        if self.batch_size < 1:
            raise InputError(f"data.batch_size={self.batch_size}", allowed="1 or more", remedy="data.batch_size=64")
        if not len(self.splits.train):
            raise InputError(f"{type(self).__name__}: no training samples", remedy="another data.root or data.limit")

    def set_epoch(self, epoch: int) -> None:
        """Fix order and augmentation of the next pass over the training batches."""
        self._order.set_epoch(epoch)

    def train_dataloader(self) -> ShuffledBatches:
        train = self.splits.train
        return ShuffledBatches(train, self.batch_size, self._order, self.augmentation, self.sampling_weights(train))

    def val_dataloader(self) -> Batches:
        """Held out for choosing: epochs, ratios, stopping."""
        return Batches(self.splits.selection, self.batch_size)

    def test_dataloader(self) -> Batches:
        """Held out for the reported figures; nothing is ever chosen by it."""
        return Batches(self.splits.test, self.batch_size)

    def calibration_dataloader(self) -> Batches:
        """Training samples as the device would see them: not augmented, in one fixed mixed order."""
        train = self.splits.train
        return Batches(train.take(np.random.default_rng(0).permutation(len(train))), self.batch_size)

    def fingerprint(self) -> str:
        """sha256 of labels and arrays of all splits; the augmentation and the order are arguments, not data."""
        digest = hashlib.sha256("\0".join(self.labels).encode())
        for part in (self.splits.train, self.splits.selection, self.splits.test):
            for array in (part.images, part.targets, part.ids, part.groups, part.rel_height):
                digest.update(b"none" if array is None else f"{array.dtype.str}{array.shape}".encode())
                digest.update(b"" if array is None else np.ascontiguousarray(array).view(np.uint8).data)
        return digest.hexdigest()


def checked_images(images: np.ndarray, targets: np.ndarray, source: str) -> np.ndarray:
    """`images` if they are uint8 (N, 28, 28) with one target each; else InputError."""
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or len(images) != len(targets):
        raise InputError(
            f"{source}: images {images.dtype} {images.shape}, {len(targets)} labels",
            allowed="uint8 (N, 28, 28) and N labels",
            remedy="fetch the file again",
        )
    return images


def _augmented(batch: Batch, augmentation: v2.Transform, seed: int) -> Batch:
    # Every v2 transform draws from torch's default generator: seeding it, and putting it back afterwards, makes any
    # composition of them reproducible and leaves dropout alone.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        images: Tensor = augmentation(batch.inputs["image"][:, None])[:, 0]
    return Batch(inputs={**batch.inputs, "image": images}, targets=batch.targets, ids=batch.ids, groups=batch.groups)


def _thinned(characters: Characters, limit: int | None) -> Characters:
    if limit is None or limit >= len(characters):
        return characters
    return characters.take(np.linspace(0, len(characters) - 1, limit).round().astype(np.int64))
