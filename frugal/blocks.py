"""One model in this process, run in blocks of calls: what each block cost, by every clock and every meter.

A session is opened anew for every segment of blocks, at another place in memory: where weights happen to lie changes
the speed of a small model by some percent (Mytkowicz et al. 2009, "Producing wrong data without doing anything
obviously wrong"; Curtsinger and Berger 2013, "Stabilizer"). For a moment two of its sessions are in memory; peak memory
is read in a process of its own (`measuring.peak_memory`). Knows no other model and no statistics.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from frugal.contract import Energy, Meter
from frugal.energy.meters.clocks import Elapsed, timed
from frugal.energy.meters.reading import SettlesLater
from frugal.runtime.feeds import read_feeds
from frugal.runtime.session import open_session

Call = Callable[[], Any]
LIVELY_S = 0.01
"""Of calls after an opening, and blocks of the warm-up, at least."""
PADDING_BYTES = 1 << 16
CALLS_TOLD = 20
"""Single calls of a block whose time is kept."""
KEPT_CALLS = 20_000


@dataclass(frozen=True, kw_only=True)
class Block:
    """Some calls in a row.

    Attributes:
        energies: one per meter and in their order; None of those that settle when all is over.
        call_ms: wall milliseconds of single calls, thinned out.
    """

    calls: int
    elapsed: Elapsed
    energies: list[Energy | None]
    call_ms: list[float] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Block:
        energies = [None if energy is None else Energy(**energy) for energy in data["energies"]]
        return cls(calls=data["calls"], elapsed=Elapsed(**data["elapsed"]), energies=energies, call_ms=data["call_ms"])


class Runner(Protocol):
    """A model that can be opened again and run in blocks, here or in another interpreter."""

    def open(self) -> None: ...
    def warm_up(self, warm_up_s: float, block_s: float) -> dict[str, Any]: ...
    def size(self, block_s: float) -> None: ...
    def block(self) -> Block: ...
    def empty_loop(self, seconds: float) -> dict[str, float]: ...


class LocalRunner:
    """A model in this process."""

    def __init__(self, model: Path, feeds: Path, *, threads: int, provider: str, meters: Sequence[Meter]) -> None:
        self._model = model
        self._feeds = read_feeds(feeds)
        self._options: dict[str, Any] = {"threads": threads, "provider": provider}
        self._meters = meters
        self._random = random.Random(0)
        self._calls: list[Call] = []
        self._padding = b""
        self._next = 0
        self._fastest_s = math.inf
        self._per_block = 1

    def open(self) -> None:
        """A fresh session with every input bound and run once; what does not fit fails here."""
        began = time.perf_counter()
        self._padding = bytes(self._random.randrange(PADDING_BYTES))
        session = open_session(self._model, **self._options)
        calls = [session.prepare({name: array.copy() for name, array in feed.items()}) for feed in self._feeds]
        self._calls = calls  # only now is the old session's memory free: the new one had to take another place
        while time.perf_counter() - began < LIVELY_S:  # caches and branch predictors know it again
            self._per_call(len(self._calls))

    def warm_up(self, warm_up_s: float, block_s: float) -> dict[str, Any]:
        """Run until the time is over and the CPU times of the last three blocks agree within 3 %; then size the blocks.

        Gives up on agreement after three times the time asked.
        """
        warmed_s, is_flat, spans = 0.0, False, [self._per_call(1)]
        while warmed_s < warm_up_s or not (is_flat or warmed_s >= 3 * warm_up_s):
            calls = max(1, math.ceil(max(LIVELY_S, warm_up_s / 10) / spans[-1].wall_s))
            spans.append(self._per_call(calls))
            warmed_s += spans[-1].wall_s * calls
            last = [span.cpu_s for span in spans[-3:]]
            is_flat = len(spans) > 3 and max(last) <= 1.03 * min(last)
        self._fastest_s = min(_least_s(span) for span in spans[1:] or spans)
        self.size(block_s)
        return {"warm_up_s": warmed_s, "warm_up_flat": is_flat}

    def size(self, block_s: float) -> None:
        """Blocks of `block_s` by the model at its fastest, so that a moment's load makes no model's blocks the shorter.

        Every call looks once more; between looks at other models, all have the same chance of a quiet moment.
        """
        if self._fastest_s < LIVELY_S:  # of a slower one, blocks hold few calls and nothing is to be found out
            calls = math.ceil(min(block_s, LIVELY_S) / self._fastest_s)
            self._fastest_s = min(self._fastest_s, _least_s(self._per_call(calls)))
        self._per_block = max(1, math.ceil(block_s / self._fastest_s))
        if self._per_block > len(self._calls):  # every block holds every input equally often
            self._per_block = math.ceil(self._per_block / len(self._calls)) * len(self._calls)

    def block(self) -> Block:
        """One block under all meters; a tenth as many calls, and of a small model four, go before, uncounted.

        After another model's block the first calls find cold caches. Of short blocks they would be a larger share than
        of long ones, and two models whose blocks are not equally long would not be treated alike.
        """
        self._work(self._calls, max(self._per_block // 10, min(4, self._per_block // 4)), [])()
        elapsed: list[Elapsed] = []
        durations: list[np.ndarray] = []
        work = self._work(self._calls, self._per_block, durations)
        energies = metered(self._meters, lambda: elapsed.append(timed(work)))
        step = math.ceil(self._per_block / CALLS_TOLD)
        call_ms = (durations[0][::step] / 1e6).round(6).tolist()
        return Block(calls=self._per_block, elapsed=elapsed[0], energies=energies, call_ms=call_ms)

    def empty_loop(self, seconds: float) -> dict[str, float]:
        """CPU seconds of one turn of the loop around the calls, and what the two clock readings see of nothing."""
        durations: list[np.ndarray] = []
        nothing: list[Call] = [_nothing] * len(self._calls)
        cpu_s, turns = 0.0, 0
        while cpu_s < seconds:
            cpu_s += timed(self._work(nothing, self._per_block, durations)).cpu_s
            turns += self._per_block
        return {"cpu_s": cpu_s / turns, "wall_s": float(np.median(np.concatenate(durations))) / 1e9}

    def _per_call(self, calls: int) -> Elapsed:
        elapsed = timed(self._work(self._calls, calls, []))
        return replace(elapsed, cpu_s=elapsed.cpu_s / calls, wall_s=elapsed.wall_s / calls)

    def _work(self, calls: Sequence[Call], count: int, durations: list[np.ndarray]) -> Callable[[], None]:
        """`count` calls in turn, each timed."""

        def work() -> None:
            start, clock = self._next, time.perf_counter_ns
            spent = np.empty(count, dtype=np.int64)
            for i in range(count):
                call = calls[(start + i) % len(calls)]
                began = clock()
                call()
                spent[i] = clock() - began
            self._next = (start + count) % len(calls)
            durations.append(spent)

        return work


def metered(meters: Sequence[Meter], work: Callable[[], None]) -> list[Energy | None]:
    """Run `work` once under all meters at a time; the energy of those that settle later is left open."""
    energies: list[Energy | None] = [None] * len(meters)

    def nested(index: int) -> None:
        if index == len(meters):
            work()
        elif isinstance(meters[index], SettlesLater):
            nested(index + 1)
        else:
            energies[index] = meters[index].measure(lambda: nested(index + 1))

    nested(0)
    return energies


def _least_s(span: Elapsed) -> float:
    return min(span.cpu_s, span.wall_s) or span.wall_s


def _nothing() -> None:
    return None
