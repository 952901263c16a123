"""CPU seconds times watts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from frugal.energy.factors.cpu_power import CalibratedCpu, core_power
from frugal.energy.meters.cpu_time import CpuTimeMeter

FAKE = [CalibratedCpu(model="Fake CPU 9000", tdp_w=80, cores=8, idle_w=5, full_w=60, source="none", licence="CC0")]


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_joules_are_cpu_seconds_times_the_power_of_the_table() -> None:
    """80 W over 8 cores x 0.67 = 6.7 W."""
    energy = CpuTimeMeter(core_power("Fake CPU 9000", FAKE)).measure(lambda: burn(0.05))
    assert energy.cpu_s >= 0.05
    assert energy.joules == pytest.approx(6.7 * energy.cpu_s)
    assert (energy.factor, energy.method) == (2.5, "C")
    assert "6.7" not in energy.scope and "Fake CPU 9000: 0.67 x 10.00 W" in energy.scope


def test_joules_grow_with_work() -> None:
    meter = CpuTimeMeter()
    little, much = (meter.measure(lambda seconds=seconds: burn(seconds)).joules for seconds in (0.02, 0.2))
    assert little and much and much > 3 * little


def test_waiting_costs_next_to_nothing() -> None:
    energy = CpuTimeMeter().measure(lambda: time.sleep(0.1))
    assert energy.wall_s >= 0.1 and energy.cpu_s < 0.05


def test_finished_children_count() -> None:
    program = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    energy = CpuTimeMeter().measure(lambda: subprocess.run([sys.executable, "-c", program], check=True) and None)
    assert energy.cpu_s >= 0.2
