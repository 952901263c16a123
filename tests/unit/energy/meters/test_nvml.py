"""NVML against a simulated `pynvml`: two GPUs whose counters move while the work runs."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable

import pytest

from frugal.energy.meters.nvml import NvmlMeter
from frugal.testing import check_meter


class FakeNvml(types.ModuleType):
    """Counters in mJ by index; `watts` makes them run with the time asked."""

    class NVMLError(Exception):
        pass

    def __init__(self, counters: list[int], *, starts: bool = True, has_counter: bool = True) -> None:
        super().__init__("pynvml")
        self.counters = counters
        self.open = 0
        self._starts, self._has_counter = starts, has_counter

    def nvmlInit(self) -> None:  # noqa: N802
        if not self._starts:
            raise self.NVMLError("Driver Not Loaded")
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.counters)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        if index >= len(self.counters):
            raise self.NVMLError("Invalid Argument")
        return index

    def nvmlDeviceGetHandleByUUID(self, uuid: bytes) -> int:  # noqa: N802
        return {b"GPU-aa": 0, b"GPU-bb": 1}[uuid]

    def nvmlDeviceGetTotalEnergyConsumption(self, handle: int) -> int:  # noqa: N802
        if not self._has_counter:
            raise self.NVMLError("Not Supported")
        return self.counters[handle]


@pytest.fixture
def nvml(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeNvml]:
    def install(*counters: int, **faults: bool) -> FakeNvml:
        fake = FakeNvml(list(counters), **faults)
        monkeypatch.setitem(sys.modules, "pynvml", fake)
        return fake

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return install


def test_the_counters_of_all_gpus_add_up(nvml: Callable[..., FakeNvml]) -> None:
    fake = nvml(1_000, 50_000)

    def work() -> None:
        fake.counters = [4_000, 57_000]

    energy = NvmlMeter().measure(work)
    assert energy.joules == pytest.approx(3 + 7)
    assert (energy.method, energy.factor, fake.open) == ("B", 1.2, 0)


@pytest.mark.parametrize(("visible", "joules"), [("1", 7), ("GPU-aa", 3), ("0, GPU-bb", 10)])
def test_only_visible_gpus_count(
    visible: str, joules: float, nvml: Callable[..., FakeNvml], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    fake = nvml(1_000, 50_000)

    def work() -> None:
        fake.counters = [4_000, 57_000]

    assert NvmlMeter().measure(work).joules == pytest.approx(joules)


def test_every_reason_why_not(nvml: Callable[..., FakeNvml], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "frugal-ml[meters]" in str(NvmlMeter().unavailable())
    nvml(1, starts=False)
    assert "Driver Not Loaded" in str(NvmlMeter().unavailable())
    nvml(1, has_counter=False)
    assert "Volta" in str(NvmlMeter().unavailable())
    nvml()
    assert "sees no GPU" in str(NvmlMeter().unavailable())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    nvml(1)
    assert "CUDA_VISIBLE_DEVICES" in str(NvmlMeter().unavailable())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    assert "Invalid Argument" in str(NvmlMeter().unavailable())


def test_a_counter_that_was_reset_is_unknown(nvml: Callable[..., FakeNvml]) -> None:
    fake = nvml(9_000)

    def work() -> None:
        fake.counters = [10]

    energy = NvmlMeter().measure(work)
    assert energy.joules is None and "reset" in energy.reason


def test_a_gpu_that_falls_off_the_bus_is_unknown(nvml: Callable[..., FakeNvml]) -> None:
    fake = nvml(9_000)

    def work() -> None:
        fake._has_counter = False

    energy = NvmlMeter().measure(work)
    assert energy.joules is None and energy.reason.startswith("at the end:")


def test_the_contract_of_a_meter_without_a_gpu(nvml: Callable[..., FakeNvml]) -> None:
    nvml(1, starts=False)
    check_meter(NvmlMeter())
