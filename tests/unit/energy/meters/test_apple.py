"""Apple silicon against a simulated `zeus_apple_silicon`, whose windows hold what the test says."""

from __future__ import annotations

import platform
import sys
import types

import pytest

from frugal.energy.meters.apple import AppleMeter
from frugal.testing import check_meter


class FakeMonitor:
    """Windows as the package has them: a label may be open once."""

    def __init__(self, found: types.SimpleNamespace) -> None:
        self._found = found
        self._open: set[str] = set()

    def begin_window(self, label: str, restart: bool = False) -> None:
        if label in self._open:
            raise RuntimeError("window is open")
        self._open.add(label)

    def end_window(self, label: str) -> types.SimpleNamespace:
        self._open.remove(label)
        return self._found


def on_a_mac(monkeypatch: pytest.MonkeyPatch, **found: int | list[int] | None) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    module = types.ModuleType("zeus_apple_silicon")
    module.AppleEnergyMonitor = lambda: FakeMonitor(types.SimpleNamespace(**found))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "zeus_apple_silicon", module)


def test_parts_add_up_and_cores_do_not_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_mac(
        monkeypatch,
        cpu_total_mj=1500,
        performance_cores_mj=[700, 600],
        performance_cluster_mj=[1400],
        gpu_mj=200,
        ane_mj=0,
        dram_mj=300,
        gpu_sram_mj=None,
    )
    energy = AppleMeter().measure(lambda: None)
    assert energy.joules == pytest.approx(2.0)
    assert (energy.method, AppleMeter().unavailable()) == ("B", None)


def test_a_chip_that_tells_no_cpu_energy_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_mac(monkeypatch, cpu_total_mj=None, gpu_mj=5, gpu_sram_mj=None, ane_mj=None, dram_mj=None)
    energy = AppleMeter().measure(lambda: None)
    assert energy.joules is None and "CPU" in energy.reason


def test_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert "not a Mac" in str(AppleMeter().unavailable())
    check_meter(AppleMeter())
    on_a_mac(monkeypatch)
    monkeypatch.setitem(sys.modules, "zeus_apple_silicon", None)
    assert "frugal-ml[meters]" in str(AppleMeter().unavailable())

    def refuse() -> None:
        raise RuntimeError("IOReport is not there")

    module = types.ModuleType("zeus_apple_silicon")
    module.AppleEnergyMonitor = refuse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "zeus_apple_silicon", module)
    assert "IOReport" in str(AppleMeter().unavailable())
