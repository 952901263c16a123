"""What passed while some work ran, with clocks that lie as a suspended machine's do."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from frugal.energy.meters import clocks
from frugal.energy.meters.clocks import Elapsed, suspended_seconds, timed


def test_work_is_timed_by_every_clock() -> None:
    before = time.time()
    elapsed = timed(lambda: time.sleep(0.05))
    assert 0.05 <= elapsed.wall_s < 1 and 0 < elapsed.cpu_s < 0.05
    assert before <= elapsed.began < elapsed.ended <= time.time()
    assert elapsed.spoiled == "" and elapsed.clock_set_s == 0


def readings(monkeypatch: pytest.MonkeyPatch, name: str, values: list[float]) -> None:
    given: Iterator[float] = iter(values)
    monkeypatch.setattr(clocks.time if name == "time" else clocks, name, lambda: next(given))


def test_a_machine_that_slept_spoils_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    readings(monkeypatch, "suspended_seconds", [5.0, 17.0])
    readings(monkeypatch, "time", [1000.0, 1012.0])
    elapsed = timed(lambda: None)
    assert elapsed.suspended_s == 12 and "suspended for 12 s" in elapsed.spoiled
    assert elapsed.clock_set_s == 0, "the clock went on while the machine slept"


def test_a_clock_that_was_set_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    readings(monkeypatch, "time", [1000.0, 4600.0])
    assert timed(lambda: None).clock_set_s == pytest.approx(3600, abs=0.1)


def test_the_two_clocks_agree_within_a_moment() -> None:
    assert Elapsed(cpu_s=0, wall_s=0, began=0, ended=0, suspended_s=0.09).spoiled == ""
    assert abs(suspended_seconds() - suspended_seconds()) < clocks.SUSPENDED_S


def test_windows_tells_no_children_and_no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks.sys, "platform", "win32")
    assert clocks.children_seconds() == 0 and suspended_seconds() == 0
    assert timed(lambda: sum(range(100_000)) and None).cpu_s > 0


def test_a_mac_that_slept_is_told_by_its_two_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks.sys, "platform", "darwin")
    monkeypatch.setattr(clocks.time, "CLOCK_MONOTONIC", "with sleep", raising=False)
    monkeypatch.setattr(clocks.time, "CLOCK_UPTIME_RAW", "without", raising=False)
    monkeypatch.setattr(clocks.time, "clock_gettime", {"with sleep": 100.0, "without": 70.0}.__getitem__)
    assert suspended_seconds() == 30.0
