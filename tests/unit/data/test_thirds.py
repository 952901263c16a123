"""Given samples in three disjoint parts that the seed fixes."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.thirds import Thirds


def feeds(count: int = 20, width: int = 3) -> list[dict[str, np.ndarray]]:
    return [{"x": np.full((1, width + number % 2), number, np.float32)} for number in range(count)]


def parts(data: Thirds) -> list[list[str]]:
    loaders = (data.calibration_dataloader(), data.val_dataloader(), data.test_dataloader())
    return [[batch.ids[0] for batch in loader] for loader in loaders]


def test_the_parts_are_disjoint_and_hold_everything() -> None:
    found = parts(Thirds(feeds=feeds(), truths=[str(n) for n in range(20)]))
    assert sorted(name for part in found for name in part) == [f"sample-{n:05d}" for n in range(20)]
    assert sorted(map(len, found)) == [6, 7, 7]


def test_the_seed_decides_and_truths_stay_with_their_samples() -> None:
    truths = [str(n) for n in range(20)]
    first, again, other = (Thirds(feeds=feeds(), truths=truths, seed=seed) for seed in (0, 0, 1))
    assert parts(first) == parts(again) != parts(other)
    for batch in first.test_dataloader():
        assert batch.targets == [str(int(batch.inputs["x"][0, 0]))]


def test_the_fingerprint_is_the_content() -> None:
    truths = [str(n) for n in range(20)]
    known = Thirds(feeds=feeds(), truths=truths).fingerprint()
    assert Thirds(feeds=feeds(), truths=truths, seed=5).fingerprint() == known
    assert Thirds(feeds=feeds(), truths=["x", *truths[1:]]).fingerprint() != known
    changed = feeds()
    changed[3]["x"][0, 0] += 1
    assert Thirds(feeds=changed, truths=truths).fingerprint() != known


def test_too_few_and_fixed_batches_are_one_line() -> None:
    with pytest.raises(InputError, match="8 samples; allowed: 9 or more"):
        Thirds(feeds=feeds(8), truths=["a"] * 8)
    with pytest.raises(InputError, match="fixed batch"):
        Thirds(feeds=[{"x": np.zeros((4, 3))}] * 9, truths=["a"] * 9)
