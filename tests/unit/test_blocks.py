"""A model in blocks of calls: how long they are, what is read while they run, and what the loop itself costs."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frugal.blocks import Block, LocalRunner, metered
from frugal.contract import Arrays, Energy, InputError, Meter
from frugal.energy.meters.clocks import Elapsed
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.runtime.feeds import write_feeds
from frugal.runtime.session import Session, open_session
from tests.unit.test_benchmarking import network


class Joules:
    """A meter that always reads the same, and writes down when it was asked."""

    min_block_s = 0.01
    method = "B"

    def __init__(self, joules: float, asked: list[str], name: str = "joules") -> None:
        self.name = name
        self._joules = joules
        self._asked = asked

    def unavailable(self) -> str | None:
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        self._asked.append(f"{self.name} begins")
        work()
        self._asked.append(f"{self.name} ends")
        return Energy(joules=self._joules, factor=1.2, method="B", cpu_s=0.1, wall_s=0.1)


def runner(folder: Path, width: int = 8, feeds: int = 3, meters: Sequence[Meter] = ()) -> LocalRunner:
    artefact = network(folder / "m.onnx", width)
    file = folder / "feeds.npz"
    write_feeds(file, [{"x": np.full((1, 64), index, np.float32)} for index in range(feeds)])
    return LocalRunner(artefact.model_path, file, threads=1, provider="cpu", meters=meters)


def test_blocks_are_as_long_as_asked_and_hold_every_input_equally_often(tmp_path: Path) -> None:
    one = runner(tmp_path, feeds=7)
    one.open()
    warmed = one.warm_up(0.1, 0.02)
    block = one.block()
    assert warmed["warm_up_s"] >= 0.1
    assert block.calls > 7 and block.calls % 7 == 0
    assert 0.01 < block.elapsed.wall_s < 1 and block.elapsed.cpu_s > 0
    assert 10 <= len(block.call_ms) <= 20 and min(block.call_ms) > 0


def test_a_slow_model_has_blocks_of_one_call_which_take_the_inputs_in_turn(tmp_path: Path) -> None:
    one = runner(tmp_path, width=200_000, feeds=3)
    one.open()
    one.warm_up(0.0, 1e-6)
    before = one._next
    assert [one.block().calls for _ in range(4)] == [1, 1, 1, 1]
    assert one._next == (before + 4) % 3


def test_a_slow_moment_is_forgotten_at_the_next_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = runner(tmp_path, feeds=4)
    spans = iter([2e-5, 1e-5, 3e-5])
    one.open()
    one._fastest_s = 4e-5
    monkeypatch.setattr(one, "_per_call", lambda calls: Elapsed(cpu_s=(s := next(spans)), wall_s=s, began=0, ended=s))
    found = []
    for _ in range(3):
        one.size(1e-3)
        found.append(one._per_block)
    assert found == [52, 100, 100], "whole rounds of the four inputs"


@pytest.mark.parametrize(("calls", "before"), [(1, 0), (3, 0), (8, 2), (24, 4), (40, 4), (200, 20)])
def test_calls_that_find_cold_caches_are_not_counted(tmp_path: Path, calls: int, before: int) -> None:
    one = runner(tmp_path, feeds=1)
    one.open()
    ((call,), counted) = one._calls, []
    one._calls = [lambda: counted.append(call())]
    one._per_block = calls
    assert one.block().calls == calls and len(counted) == calls + before


def test_the_empty_loop_is_short_and_known(tmp_path: Path) -> None:
    one = runner(tmp_path)
    one.open()
    one.warm_up(0.02, 0.01)
    loop = one.empty_loop(0.02)
    assert 0 < loop["cpu_s"] < 20e-6 and 0 < loop["wall_s"] < 20e-6


def test_an_opening_runs_the_inputs_and_what_does_not_fit_fails_there(tmp_path: Path) -> None:
    one = runner(tmp_path)
    began = time.perf_counter()
    one.open()
    assert time.perf_counter() - began >= 0.01
    write_feeds(tmp_path / "feeds.npz", [{"x": np.zeros((1, 63), np.float32)}])
    with pytest.raises(InputError, match=r"does not run on x float32 \[1, 63\]"):
        LocalRunner(tmp_path / "m.onnx", tmp_path / "feeds.npz", threads=1, provider="cpu", meters=()).open()


def test_all_meters_read_the_same_work_and_those_that_settle_later_are_left_open() -> None:
    said: list[str] = []
    meters = [Joules(1.0, said, "outer"), CpuTimeMeter(), Joules(2.0, said, "inner")]
    energies = metered(meters, lambda: said.append("work"))
    assert said == ["outer begins", "inner begins", "work", "inner ends", "outer ends"]
    assert [None if energy is None else energy.joules for energy in energies] == [1.0, None, 2.0]


def test_a_block_travels_as_json(tmp_path: Path) -> None:
    import dataclasses
    import json

    one = runner(tmp_path, meters=[Joules(1.0, []), CpuTimeMeter()])
    one.open()
    one.warm_up(0.01, 0.01)
    block = one.block()
    assert Block.from_json(json.loads(json.dumps(dataclasses.asdict(block)))) == block


def test_sessions_are_opened_at_other_places(tmp_path: Path) -> None:
    one = runner(tmp_path)
    paddings = set()
    for _ in range(4):
        one.open()
        paddings.add(len(one._padding))
    assert len(paddings) == 4


def test_an_opening_takes_memory_beside_what_it_frees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[weakref.ref[Any]] = []
    inputs: list[set[int]] = []

    class Watched(Session):
        def prepare(self, feed: Arrays) -> Callable[[], Any]:
            inputs[-1].add(feed["x"].ctypes.data)
            return super().prepare(feed)

    def opened(model: Path, **options: Any) -> Session:
        alive.append([session() is not None for session in sessions])
        session = Watched(open_session(model, **options)._raw, model)
        sessions.append(weakref.ref(session._raw))
        inputs.append(set())
        return session

    alive: list[list[bool]] = []
    one = runner(tmp_path)
    monkeypatch.setattr("frugal.blocks.open_session", opened)
    for _ in range(3):
        one.open()
    assert alive == [[], [True], [False, True]], "the last one stays until the next is bound, and no longer"
    assert inputs[0].isdisjoint(inputs[1]) and inputs[1].isdisjoint(inputs[2])
