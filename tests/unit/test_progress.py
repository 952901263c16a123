"""Long work says how far it is: at most once a minute, with the time that is left at the pace so far."""

from __future__ import annotations

import logging

import pytest

from frugal.progress import Progress, in_words


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_it_speaks_once_a_minute_and_tells_what_is_left(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress("train", 10, clock=clock)
    with caplog.at_level(logging.INFO, logger="frugal"):
        for done in range(1, 13):  # a quarter of an epoch every 20 seconds
            progress.reached(done / 4, lambda: "loss 0.500")
            clock.now_s += 20
    assert caplog.messages == [
        "train: epoch 1.0 of 10, loss 0.500, about 12 min left",
        "train: epoch 1.8 of 10, loss 0.500, about 11 min left",
        "train: epoch 2.5 of 10, loss 0.500, about 10 min left",
    ]


def test_work_that_is_over_within_a_minute_says_nothing_and_asks_for_nothing(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress("train", 2, clock=clock)
    with caplog.at_level(logging.INFO, logger="frugal"):
        for done in (0.5, 1.0, 1.5, 2.0):
            progress.reached(done, lambda: pytest.fail("asked although nothing is told"))
            clock.now_s += 15
    assert not caplog.messages


def test_what_was_done_before_a_kill_is_not_taken_for_pace(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    progress = Progress("train", 10, clock=clock)
    with caplog.at_level(logging.INFO, logger="frugal"):
        progress.reached(8.0)
        clock.now_s += 120
        progress.reached(9.0)
    assert caplog.messages == ["train: epoch 9.0 of 10, about 2 min left"]


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "1 h 30 min")])
def test_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
