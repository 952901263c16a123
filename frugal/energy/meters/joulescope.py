"""Method A: a Joulescope (JS110, JS220) between supply and device, through the package joulescope.

The instrument integrates at 1 to 2 million samples a second and reports its energy 50 times a second; the energy at
the beginning and the end of the work is interpolated between two reports. What hangs behind it is the user's to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import energy_of
from frugal.extras import MissingExtra, require

REPORTS_HZ = 50
PATIENCE_S = 2.0
ACCURACY = 0.05
"""Wide for this instrument: --meter-accuracy takes what its sheet says for the range in use."""


class JoulescopeMeter:
    """Joules that flowed through the one Joulescope that is connected."""

    name = "Joulescope"
    method = "A"
    min_block_s = 5.0
    tried_on = ()
    scope = "whatever the Joulescope feeds, idle included"

    def __init__(self, *, accuracy: float = ACCURACY) -> None:
        self.factor = 1 + accuracy

    def unavailable(self) -> str | None:
        try:
            _device()
        except (MissingExtra, _NotThere) as reason:
            return str(reason)
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        reports: list[tuple[float, float]] = []

        def report(statistics: dict[str, Any]) -> None:
            reports.append((time.perf_counter(), float(statistics["accumulators"]["energy"]["value"])))

        device = _device()
        device.parameter_set("reduction_frequency", REPORTS_HZ)
        device.statistics_callback_register(report, "sensor")
        with device:
            device.parameter_set("i_range", "auto")
            _wait(lambda: len(reports) >= 2)
            began = time.perf_counter()
            elapsed = timed(work)
            ended = time.perf_counter()
            _wait(lambda: bool(reports) and reports[-1][0] > ended)
        return energy_of(self, elapsed, *_between(reports, began, ended))


class _NotThere(Exception):
    """No instrument, or more than one."""


def _device() -> Any:
    joulescope = require("joulescope", extra="meters")
    try:
        return joulescope.scan_require_one(config="off")
    except RuntimeError as error:
        raise _NotThere(f"Joulescope: {error}") from None


def _wait(told: Callable[[], bool]) -> None:
    """Until the instrument has told enough, or for long enough: what is missing is found when it is read."""
    end = time.perf_counter() + PATIENCE_S
    while not told() and time.perf_counter() < end:
        time.sleep(1 / REPORTS_HZ)


def _between(reports: list[tuple[float, float]], began: float, ended: float) -> tuple[float | None, str]:
    if not reports or reports[0][0] > began or reports[-1][0] < ended:
        return None, "the Joulescope did not report over the whole of the work"
    seconds, joules = np.asarray(reports).T
    at_begin, at_end = np.interp([began, ended], seconds, joules)
    return float(at_end - at_begin), ""
