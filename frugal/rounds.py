"""The order of a measurement: idle, empty loop, warm-up, segments of interleaved blocks until it is narrow enough.

A round is A B B A (with three models A B C C B A), so that a linear drift cancels; every other segment begins with the
last model. All rounds of a segment are one value for the statistics: sessions are opened anew between segments, in an
order drawn by chance, so that no model keeps the better place in memory: their values differ by place and by time, and
an interval holds both. Knows no process and no file.
"""

from __future__ import annotations

import dataclasses
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from frugal.blocks import KEPT_CALLS, Block, Runner, metered
from frugal.contract import InputError, Meter
from frugal.energy import machine
from frugal.energy.meters.clocks import SUSPENDED_S, Elapsed, suspended_seconds, timed
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.reading import SettlesLater
from frugal.energy.statistics import batch_means, is_look, log_ratio_interval, mean_interval

BLOCK_S = 0.001
"""So short that a round fits into one turn that the scheduler gives on a busy core (3 ms and more), and the models of a
round meet the same neighbours; counters and instruments need longer ones."""
SEGMENT_S = 0.4
"""Of each model, so that two dozen fit under the cap; longer where opening would take more than a fifth of the time."""
LEAST_SEGMENTS = 3
EMPTY_LOOP_S = 0.05
SIZINGS = 10
"""Looks at how fast each model is, in turn: of models with blocks of unequal length, the shorter ones bear more of what
comes once a block."""
Segment = list[list[Block]]
"""Blocks per model."""


class Rounds:
    """A measurement of `runners` under `meters`; `request` says how narrow and how long."""

    def __init__(
        self, runners: Sequence[Runner], meters: Sequence[Meter], request: Mapping[str, Any], send: Callable[..., None]
    ) -> None:
        self._runners = list(runners)
        self._meters = meters
        self._request = request
        self._send = send
        self._random = random.Random(0)
        self._segments: list[Segment] = []
        self._frequencies: list[float] = []
        self._discarded = 0

    def run(self) -> dict[str, Any]:
        """Everything that was read, as plain JSON values."""
        block_s = self._block_s()
        before = self._idle()
        warmed = [self._warmed(index, block_s) for index in range(len(self._runners))]
        for runner in self._runners * SIZINGS:
            runner.size(block_s)
        empty = [[runner.empty_loop(EMPTY_LOOP_S)] for runner in self._runners]
        stopped = self._measure(min(SEGMENT_S * len(self._runners), self._request["cap_s"] / 24))
        for runner, loops in zip(self._runners, empty, strict=True):
            loops.append(runner.empty_loop(EMPTY_LOOP_S))
        after = self._idle()
        self._settle(
            [*before, *after, *(block for segment in self._segments for blocks in segment for block in blocks)]
        )
        return {
            "stopped": stopped,
            "block_s": block_s,
            "discarded": self._discarded,
            "frequency_mhz": [min(self._frequencies), max(self._frequencies)] if self._frequencies else None,
            "meters": [self._described(index) for index in range(len(self._meters))],
            "idle": [[_reading(block, index) for block in (*before, *after)] for index in range(len(self._meters))],
            "models": [
                {**warmed[index], "empty_loop": empty[index], "segments": list(self._summed(index))}
                for index in range(len(self._runners))
            ],
        }

    def _block_s(self) -> float:
        """As long as the slowest meter needs; the CPU-time model needs nothing that the clock does not have."""
        needed = [meter.min_block_s for meter in self._meters if not isinstance(meter, CpuTimeMeter)]
        asked: float | None = self._request["block_s"]
        least = max([BLOCK_S, *needed])
        if asked is not None and asked < least:
            raise InputError(f"--block {asked:g}s", allowed=f"{least:g} s or more with these meters")
        return asked or least

    def _idle(self) -> list[Block]:
        """The machine asleep, in parts, where a meter sees more than our own work."""
        seeing = [meter for meter in self._meters if meter.method in "AB"]
        if not seeing:
            return []
        part_s = max(meter.min_block_s for meter in seeing)
        parts = max(2, round(self._request["idle_s"] / part_s))
        self._send(event="progress", text=f"idle for {parts * part_s:.0f} s", share=0.0)
        return [self._slept(part_s) for _ in range(parts)]

    def _slept(self, seconds: float) -> Block:
        elapsed: list[Elapsed] = []
        energies = metered(self._meters, lambda: elapsed.append(timed(lambda: time.sleep(seconds))))
        return Block(calls=0, elapsed=elapsed[0], energies=energies)

    def _warmed(self, index: int, block_s: float) -> dict[str, Any]:
        self._send(event="progress", text=f"warming up {index + 1} of {len(self._runners)}", share=0.0)
        runner = self._runners[index]
        runner.open()
        return runner.warm_up(self._request["warm_up_s"], block_s)

    def _measure(self, segment_s: float) -> str:
        """Returns why it stopped: "interval" (all narrow enough) or "cap"."""
        began, parent = time.perf_counter(), os.getppid()
        width = math.inf
        while True:
            self._add_segment(segment_s)
            if os.getppid() != parent:
                raise SystemExit("the process that asked is gone")
            spent, count = time.perf_counter() - began, len(self._segments)
            over = count >= LEAST_SEGMENTS and spent >= self._request["cap_s"]
            if is_look(count) or over:
                width = max(self._widths())
            text = f"{count} segments" + (f", +-{width:.1%}" if math.isfinite(width) else "")
            self._send(event="progress", text=text, share=min(spent / self._request["cap_s"], 1.0))
            if (is_look(count) or over) and width <= self._request["ci"]:
                return "interval"
            if over:
                return "cap"

    def _add_segment(self, segment_s: float) -> None:
        """Rounds for so long, at least one, and four times as long as the opening; left out where the machine slept."""
        slept = suspended_seconds()
        order = list(range(len(self._runners)))
        if (len(self._segments) + self._discarded) % 2:
            order.reverse()
        opening = time.perf_counter()
        for index in self._random.sample(order, len(order)):
            self._runners[index].open()
        segment: Segment = [[] for _ in self._runners]
        opened = time.perf_counter()
        end = opened + max(segment_s, 4 * (opened - opening))
        while time.perf_counter() < end or not segment[0]:
            for index in (*order, *reversed(order)):
                segment[index].append(self._runners[index].block())
        self._frequencies += [mhz for mhz in [machine.frequency_mhz()] if mhz is not None]
        if suspended_seconds() - slept > SUSPENDED_S:
            self._discarded += 1
        else:
            self._segments.append(segment)

    def _widths(self) -> Iterator[float]:
        """Relative half widths of every CPU time, of every ratio to the first, and of every counter's energy."""
        series = [[_per_call(blocks, cpu_s) for blocks in model] for model in zip(*self._segments, strict=True)]
        for values in series:
            yield mean_interval(batch_means(values)).relative_half_width
        for values in series[1:]:
            yield log_ratio_interval(values, series[0]).relative_half_width
        for position, meter in enumerate(self._meters):
            if meter.method in "AB" and not isinstance(meter, SettlesLater):
                yield from self._energy_widths(position)

    def _energy_widths(self, position: int) -> Iterator[float]:
        for model in zip(*self._segments, strict=True):
            joules = [_joules(blocks, position)[0] for blocks in model]
            known = [value for value in joules if value is not None]
            if len(known) == len(joules):  # what cannot be read gets no narrower by waiting
                yield mean_interval(batch_means(known)).relative_half_width

    def _settle(self, blocks: Sequence[Block]) -> None:
        """Ask the meters that did without reading anything, once all is over."""
        for position, meter in enumerate(self._meters):
            if isinstance(meter, SettlesLater):
                self._send(event="progress", text=f"settling: {meter.name}", share=1.0)
                settled = meter.settle([block.elapsed for block in blocks])
                for block, energy in zip(blocks, settled, strict=True):
                    block.energies[position] = energy

    def _summed(self, index: int) -> Iterator[dict[str, Any]]:
        """One model's segments: sums over their blocks."""
        kept = max(20, KEPT_CALLS // len(self._segments))
        for segment in self._segments:
            blocks = segment[index]
            call_ms = [value for block in blocks for value in block.call_ms]
            yield {
                "blocks": len(blocks),
                "calls": sum(block.calls for block in blocks),
                "cpu_s": sum(block.elapsed.cpu_s for block in blocks),
                "wall_s": sum(block.elapsed.wall_s for block in blocks),
                "energies": [_reading_of(blocks, position) for position in range(len(self._meters))],
                "call_ms": call_ms[:: math.ceil(len(call_ms) / kept)],
            }

    def _described(self, position: int) -> dict[str, Any]:
        meter = self._meters[position]
        blocks = (block for segment in self._segments for model in segment for block in model)
        factors = [energy.factor for block in blocks if (energy := block.energies[position]) is not None]
        scope = getattr(meter, "scope", "")
        return {"name": meter.name, "method": meter.method, "scope": scope, "factor": max(factors, default=1.0)}


def cpu_s(block: Block) -> float:
    return block.elapsed.cpu_s


def _per_call(blocks: Sequence[Block], cost: Callable[[Block], float]) -> float:
    return sum(map(cost, blocks)) / sum(block.calls for block in blocks)


def _joules(blocks: Sequence[Block], position: int) -> tuple[float | None, str]:
    """Joules of all blocks, or why they are unknown."""
    total = 0.0
    for block in blocks:
        energy = block.energies[position]
        if energy is None or energy.joules is None:
            return None, "not read" if energy is None else energy.reason
        total += energy.joules
    return total, ""


def _reading_of(blocks: Sequence[Block], position: int) -> dict[str, Any]:
    joules, reason = _joules(blocks, position)
    return {"joules": joules, "reason": reason}


def _reading(block: Block, position: int) -> dict[str, Any]:
    return {**_reading_of([block], position), **dataclasses.asdict(block.elapsed)}
