"""Joules from a source that tells watts only: read it again and again in a thread, and integrate.

Mean power by the trapezoid rule, from the last reading before the work to the first one after it, times the seconds
of the work. Knows no instrument.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from frugal.energy.meters.clocks import Elapsed, children_seconds, timed

LEAST_SAMPLES = 5
LONGEST_GAP = 20
"""In periods: a longer silence means that the readings cannot be joined by a line."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """Joules over the work, or None and why; the CPU time of the sampling is not in `elapsed`."""

    elapsed: Elapsed
    joules: float | None
    reason: str = ""


def integrate(read_w: Callable[[], float], work: Callable[[], None], *, period_s: float) -> Sampled:
    """Run `work` while `read_w` is asked every `period_s`; an OSError or ValueError of it makes the joules unknown."""
    sampler = _Sampler(read_w, period_s)
    sampler.read()
    sampler.start()
    try:
        elapsed = timed(work)
    finally:
        sampler.stop()
    elapsed = replace(elapsed, cpu_s=max(elapsed.cpu_s - sampler.own_cpu_s, 0.0))
    watts, reason = sampler.mean_w()
    joules = None if watts is None else watts * elapsed.wall_s
    return Sampled(elapsed=elapsed, joules=joules, reason=reason)


class _Sampler(threading.Thread):
    """Watts over time."""

    def __init__(self, read_w: Callable[[], float], period_s: float) -> None:
        super().__init__(daemon=True)
        self._read_w = read_w
        self._period_s = period_s
        self._done = threading.Event()
        self._seconds: list[float] = []
        self._watts: list[float] = []
        self._failure = ""
        self.own_cpu_s = 0.0

    def read(self) -> None:
        """One reading, stamped in the middle of the time that it took."""
        if self._failure:
            return
        began = time.perf_counter()
        try:
            watts = self._read_w()
        except (OSError, ValueError) as error:
            self._failure = str(error) or type(error).__name__
            return
        self._seconds.append((began + time.perf_counter()) / 2)
        self._watts.append(watts)

    def run(self) -> None:
        children = 0.0
        while not self._done.wait(self._period_s):
            before = children_seconds()
            self.read()
            children += children_seconds() - before
        self.own_cpu_s = time.thread_time() + children

    def stop(self) -> None:
        self._done.set()
        self.join()
        self.read()

    def mean_w(self) -> tuple[float | None, str]:
        if self._failure:
            return None, f"the power could not be read ({self._failure})"
        if len(self._seconds) < LEAST_SAMPLES:
            return None, f"only {len(self._seconds)} readings of the power: the work was too short"
        seconds, watts = np.asarray(self._seconds), np.asarray(self._watts)
        gap = float(np.diff(seconds).max())
        if gap > LONGEST_GAP * self._period_s:
            return None, f"no reading of the power for {gap:.3g} s"
        return float(np.trapezoid(watts, seconds) / (seconds[-1] - seconds[0])), ""
