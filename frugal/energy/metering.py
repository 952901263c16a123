"""`frugal.energy.measure()`: the energy of any piece of Python, as a context manager or a decorator.

    with measure() as energy:
        work()
    print(energy)                       # 1.4 J (0.56-3.5), method C, 0.26 s of CPU time

    @measure(idle_s=2)
    def work(): ...

Reads the best meter of this machine, or the one that is handed in. Knows no model.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from frugal.contract import Energy, Meter
from frugal.energy.meters.choice import best_meter
from frugal.energy.statistics import Interval, difference, mean_interval, with_calibration
from frugal.report.records import Quantity

IDLE_PARTS = 4
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was read over one piece of work.

    Attributes:
        energy: as the meter gave it: joules or None with a reason, method, factor, seconds.
        idle_w: watts of the idle machine, None where they were not asked for or not read.
    """

    energy: Energy
    idle_w: Interval | None = None

    @property
    def gross_j(self) -> Quantity:
        """Joules with their range; of methods A and B the idle machine is in them, of C the idle share of a core."""
        if self.energy.joules is None:
            return Quantity.unknown(self.energy.reason)
        joules = self.energy.joules
        return self._quantity(Interval(joules, joules, joules))

    @property
    def net_j(self) -> Quantity:
        """Joules less the idle machine's over the same time; unknown without `idle_s`, and for method C."""
        if self.energy.joules is None:
            return Quantity.unknown(self.energy.reason)
        if self.energy.method not in "AB":
            return Quantity.unknown("this method holds the idle share of a busy core and cannot take it off")
        if self.idle_w is None:
            return Quantity.unknown("the idle machine was not measured (idle_s)")
        joules, seconds, watts = self.energy.joules, self.energy.wall_s, self.idle_w
        idle = Interval(watts.value * seconds, watts.low * seconds, watts.high * seconds)
        net = difference(Interval(joules, joules, joules), idle)
        if net.low <= 0:
            return Quantity.unknown("the work does not stand out from the idle machine")
        return self._quantity(net)

    def __str__(self) -> str:
        return _sentence(self.gross_j, self.net_j, self.energy)

    def _quantity(self, measured: Interval) -> Quantity:
        found = with_calibration(measured, self.energy.factor)
        return Quantity(value=found.value, low=found.low, high=found.high, method=self.energy.method)


class Measurement(contextlib.AbstractContextManager["Measurement"]):
    """A piece of work under a meter, once or many times; `readings` holds one entry per time, the last one last."""

    def __init__(self, meter: Meter | None = None, *, idle_s: float = 0.0) -> None:
        self._meter = meter
        self._idle_s = idle_s
        self._idle_w: Interval | None = None
        self._windows: list[_Window] = []
        self.readings: list[Reading] = []

    @property
    def energy(self) -> Energy:
        """The last reading, as the meter gave it."""
        return self._last.energy

    @property
    def gross_j(self) -> Quantity:
        return self._last.gross_j

    @property
    def net_j(self) -> Quantity:
        return self._last.net_j

    def __enter__(self) -> Measurement:
        self._windows.append(self._opened())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._read(self._windows.pop())

    def __call__(self, function: _Function) -> _Function:
        """The function, measured at every call; its result is untouched, `readings` grows on its `.measurement`."""

        @functools.wraps(function)
        def measured(*arguments: Any, **named: Any) -> Any:
            window = self._opened()
            try:
                return function(*arguments, **named)
            finally:
                self._read(window)

        measured.measurement = self  # type: ignore[attr-defined]
        return measured  # type: ignore[return-value]

    def _opened(self) -> _Window:
        if self._meter is None:
            self._meter = best_meter()
        if self._idle_s and self._idle_w is None:
            self._idle_w = idle_watts(self._meter, self._idle_s)
        return _Window(self._meter)

    def _read(self, window: _Window) -> None:
        self.readings.append(Reading(energy=window.close(), idle_w=self._idle_w))

    def __str__(self) -> str:
        return str(self._last) if self.readings else "not measured yet"

    @property
    def _last(self) -> Reading:
        if not self.readings:
            raise RuntimeError("nothing was measured yet: the reading is there when the block is left")
        return self.readings[-1]


def measure(meter: Meter | None = None, *, idle_s: float = 0.0) -> Measurement:
    """The energy of a `with` block, or of every call of a decorated function.

    Args:
        meter: None takes the best one that reads here: a counter, else CPU time x power of a core.
        idle_s: seconds of the idle machine, measured once before; of use with counters and instruments.
    """
    return Measurement(meter, idle_s=idle_s)


def idle_watts(meter: Meter, seconds: float) -> Interval | None:
    """Power of the machine asleep, from four parts; None where it cannot be read, and for method C, which sees none."""
    if meter.method not in "AB":
        return None
    part_s = max(seconds / IDLE_PARTS, meter.min_block_s)
    parts = [meter.measure(lambda: time.sleep(part_s)) for _ in range(IDLE_PARTS)]
    watts = [part.joules / part.wall_s for part in parts if part.joules is not None]
    return mean_interval(watts) if len(watts) == len(parts) else None


class _Window:
    """A meter measures a function; here the function waits, in a thread of its own, until the window is closed."""

    def __init__(self, meter: Meter) -> None:
        self._begun, self._end = threading.Event(), threading.Event()
        self._found: Energy | BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(meter,), daemon=True)
        self._thread.start()
        while not self._begun.wait(0.05) and self._thread.is_alive():
            pass
        if isinstance(self._found, BaseException):
            raise self._found

    def close(self) -> Energy:
        self._end.set()
        self._thread.join()
        if isinstance(self._found, BaseException):
            raise self._found
        assert self._found is not None
        return self._found

    def _run(self, meter: Meter) -> None:
        try:
            self._found = meter.measure(self._wait)
        except BaseException as error:  # raised again where the window is
            self._found = error

    def _wait(self) -> None:
        self._begun.set()
        self._end.wait()


def _sentence(gross: Quantity, net: Quantity, energy: Energy) -> str:
    """`1.4 J (0.56-3.5), method C, 0.26 s of CPU time`."""
    if gross.value is None:
        return f"energy unknown: {gross.reason}"
    told = f"{_joules(gross)}, method {gross.method}"
    if net.value is not None:
        told += f", net of idle {_joules(net)}"
    return f"{told}, {energy.cpu_s:.3g} s of CPU time, {energy.wall_s:.3g} s in all"


def _joules(quantity: Quantity) -> str:
    return f"{quantity.value:.3g} J ({quantity.low:.3g}-{quantity.high:.3g})"
