"""The order of a measurement, with runners and meters that answer from a script instead of computing."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from frugal import rounds
from frugal.blocks import Block
from frugal.contract import Energy, InputError, Meter
from frugal.energy.meters.clocks import Elapsed
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.rounds import Rounds

REQUEST = {"ci": 0.02, "cap_s": 0.6, "warm_up_s": 0.0, "idle_s": 0.04, "block_s": None}


class Scripted:
    """A model whose calls cost `cpu_s`, ten a block; every order that it gets is written down."""

    def __init__(self, name: str, said: list[str], cpu_s: Callable[[int], float], joules: float | None = None) -> None:
        self._name, self._said, self._cpu_s, self._joules = name, said, cpu_s, joules
        self._blocks = 0

    def open(self) -> None:
        self._said.append(f"open {self._name}")

    def warm_up(self, warm_up_s: float, block_s: float) -> dict[str, Any]:
        self._said.append(f"warm {self._name} {block_s:g}")
        return {"warm_up_s": warm_up_s, "warm_up_flat": True}

    def size(self, block_s: float) -> None:
        self._said.append(f"size {self._name}")

    def empty_loop(self, seconds: float) -> dict[str, float]:
        self._said.append(f"loop {self._name}")
        return {"cpu_s": 1e-7, "wall_s": 1e-7}

    def block(self) -> Block:
        self._said.append(self._name)
        self._blocks += 1
        cpu_s = 10 * self._cpu_s(self._blocks)
        elapsed = Elapsed(cpu_s=cpu_s, wall_s=cpu_s, began=0.0, ended=cpu_s)
        read = Energy(
            joules=self._joules,
            factor=1.2,
            method="B",
            cpu_s=cpu_s,
            wall_s=cpu_s,
            reason="" if self._joules else "gone",
        )
        return Block(calls=10, elapsed=elapsed, energies=[read, None], call_ms=[cpu_s * 100] * 10)


class Counter:
    """A counter that sees 3 W, whatever runs."""

    name, method, min_block_s, scope = "counter", "B", 0.01, "a box"

    def unavailable(self) -> str | None:
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        from frugal.energy.meters.clocks import timed

        elapsed = timed(work)
        return Energy(joules=3 * elapsed.wall_s, factor=1.2, method="B", cpu_s=0.0, wall_s=elapsed.wall_s)


def measured(
    runners: Sequence[Scripted], meters: Sequence[Meter] = (), **request: Any
) -> tuple[dict[str, Any], list[str]]:
    shown: list[str] = []
    asked = {**REQUEST, **request}
    result = Rounds(runners, meters or [CpuTimeMeter()], asked, lambda **event: shown.append(event["text"])).run()
    return result, shown


def test_rounds_go_there_and_back_and_every_other_segment_begins_with_the_last() -> None:
    said: list[str] = []
    runners = [Scripted(name, said, lambda _: 1e-3) for name in "abc"]
    result, _ = measured(runners, cap_s=1e-6)
    assert said[:6] == ["open a", "warm a 0.001", "open b", "warm b 0.001", "open c", "warm c 0.001"]
    looks, said = said[6 : 6 + 3 * rounds.SIZINGS], said[6 + 3 * rounds.SIZINGS :]
    assert looks == ["size a", "size b", "size c"] * rounds.SIZINGS
    assert said[:3] == ["loop a", "loop b", "loop c"] == said[-3:]
    blocks = "".join(" " if name.startswith("open") else name for name in said[3:-3]).split()
    assert [segment[:6] for segment in blocks[:2]] == ["abccba", "cbaabc"]
    assert (result["stopped"], len(result["models"][0]["segments"])) == ("interval", 3)


def test_each_segment_opens_all_models_in_an_order_drawn_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(rounds, "time", SimpleNamespace(perf_counter=lambda: next(ticks) * 1e-3))  # whoever else runs
    said: list[str] = []
    result, _ = measured([Scripted(name, said, lambda _: 1e-3) for name in "ab"], cap_s=2.4)
    openings = "".join(
        word.removeprefix("open ") if word.startswith("open") else " " for word in said[6 + 2 * rounds.SIZINGS :]
    ).split()
    assert len(openings) == len(result["models"][0]["segments"]) == 12
    every_other = [openings[::2], openings[1::2]]
    assert [set(some) for some in every_other] == [{"ab", "ba"}] * 2, "whichever model the rounds begin with"


def test_it_stops_when_narrow_but_not_before_it_may_look() -> None:
    result, shown = measured([Scripted("a", [], lambda block: 1e-3)], cap_s=30)
    assert result["stopped"] == "interval" and len(result["models"][0]["segments"]) == 12
    assert any(text.startswith("12 segments, +-0.0%") for text in shown)


def test_it_stops_at_the_cap_when_it_stays_wide() -> None:
    noise = random.Random(0)
    result, _ = measured([Scripted("a", [], lambda _: 1e-3 * noise.random())], cap_s=0.3, ci=1e-9)
    assert result["stopped"] == "cap" and len(result["models"][0]["segments"]) >= 3


def test_a_segment_over_which_the_machine_slept_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.0, 0.0, 90.0, *[90.0] * 1000])
    monkeypatch.setattr(rounds, "suspended_seconds", lambda: next(clock))
    result, _ = measured([Scripted("a", [], lambda _: 1e-3)], cap_s=1e-6)
    assert result["discarded"] == 1 and len(result["models"][0]["segments"]) == 3


def test_a_counter_sees_the_idle_machine_before_and_after() -> None:
    said: list[str] = []
    runner = Scripted("a", said, lambda _: 1e-3, joules=0.5)
    result, shown = measured([runner], [Counter(), CpuTimeMeter()], cap_s=1e-6)
    assert said[1] == "warm a 0.01", "blocks as long as the counter needs"
    counter, model = result["idle"]
    assert len(counter) == 8 and all(one["joules"] >= 3 * one["wall_s"] >= 0.03 for one in counter)
    assert len(model) == 8
    segment = result["models"][0]["segments"][0]
    assert segment["energies"][0]["joules"] == pytest.approx(0.5 * segment["blocks"])
    assert segment["energies"][1]["joules"] == pytest.approx(CpuTimeMeter().power.watts * segment["cpu_s"])
    assert result["meters"][0] == {"name": "counter", "method": "B", "factor": 1.2, "scope": "a box"}
    assert any("idle" in text for text in shown)


def test_a_counter_that_fails_keeps_its_reason() -> None:
    result, _ = measured([Scripted("a", [], lambda _: 1e-3, joules=None)], [Counter(), CpuTimeMeter()], cap_s=1e-6)
    assert result["models"][0]["segments"][0]["energies"][0] == {"joules": None, "reason": "gone"}


def test_blocks_that_are_shorter_than_a_meter_needs_are_refused() -> None:
    with pytest.raises(InputError, match=r"--block 0\.001s; allowed: 0\.01 s or more"):
        measured([Scripted("a", [], lambda _: 1e-3)], [Counter()], block_s=0.001)
