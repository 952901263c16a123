"""`frugal.energy.measure()` as a context manager and as a decorator, with meters whose answer is known."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

import frugal.energy
from frugal.contract import Energy
from frugal.energy import measure
from frugal.energy.metering import Measurement
from frugal.energy.meters.clocks import timed


class Watts:
    """A counter of 2 W asleep, and of 5 W more while `busy`."""

    name, method, min_block_s = "fake", "B", 0.01

    def __init__(self, failure: str = "") -> None:
        self.busy = False
        self._failure = failure

    def unavailable(self) -> str | None:
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        elapsed = timed(work)
        joules = None if self._failure else (7 if self.busy else 2) * elapsed.wall_s
        return Energy(
            joules=joules, factor=1.2, method="B", cpu_s=elapsed.cpu_s, wall_s=elapsed.wall_s, reason=self._failure
        )


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_block_is_read_by_the_best_meter_here() -> None:
    with measure() as energy:
        burn(0.1)
    assert energy.energy.cpu_s >= 0.1 and energy.energy.joules is not None
    gross = energy.gross_j
    assert gross.method in "BC" and gross.low is not None and gross.high is not None and gross.value
    assert gross.low < gross.value < gross.high
    assert gross.value / gross.low == pytest.approx(energy.energy.factor)
    assert str(energy).startswith(f"{gross.value:.3g} J (") and "method " in str(energy)


def test_gross_and_net_by_hand() -> None:
    """7 W for t seconds, of which the idle machine's 2 W: net 5 W; the factor 1.2 is in both ranges."""
    meter = Watts()
    measurement = measure(meter, idle_s=0.04)
    with measurement as energy:
        meter.busy = True
        time.sleep(0.1)
    seconds = energy.energy.wall_s
    assert energy.gross_j.value == pytest.approx(7 * seconds)
    assert energy.net_j.value == pytest.approx(5 * seconds)
    assert energy.net_j.high == pytest.approx(1.2 * 5 * seconds, rel=1e-6)
    assert energy.net_j.low == pytest.approx(5 * seconds / 1.2, rel=1e-6)
    assert "net of idle" in str(energy)


def test_net_energy_says_why_it_is_unknown() -> None:
    meter = Watts()
    with measure(meter) as energy:
        time.sleep(0.01)
    assert "idle_s" in energy.net_j.reason
    with measure(meter, idle_s=0.04) as energy:
        time.sleep(0.01)
    assert "does not stand out" in energy.net_j.reason
    with measure() as energy:
        burn(0.01)
    assert energy.gross_j.method != "C" or "idle share" in energy.net_j.reason


def test_unknown_is_a_reason_and_never_zero() -> None:
    with measure(Watts("no rights"), idle_s=0.04) as energy:
        pass
    assert energy.energy.joules is None
    assert energy.gross_j.value is energy.net_j.value is None and energy.gross_j.reason == "no rights"
    assert str(energy) == "energy unknown: no rights"


def test_a_decorated_function_is_read_at_every_call_and_answers_as_ever() -> None:
    @measure(Watts())
    def square(number: int, *, by: int = 1) -> int:
        """A square."""
        return number * number * by

    assert (square(3), square(2, by=5)) == (9, 20)
    assert (square.__name__, square.__doc__) == ("square", "A square.")
    measurement: Measurement = square.measurement  # type: ignore[attr-defined]
    assert len(measurement.readings) == 2
    assert all(reading.energy.joules for reading in measurement.readings)


def test_a_recursive_function_and_nested_blocks_are_read_each() -> None:
    measurement = measure(Watts())

    @measurement
    def down(number: int) -> int:
        return 0 if number == 0 else down(number - 1)

    down(3)
    assert len(measurement.readings) == 4
    with measurement, measurement:
        pass
    inner, outer = measurement.readings[-2:]
    assert inner.energy.wall_s <= outer.energy.wall_s


def test_an_exception_goes_through_and_its_energy_is_kept() -> None:
    energy = measure(Watts())
    with pytest.raises(ZeroDivisionError), energy:
        1 / 0  # noqa: B018
    assert energy.energy.joules


def test_before_the_end_there_is_no_reading() -> None:
    energy = measure()
    assert str(energy) == "not measured yet"
    with pytest.raises(RuntimeError, match="nothing was measured yet"):
        _ = energy.gross_j


@pytest.mark.parametrize("before", [True, False])
def test_a_meter_that_breaks_is_heard(before: bool) -> None:
    class Broken(Watts):
        def measure(self, work: Callable[[], None]) -> Energy:
            if before:
                raise OSError("unplugged")
            work()
            raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"), measure(Broken()):
        pass


def test_it_is_resolved_when_first_used() -> None:
    code = "import sys, frugal.energy; assert 'numpy' not in sys.modules; frugal.energy.measure"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="it has measure"):
        _ = frugal.energy.nothing  # type: ignore[attr-defined]
