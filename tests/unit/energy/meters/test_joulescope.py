"""A Joulescope that is simulated through the package's own interface: reports with a cumulative energy."""

from __future__ import annotations

import sys
import threading
import time
import types
from collections.abc import Callable
from typing import Any

import pytest

from frugal.energy.meters import joulescope
from frugal.energy.meters.joulescope import JoulescopeMeter
from frugal.testing import check_meter


class FakeDevice:
    """Feeds `watts` and reports as often as it is asked to, from a thread of its own, while it is open."""

    def __init__(self, watts: float, *, silent_after_s: float = 60.0) -> None:
        self._watts = watts
        self._silent_after_s = silent_after_s
        self._call: Callable[[dict[str, Any]], None] = lambda _: None
        self._done = threading.Event()
        self.parameters: dict[str, Any] = {}

    def parameter_set(self, name: str, value: Any) -> None:
        self.parameters[name] = value

    def statistics_callback_register(self, call: Callable[[dict[str, Any]], None], source: str) -> None:
        assert source == "sensor"
        self._call = call

    def __enter__(self) -> FakeDevice:
        self._thread = threading.Thread(target=self._report, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _report(self) -> None:
        began = time.perf_counter()
        while not self._done.wait(1 / self.parameters["reduction_frequency"]):
            passed = time.perf_counter() - began
            if passed < self._silent_after_s:
                self._call({"accumulators": {"energy": {"value": self._watts * passed, "units": "J"}}})


def connect(monkeypatch: pytest.MonkeyPatch, *devices: FakeDevice) -> None:
    def scan_require_one(config: str) -> FakeDevice:
        assert config == "off"
        if len(devices) != 1:
            raise RuntimeError("no devices found" if not devices else "multiple devices found")
        return devices[0]

    module = types.ModuleType("joulescope")
    module.scan_require_one = scan_require_one  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "joulescope", module)


def test_joules_are_what_flowed_while_the_work_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    device = FakeDevice(watts=0.5)
    connect(monkeypatch, device)
    energy = JoulescopeMeter(accuracy=0.01).measure(lambda: time.sleep(0.3))
    assert energy.joules == pytest.approx(0.5 * energy.wall_s, rel=0.1)
    assert (energy.method, energy.factor) == ("A", 1.01)
    assert device.parameters == {"reduction_frequency": 50, "i_range": "auto"}


def test_an_instrument_that_falls_silent_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joulescope, "PATIENCE_S", 0.2)
    connect(monkeypatch, FakeDevice(watts=0.5, silent_after_s=0.15))
    energy = JoulescopeMeter().measure(lambda: time.sleep(0.3))
    assert energy.joules is None and "did not report" in energy.reason


def test_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joulescope", None)
    assert "frugal-ml[meters]" in str(JoulescopeMeter().unavailable())
    check_meter(JoulescopeMeter())
    connect(monkeypatch)
    assert "no devices found" in str(JoulescopeMeter().unavailable())
    connect(monkeypatch, FakeDevice(1.0), FakeDevice(1.0))
    assert "multiple devices" in str(JoulescopeMeter().unavailable())
