"""The process that measures: `python -m frugal.measuring REQUEST.json`, one JSON object per line on stdout.

Imports the base install only, so that memory and CPU time are the model's. Started by `isolation.py`; its only
statistics is the rule that says when to stop.

Two tasks: `time` runs all models interleaved (A B C C B A per round); `inspect` opens one model, runs it, reads the
peak memory and then counts it.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Energy, InputError, Meter
from frugal.energy.meters.choice import best_meter
from frugal.energy.statistics import log_ratio_interval, mean_interval
from frugal.runtime.feeds import read_feeds
from frugal.runtime.session import open_session

BLOCK_S = 0.1
MIN_ROUNDS = 3
KEPT_CALLS = 20_000
INSPECTED_FEEDS = 16
Send = Callable[..., None]


def main(arguments: Sequence[str]) -> int:
    """Do what the request file says; exit 2 with an `input_error` line for what the user can cause."""
    send = _own_stdout()
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    try:
        result = {"time": time_models, "inspect": inspect}[request["task"]](request, send)
    except InputError as error:
        send(event="input_error", message=str(error))
        return 2
    assert "torch" not in sys.modules, "the measuring process must not import torch"
    send(event="result", **result)
    return 0


def inspect(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """Peak memory of a process that opens the model and runs some feeds once; then the counts."""
    send(event="progress", text=f"counting {Path(request['models'][0]).name}", share=0.0)
    before = memory_bytes("VmRSS")
    session = open_session(Path(request["models"][0]), threads=request["threads"], provider=request["provider"])
    feeds = read_feeds(Path(request["feeds"][0]))
    for feed in feeds[:: math.ceil(len(feeds) / INSPECTED_FEEDS)]:
        session(feed)
    peak = memory_bytes("VmHWM")
    from frugal.runtime.counting import count

    shapes = {name: tuple(shape) for name, shape in request["shapes"].items()}
    counts = count(Path(request["models"][0]), shapes)
    return {"peak_memory_bytes": peak, "memory_before_bytes": before, "counts": vars(counts)}


def time_models(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """Blocks of calls, interleaved over all models, until every interval is narrow enough or the cap is reached."""
    meter = best_meter()
    runners = [
        Runner(_calls(Path(model), Path(feeds), request))
        for model, feeds in zip(request["models"], request["feeds"], strict=True)
    ]
    for index, runner in enumerate(runners):
        send(event="progress", text=f"warming up {index + 1} of {len(runners)}", share=0.0)
        runner.warm_up(request["warm_up_s"], max(meter.min_block_s, BLOCK_S))
    stopped = _measure_rounds(runners, meter, request, send)
    return {
        "meter": meter.name,
        "stopped": stopped,
        "models": [
            {
                "warm_up_s": runner.warmed_s,
                "warm_up_flat": runner.is_flat,
                "blocks": [vars(energy) | {"calls": runner.calls} for energy in runner.energies],
                "call_ms": runner.thinned_call_ms(),
                "wall_ms": runner.percentiles_ms(),
            }
            for runner in runners
        ],
    }


class Runner:
    """One model and what its blocks showed. `feeds` are ready calls, used in turn."""

    def __init__(self, feeds: Sequence[Callable[[], Any]]) -> None:
        self._feeds = feeds
        self._next = 0
        self.calls = 1
        self.warmed_s = 0.0
        self.is_flat = False
        self.energies: list[Energy] = []
        self._durations_ns: list[np.ndarray] = []

    def warm_up(self, warm_up_s: float, block_s: float) -> None:
        """Run until the time is over and the CPU times of the last three blocks agree within 3 %; then size the blocks.

        Gives up on agreement after three times the time asked.
        """
        means: list[float] = []
        cpu_means: list[float] = []
        while self.warmed_s < warm_up_s or not (self.is_flat or self.warmed_s >= 3 * warm_up_s):
            began, cpu = time.perf_counter(), time.process_time()
            self._run()
            spent, cpu_s = time.perf_counter() - began, time.process_time() - cpu
            self.warmed_s += spent
            means.append(spent / self.calls)
            cpu_means.append(cpu_s / self.calls)
            self.is_flat = len(means) >= 3 and max(cpu_means[-3:]) <= 1.03 * min(cpu_means[-3:])
            self.calls = max(1, math.ceil(min(block_s, max(warm_up_s / 5, 0.01)) / means[-1]))
        per_call = min(means[-3:]) if means else self._time_once()
        self.calls = max(1, math.ceil(block_s / per_call))
        if self.calls > len(self._feeds):  # every block holds every feed equally often
            self.calls = math.ceil(self.calls / len(self._feeds)) * len(self._feeds)

    def measure(self, meter: Meter) -> None:
        """One block under the meter; every call is timed too."""
        self.energies.append(meter.measure(self._run))

    def cpu_s_per_round(self) -> list[float]:
        """CPU seconds of a call, one mean per round (two blocks, so that a linear drift cancels between models)."""
        per_call = [energy.cpu_s / self.calls for energy in self.energies]
        return [(first + second) / 2 for first, second in zip(per_call[::2], per_call[1::2], strict=True)]

    def percentiles_ms(self) -> list[float]:
        """Median and 95th percentile over all calls of the blocks."""
        durations = np.concatenate(self._durations_ns[-len(self.energies) :])
        return [float(value) / 1e6 for value in np.percentile(durations, [50, 95])]

    def thinned_call_ms(self) -> list[list[float]]:
        """Per block, calls evenly spaced in time: enough for a bootstrap, few enough to pass on."""
        blocks = self._durations_ns[-len(self.energies) :]
        kept = max(20, KEPT_CALLS // len(blocks))
        return [(block[:: max(1, math.ceil(len(block) / kept))] / 1e6).round(6).tolist() for block in blocks]

    def _run(self) -> None:
        feeds, start, clock = self._feeds, self._next, time.perf_counter_ns
        durations = np.empty(self.calls, dtype=np.int64)
        for i in range(self.calls):
            call = feeds[(start + i) % len(feeds)]
            began = clock()
            call()
            durations[i] = clock() - began
        self._next = (start + self.calls) % len(feeds)
        self._durations_ns.append(durations)

    def _time_once(self) -> float:
        began = time.perf_counter()
        self._run()
        return time.perf_counter() - began


def memory_bytes(name: str) -> int | None:
    """VmHWM (peak) or VmRSS (now) of this process; elsewhere than on Linux the peak of getrusage, else None."""
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text(encoding="ascii", errors="replace").splitlines())
        return int(fields[name].split()[0]) * 1024
    if sys.platform == "win32" or name != "VmHWM":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _calls(model: Path, feeds: Path, request: Mapping[str, Any]) -> list[Callable[[], Any]]:
    session = open_session(model, threads=request["threads"], provider=request["provider"])
    calls, tried = [], set()
    for feed in read_feeds(feeds):
        shapes = tuple(array.shape for array in feed.values())
        if shapes not in tried:  # what does not fit fails here, with its shape and the remedy
            session(feed)
            tried.add(shapes)
        calls.append(session.prepare(feed))
    return calls


def _measure_rounds(runners: Sequence[Runner], meter: Meter, request: Mapping[str, Any], send: Send) -> str:
    """Returns why it stopped: "interval" (all narrow enough) or "cap"."""
    began, parent = time.perf_counter(), os.getppid()
    rounds = 0
    while True:
        for runner in (*runners, *reversed(runners)):
            runner.measure(meter)
        rounds += 1
        if os.getppid() != parent:
            raise SystemExit("the process that asked is gone")
        spent = time.perf_counter() - began
        width = max(_widths(runners)) if rounds >= 2 else math.inf
        send(event="progress", text=f"{rounds} rounds, +-{width:.1%}", share=min(spent / request["cap_s"], 1.0))
        if rounds >= MIN_ROUNDS and width <= request["ci"]:
            return "interval"
        if rounds >= MIN_ROUNDS and spent >= request["cap_s"]:
            return "cap"


def _widths(runners: Sequence[Runner]) -> Iterator[float]:
    """Relative half widths of every CPU time and of every ratio to the first."""
    series = [runner.cpu_s_per_round() for runner in runners]
    for values in series:
        yield mean_interval(values).relative_half_width
    for values in series[1:]:
        yield log_ratio_interval(values, series[0]).relative_half_width


def _own_stdout() -> Send:
    """Keep stdout for JSON lines: what native libraries print goes to stderr."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(**event: Any) -> None:
        channel.write(json.dumps(event) + "\n")
        channel.flush()

    return send


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
