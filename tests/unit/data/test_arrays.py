from __future__ import annotations

import numpy as np
import pytest
import torch

from frugal.contract import Batch, InputError
from frugal.data.arrays import CharacterData, Characters, EpochOrder, Splits
from frugal.data.augmentation import RandomDistortion


class Made(CharacterData):
    """103 generated characters of 5 writers."""

    labels = ("x", "y")  # type: ignore[assignment]

    def __init__(
        self, *, batch_size: int = 16, seed: int = 0, limit: int | None = None, augmented: bool = True
    ) -> None:
        augmentation = RandomDistortion() if augmented else None
        super().__init__(batch_size=batch_size, seed=seed, augmentation=augmentation, limit=limit)
        self.reads = 0

    def read(self) -> Splits:
        self.reads += 1
        everything = Characters(
            images=np.random.default_rng(0).integers(0, 256, (103, 28, 28), dtype=np.uint8),
            targets=np.arange(103) % 2,
            ids=np.array([f"made-{row:03d}" for row in range(103)]),
            groups=(np.arange(103) % 5).astype(str),
            rel_height=np.linspace(0, 2, 103, dtype=np.float32),
        )
        return Splits(
            train=everything.take(np.arange(70)),
            selection=everything.take(np.arange(70, 80)),
            test=everything.take(np.arange(80, 103)),
        )


def epoch(data: CharacterData, number: int) -> list[Batch]:
    data.setup()
    data.set_epoch(number)
    return list(data.train_dataloader())


def same(left: list[Batch], right: list[Batch]) -> bool:
    return len(left) == len(right) and all(
        a.ids == b.ids and torch.equal(a.inputs["image"], b.inputs["image"]) for a, b in zip(left, right, strict=True)
    )


def test_batches_carry_everything_of_their_rows() -> None:
    data = Made(augmented=False)
    batch = epoch(data, 0)[0]
    rows = [int(name.removeprefix("made-")) for name in batch.ids]
    assert batch.inputs["image"].dtype == torch.uint8 and batch.inputs["image"].shape == (16, 28, 28)
    assert batch.inputs["rel_height"].dtype == torch.float32 and batch.targets.dtype == torch.int64
    assert torch.equal(batch.inputs["image"], torch.from_numpy(data.splits.train.images[rows]))
    assert batch.targets.tolist() == [row % 2 for row in rows]
    assert batch.groups == tuple(str(row % 5) for row in rows)
    assert np.allclose(batch.inputs["rel_height"], data.splits.train.rel_height[rows])  # type: ignore[index]


def test_a_resumed_run_sees_what_an_undisturbed_run_sees() -> None:
    undisturbed = Made(seed=3)
    passes = [epoch(undisturbed, number) for number in range(3)]
    torch.manual_seed(999)
    assert same(epoch(Made(seed=3), 2), passes[2])
    assert not same(passes[0], passes[1])
    assert not same(epoch(Made(seed=4), 2), passes[2])


def test_lightning_finds_the_epoch_of_the_loader() -> None:
    from lightning.fabric.utilities.data import _set_sampler_epoch

    expected = epoch(Made(), 5)
    data = Made()
    data.setup()
    loader = data.train_dataloader()
    _set_sampler_epoch(loader, 5)  # type: ignore[arg-type]
    assert same(list(loader), expected)


def test_augmentation_leaves_the_global_generator_and_the_stored_images_alone() -> None:
    data = Made()
    data.setup()
    stored, state = data.splits.train.images.copy(), torch.random.get_rng_state()
    epoch(data, 0)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert np.array_equal(data.splits.train.images, stored)


def test_training_drops_the_incomplete_batch_and_evaluation_does_not() -> None:
    data = Made()
    assert [len(batch.ids) for batch in epoch(data, 0)] == [16, 16, 16, 16]
    assert [len(batch.ids) for batch in data.test_dataloader()] == [16, 7]
    assert len(data.train_dataloader()) == 4 and len(data.test_dataloader()) == 2
    assert [len(batch.ids) for batch in epoch(Made(batch_size=1000), 0)] == [70]


def test_evaluation_and_calibration_are_neither_augmented_nor_reordered() -> None:
    data = Made()
    data.setup()
    images = torch.cat([batch.inputs["image"] for batch in data.test_dataloader()])
    assert torch.equal(images, torch.from_numpy(data.splits.test.images))
    first, second = list(data.calibration_dataloader()), list(Made(seed=9).calibration_dataloader())
    assert same(first, second)
    known = {name: image for name, image in zip(data.splits.train.ids, data.splits.train.images, strict=True)}
    assert all(np.array_equal(known[first[0].ids[k]], first[0].inputs["image"][k]) for k in range(16))


def test_splits_are_disjoint_and_read_once() -> None:
    data = Made()
    data.setup("fit")
    data.setup("test")
    parts = [
        {name for batch in loader for name in batch.ids}
        for loader in (data.calibration_dataloader(), data.val_dataloader(), data.test_dataloader())
    ]
    assert data.reads == 1 and [len(part) for part in parts] == [70, 10, 23]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_limit_spreads_over_each_split() -> None:
    data = Made(limit=8)
    assert [len(part) for part in (data.splits.train, data.splits.selection, data.splits.test)] == [8, 8, 8]
    assert data.splits.train.ids[[0, -1]].tolist() == ["made-000", "made-069"]


def test_fingerprint_follows_the_data_not_the_order() -> None:
    assert Made(seed=0).fingerprint() == Made(seed=1).fingerprint()
    assert Made().fingerprint() != Made(limit=8).fingerprint()
    changed = Made()
    changed.splits.test.images[0, 0, 0] ^= 1
    assert changed.fingerprint() != Made().fingerprint()


def test_a_batch_size_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="batch_size=0"):
        Made(batch_size=0).setup()


def test_weighted_order_shows_each_sample_its_share() -> None:
    weights = np.repeat([1.0, 3.0], 50)
    order = EpochOrder(seed=1)
    rows = order.weighted(weights)
    times = np.bincount(rows, minlength=100)
    assert len(rows) == 100 and times[:50].sum() in (24, 25, 26) and set(times[50:].tolist()) == {1, 2}
    assert np.array_equal(rows, EpochOrder(seed=1).weighted(weights))
    order.set_epoch(1)
    assert not np.array_equal(rows, order.weighted(weights))
    assert sorted(order.weighted(np.ones(100)).tolist()) == list(range(100))
