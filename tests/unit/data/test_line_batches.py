"""Training batches of lines: mixed by share, padded with paper, and decided by (seed, epoch) alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from frugal.data.line_batches import LineByLine, ReadyLine, TrainingBatches, padded, resized, share_at, side_by_side
from frugal.data.line_source import RawLine


class Given:
    """Lines in memory, 20 pixels high, each 10 pixels wider than the one before."""

    def __init__(self, name: str, count: int) -> None:
        self.lines = [
            RawLine(image=np.full((20, 10 * (i + 1)), 100 + i, np.uint8), text=f"{name}{i}", id=f"{name}{i}")
            for i in range(count)
        ]

    def __len__(self) -> int:
        return len(self.lines)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        order = range(len(self.lines)) if random is None else random.permutation(len(self.lines))
        return iter([self.lines[index] for index in order])

    def fingerprint(self) -> str:
        return "given"


def batches(shares: Any = None, *, seed: int = 0, **changed: Any) -> TrainingBatches:
    settings: dict[str, Any] = {
        "lines": 40,
        "batch_size": 4,
        "height": 10,
        "augmentation": None,
        "joined": 0.0,
        "longest": 500,
    }
    sources = {"main": Given("m", 12), "other": Given("o", 5)}
    return TrainingBatches(sources, shares or {}, seed=seed, **(settings | changed))


def shown(loader: TrainingBatches, epoch: int) -> list[tuple[str, ...]]:
    loader.set_epoch(epoch)
    return [tuple(batch.targets) for batch in loader]


def noisy(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.repeat(image, int(random.integers(1, 3)), axis=1)


def test_an_epoch_depends_on_seed_and_epoch_alone() -> None:
    settings: dict[str, Any] = {"augmentation": noisy, "joined": 0.3}
    undisturbed = batches(**settings)
    order = [shown(undisturbed, epoch) for epoch in range(3)]
    assert shown(batches(**settings), 2) == order[2]  # a fresh process, at once in the third epoch
    assert shown(undisturbed, 0) == order[0]  # and back
    assert order[0] != order[1] and shown(batches(seed=1, **settings), 0) != order[0]


def test_shares_decide_who_is_shown() -> None:
    moving = batches({"main": [(0, 1.0), (10, 0.0)], "other": [(0, 0.0), (10, 1.0)]}, lines=400)
    assert {text[0] for texts in shown(moving, 0) for text in texts} == {"m"}
    assert {text[0] for texts in shown(moving, 10) for text in texts} == {"o"}
    middle = [text[0] for texts in shown(moving, 5) for text in texts]
    assert 0.4 < middle.count("o") / len(middle) < 0.6


@pytest.mark.parametrize(("epoch", "share"), [(0, 0.2), (2, 0.2), (4, 0.6), (6, 1.0), (99, 1.0)])
def test_a_share_is_linear_between_its_epochs(epoch: int, share: float) -> None:
    assert share_at([(6, 1.0), (2, 0.2)], epoch) == pytest.approx(share)


def test_padding_is_each_lines_own_paper() -> None:
    narrow = ReadyLine(image=np.array([[10, 90]], np.uint8), text="a", id="a", writer=None)
    wide = ReadyLine(image=np.array([[20, 30, 40, 50]], np.uint8), text="b", id="b", writer=None)
    batch = padded([narrow, wide])
    assert batch.inputs["image"].tolist() == [[[10, 90, 90, 90]], [[20, 30, 40, 50]]]
    assert batch.lengths["image"].tolist() == [2, 4]
    assert batch.targets == ("a", "b")


def test_too_long_and_empty_lines_are_not_shown() -> None:
    loader = batches({"other": [(0, 0.0)]}, longest=20)  # 10 pixels high: half as wide as stored
    assert {text for texts in shown(loader, 0) for text in texts} == {"m0", "m1", "m2", "m3"}


@pytest.mark.parametrize(("shape", "width"), [((20, 1), 1), ((200, 3), 1), ((10, 7), 7), ((5, 7), 14)])
def test_resized_keeps_proportions_and_at_least_a_column(shape: tuple[int, int], width: int) -> None:
    line = RawLine(image=np.full(shape, 50, np.uint8), text="a", id="a")
    assert resized(line, 10).image.shape == (10, width)


def test_two_lines_with_a_space_and_a_ramp_of_paper() -> None:
    left = ReadyLine(image=np.full((10, 3), 200, np.uint8), text="a", id="a", writer=None)
    right = ReadyLine(image=np.full((10, 3), 230, np.uint8), text="b", id="b", writer=None)
    both = side_by_side(left, right)
    assert both.text == "a b" and both.image.shape == (10, 10)
    assert both.image[0, 3:7].tolist() == [200, 210, 220, 230]


def test_lines_to_measure_with_come_alone_in_their_own_size() -> None:
    alone = list(LineByLine(Given("m", 5), limit=2))
    assert [tuple(batch.inputs["image"].shape) for batch in alone] == [(1, 20, 10), (1, 20, 20)]
    assert [batch.ids for batch in alone] == [("m0",), ("m1",)]
