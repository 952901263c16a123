"""Method A: a Nordic Power Profiler Kit II as ampere meter, through the package ppk2-api.

It samples the current 100 000 times a second, up to 1 A; the voltage is not measured but given. The package is under
the GPL, version 2, and is not part of any extra: install it yourself.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from frugal.contract import Energy, InputError
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import energy_of

SAMPLES_PER_S = 100_000
LEAST_SHARE = 0.98
"""Of the samples that the time should hold; less means that the serial line lost some."""
VOLTS = (0.8, 5.0)
ACCURACY = 0.1
"""Of the current; the sheet of the kit decides, --meter-accuracy says otherwise."""


class Ppk2Meter:
    """Joules that flowed through the one kit that is connected, at `volts` (the supply of the device, 0.8 to 5 V)."""

    name = "Power Profiler Kit II"
    method = "A"
    min_block_s = 2.0
    tried_on = ()

    def __init__(self, volts: float | None = None, *, accuracy: float = ACCURACY) -> None:
        if volts is not None and not VOLTS[0] <= volts <= VOLTS[1]:
            raise InputError(f"ppk2:{volts:g}", allowed=f"{VOLTS[0]} to {VOLTS[1]} volts")
        self._volts = volts
        self.factor = 1 + accuracy

    @property
    def scope(self) -> str:
        """What hangs behind it is the user's to say."""
        return f"whatever the kit feeds, at {self._volts} V as given, idle included"

    def unavailable(self) -> str | None:
        try:
            port = _port()
        except _NotThere as reason:
            return str(reason)
        return None if self._volts else f"the kit at {port} does not measure volts: ppk2:3.3 gives them"

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason or self._volts is None:
            return energy_of(self, timed(work), None, reason or "")
        kit = _module().PPK2_API(_port())
        kit.get_modifiers()
        kit.set_source_voltage(round(self._volts * 1000))  # of the ampere meter: what its conversion reckons with
        kit.use_ampere_meter()
        kit.toggle_DUT_power("ON")
        kit.start_measuring()
        reader = _Reader(kit)
        reader.start()
        try:
            elapsed = timed(work)
        finally:
            reader.stop()
            kit.stop_measuring()
        elapsed = replace(elapsed, cpu_s=max(elapsed.cpu_s - reader.own_cpu_s, 0.0))
        return energy_of(self, elapsed, *_joules(kit, reader.raw, self._volts, elapsed.wall_s))


class _NotThere(Exception):
    """No package, no kit, or more than one."""


class _Reader(threading.Thread):
    """Empties the serial line; what lay in it before the work is dropped."""

    def __init__(self, kit: Any) -> None:
        super().__init__(daemon=True)
        self._kit = kit
        self._done = threading.Event()
        self.raw = bytearray()
        self.own_cpu_s = 0.0
        time.sleep(0.05)
        kit.get_data()

    def run(self) -> None:
        while not self._done.wait(0.005):
            self.raw += self._kit.get_data()
        self.own_cpu_s = time.thread_time()

    def stop(self) -> None:
        self._done.set()
        self.join()
        self.raw += self._kit.get_data()


def _module() -> Any:
    try:
        return importlib.import_module("ppk2_api.ppk2_api")
    except ModuleNotFoundError:
        raise _NotThere("the package ppk2-api is not installed (GPL, so in no extra): pip install ppk2-api") from None


def _port() -> str:
    found = _module().PPK2_API.list_devices()
    if len(found) != 1:
        raise _NotThere("no Power Profiler Kit II is connected" if not found else f"{len(found)} kits are connected")
    return str(found[0] if isinstance(found[0], str) else found[0][0])  # later versions add the serial number


def _joules(kit: Any, raw: bytearray, volts: float, wall_s: float) -> tuple[float | None, str]:
    """Mean current times volts times the time of the work."""
    samples = kit.get_samples(bytes(raw))[0] if len(raw) >= 4 else []
    share = len(samples) / (SAMPLES_PER_S * wall_s) if wall_s else 0.0
    if share < LEAST_SHARE:
        return None, f"the kit delivered {share:.0%} of its samples"
    return sum(samples) / len(samples) * 1e-6 * volts * wall_s, ""
