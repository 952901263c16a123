"""All engines on the same lines: first every answer, then CPU time in short turns, A B B A, so that ratios are paired.

An engine that fails drops out with its reason; the others go on. Knows no truth.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from engine_process import EngineProcess, Reading, start
from engines import Engine, EngineFailure, interpreter
from line_set import LineSet, store_answers, stored_answers

WARM_UP_LINES = 4
FLAT = 1.03
MOST_WARM_UPS = 8
STORED_TOGETHER = 25


@dataclass
class Entry:
    """An engine and what it has shown so far.

    Attributes:
        reason: why it is not measured; empty while it is.
        answers: item -> text. blocks_s: mean CPU seconds of a line, one per block of lines (both turns).
    """

    engine: Engine
    process: EngineProcess | None = None
    reason: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    blocks_s: list[float] = field(default_factory=list)
    peak_memory_bytes: int = 0

    def read(self, items: Sequence[str]) -> Reading:
        assert self.process is not None
        reading = self.process.read(items)
        self.peak_memory_bytes = reading.peak_memory_bytes
        return reading


@contextmanager
def entries_of(engines: Sequence[Engine], lines: LineSet, cache: Path, *, install: bool) -> Iterator[list[Entry]]:
    """Start all engines; end them whatever happens."""
    entries = [Entry(engine=engine) for engine in engines]
    try:
        for entry in entries:
            _say(f"{entry.engine.title}: starting")
            with _dropping(entry):
                entry.process = start(
                    entry.engine, interpreter(entry.engine.tool, cache, install=install), lines.images
                )
                entry.process.introduce()
        yield entries
    finally:
        for entry in entries:
            if entry.process is not None:
                entry.process.close()


def read_all(entries: Sequence[Entry], lines: LineSet) -> None:
    """Every engine's answer to every line; what an earlier run has read is not read again."""
    for entry in measured(entries):
        with _dropping(entry):
            _read_all(entry, lines)


def time_interleaved(entries: Sequence[Entry], items: Sequence[str], block_lines: int) -> None:
    """CPU seconds on `items`, in blocks of lines: all engines in turn on a block, then in reverse order once more."""
    for entry in measured(entries):
        _say(f"{entry.engine.title}: warming up")
        with _dropping(entry):
            _warm_up(entry, items[:WARM_UP_LINES])
    blocks = [items[at : at + block_lines] for at in range(0, len(items), block_lines)]
    for number, block in enumerate(blocks, start=1):
        _say(f"timing block {number} of {len(blocks)}")
        active = measured(entries)
        turns: list[list[float]] = [[] for _ in active]
        for entry, turn in (*zip(active, turns, strict=True), *reversed([*zip(active, turns, strict=True)])):
            if not entry.reason:
                with _dropping(entry):
                    turn.append(_mean_cpu_s(entry, block))
        for entry, turn in zip(active, turns, strict=True):
            if not entry.reason:
                entry.blocks_s.append(statistics.fmean(turn))


def measured(entries: Sequence[Entry]) -> list[Entry]:
    """Those that have not failed."""
    return [entry for entry in entries if not entry.reason]


def spread(items: Sequence[str], count: int) -> list[str]:
    """`count` of the items, evenly over all of them.

    >>> spread(["a", "b", "c", "d", "e"], 2)
    ['a', 'c']
    """
    count = min(count, len(items))
    return [items[index * len(items) // count] for index in range(count)]


def _read_all(entry: Entry, lines: LineSet) -> None:
    assert entry.process is not None
    identity = {
        "options": dict(entry.engine.options),
        "files": entry.process.files,
        "versions": entry.process.versions,
    }
    file = lines.answers_file(entry.engine.name, identity)
    entry.answers = stored_answers(file)
    missing = [item for item in lines.items if item not in entry.answers]
    for start_at in range(0, len(missing), STORED_TOGETHER):
        _say(f"{entry.engine.title}: line {len(entry.answers) + 1} of {len(lines.items)}")
        items = missing[start_at : start_at + STORED_TOGETHER]
        answers = entry.read(items).answers
        store_answers(file, items, answers)
        entry.answers.update(zip(items, answers, strict=True))


def _warm_up(entry: Entry, items: Sequence[str]) -> None:
    """The same lines again and again until the last three passes agree."""
    passes: list[float] = []
    while len(passes) < MOST_WARM_UPS and not (len(passes) >= 3 and max(passes[-3:]) <= FLAT * min(passes[-3:])):
        passes.append(_mean_cpu_s(entry, items))


def _mean_cpu_s(entry: Entry, items: Sequence[str]) -> float:
    return statistics.fmean(entry.read(items).cpu_s)


@contextmanager
def _dropping(entry: Entry) -> Iterator[None]:
    """An engine that fails in here is out, and says why."""
    try:
        yield
    except EngineFailure as failure:
        entry.reason = str(failure)
        _say(f"{entry.engine.title}: {failure}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
