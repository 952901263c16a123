"""A Power Profiler Kit II that is simulated through ppk2-api's own interface, at its 100 000 samples a second."""

from __future__ import annotations

import sys
import time
import types

import pytest

from frugal.contract import InputError
from frugal.energy.meters.ppk2 import Ppk2Meter
from frugal.testing import check_meter


class FakeKit:
    """4 bytes a sample, as many as the time since the last question holds; each is `microamperes`."""

    microamperes = 20_000.0
    delivered = 1.0
    ports: list[object] = ["/dev/ttyACM0"]  # noqa: RUF012
    calls: list[str] = []  # noqa: RUF012

    def __init__(self, port: str) -> None:
        self.calls.clear()
        self.calls.append(port)
        self._asked = time.perf_counter()

    @staticmethod
    def list_devices() -> list[object]:
        return FakeKit.ports

    def get_modifiers(self) -> None:
        self.calls.append("modifiers")

    def set_source_voltage(self, millivolts: int) -> None:
        self.calls.append(f"{millivolts} mV")

    def use_ampere_meter(self) -> None:
        self.calls.append("ampere meter")

    def toggle_DUT_power(self, state: str) -> None:  # noqa: N802
        self.calls.append(state)

    def start_measuring(self) -> None:
        self._asked = time.perf_counter()

    def stop_measuring(self) -> None:
        self.calls.append("stop")

    def get_data(self) -> bytes:
        now = time.perf_counter()
        samples = int((now - self._asked) * 100_000 * self.delivered)
        self._asked = now
        return bytes(4 * samples)

    def get_samples(self, raw: bytes) -> tuple[list[float], list[int]]:
        return [self.microamperes] * (len(raw) // 4), []


@pytest.fixture
def kit(monkeypatch: pytest.MonkeyPatch) -> type[FakeKit]:
    class Kit(FakeKit):
        pass

    package, module = types.ModuleType("ppk2_api"), types.ModuleType("ppk2_api.ppk2_api")
    module.PPK2_API = Kit  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ppk2_api", package)
    monkeypatch.setitem(sys.modules, "ppk2_api.ppk2_api", module)
    monkeypatch.setattr(FakeKit, "ports", ["/dev/ttyACM0"])
    return Kit


def test_joules_are_amperes_times_the_volts_given(kit: type[FakeKit]) -> None:
    """20 mA x 3.3 V = 66 mW."""
    energy = Ppk2Meter(3.3).measure(lambda: time.sleep(0.2))
    assert energy.joules == pytest.approx(0.066 * energy.wall_s, rel=0.01)
    assert (energy.method, energy.factor) == ("A", 1.1)
    assert kit.calls == ["/dev/ttyACM0", "modifiers", "3300 mV", "ampere meter", "ON", "stop"]


def test_lost_samples_are_unknown(kit: type[FakeKit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit, "delivered", 0.7)
    energy = Ppk2Meter(3.3).measure(lambda: time.sleep(0.6))
    assert energy.joules is None and "of its samples" in energy.reason


def test_later_versions_name_port_and_serial_number(kit: type[FakeKit], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeKit, "ports", [("/dev/ttyACM7", "C0FFEE")])
    Ppk2Meter(3.3).measure(lambda: time.sleep(0.05))
    assert kit.calls[0] == "/dev/ttyACM7"


def test_why_not(kit: type[FakeKit], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "does not measure volts" in str(Ppk2Meter().unavailable())
    monkeypatch.setattr(FakeKit, "ports", [])
    assert "no Power Profiler Kit" in str(Ppk2Meter(3.3).unavailable())
    monkeypatch.setattr(FakeKit, "ports", ["a", "b"])
    assert "2 kits are connected" in str(Ppk2Meter(3.3).unavailable())
    monkeypatch.setitem(sys.modules, "ppk2_api.ppk2_api", None)
    assert "pip install ppk2-api" in str(Ppk2Meter(3.3).unavailable())
    check_meter(Ppk2Meter(3.3))
    with pytest.raises(InputError, match=r"ppk2:12; allowed: 0\.8 to 5\.0 volts"):
        Ppk2Meter(12)
