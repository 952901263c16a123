"""The contract of an energy meter: it reads and grows with work, or says why not; it never answers 0 for unknown."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from frugal.contract import Energy, Meter
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import SettlesLater


def check_meter(meter: Meter, *, blocks: int = 3) -> None:
    """AssertionError unless `meter` keeps its promises; takes some `blocks` times its shortest block, times four."""
    assert meter.name and meter.method in "ABCDE", f"a meter needs a name and a method A to E, got {meter.method!r}"
    assert meter.min_block_s > 0, "min_block_s must be above 0"
    reason = meter.unavailable()
    if reason is not None:
        assert reason.strip(), "an unavailable meter must say why"
        _check_unknown(meter.measure(lambda: None))
        return
    if isinstance(meter, SettlesLater):
        _check_settled(meter, meter.settle([timed(lambda: _busy(meter.min_block_s))]))
    short = [_measured(meter, meter.min_block_s) for _ in range(blocks)]
    long = [_measured(meter, 3 * meter.min_block_s) for _ in range(blocks)]
    less, more = sorted(short)[blocks // 2], sorted(long)[blocks // 2]
    assert more > less, f"three times the work is read as {more} J, once as {less} J"


def _measured(meter: Meter, seconds: float) -> float:
    energy = meter.measure(lambda: _busy(seconds))
    if energy.joules is None:
        raise AssertionError(f"the meter is available but cannot read {seconds} s of work: {energy.reason}")
    assert math.isfinite(energy.joules) and energy.joules > 0, f"{energy.joules} J for {seconds} s of work"
    assert energy.factor >= 1, f"a calibration factor of {energy.factor} is below 1"
    assert energy.method == meter.method, f"method {energy.method} of a meter of method {meter.method}"
    assert energy.wall_s >= 0.9 * seconds and energy.cpu_s > 0, (
        f"{energy.wall_s} s, {energy.cpu_s} CPU s of {seconds} s"
    )
    return energy.joules


def _check_settled(meter: Meter, energies: Sequence[Energy]) -> None:
    """What is told when all is over is as good as what is told at once."""
    assert len(energies) == 1, f"{len(energies)} energies for one piece of work"
    assert energies[0].joules is not None and energies[0].joules > 0, f"settled as {energies[0]}"
    assert energies[0].method == meter.method


def _check_unknown(energy: Energy) -> None:
    assert energy.joules is None, f"a meter that cannot read answered {energy.joules} J"
    assert energy.reason.strip(), "a meter that cannot read must say why in its Energy"


def _busy(seconds: float) -> None:
    """Keep one core busy for `seconds` of CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(1000))
