"""Method B: the energy counters of NVIDIA GPUs (Volta and newer), through NVML.

The counter moves about ten times a second, so a block lasts 10 s. Sees the GPU boards only. Yang et al. 2024,
"Part-time power measurements: nvidia-smi's lack of attention".
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import COUNTER_FACTOR, energy_of
from frugal.extras import MissingExtra, require


class NvmlMeter:
    """Joules of the GPUs that this process may use (CUDA_VISIBLE_DEVICES), idle included."""

    name = "NVML energy counter"
    method = "B"
    min_block_s = 10.0
    factor = COUNTER_FACTOR
    tried_on = ()
    scope = "the visible NVIDIA GPU boards, idle included; no CPU, memory of the host or power supply"

    def unavailable(self) -> str | None:
        try:
            with _opened() as (nvml, devices):
                _total_mj(nvml, devices)
        except (MissingExtra, _Unreadable) as reason:
            return str(reason)
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        with _opened() as (nvml, devices):
            before = _total_mj(nvml, devices)
            elapsed = timed(work)
            try:
                joules = (_total_mj(nvml, devices) - before) / 1e3
            except _Unreadable as error:
                return energy_of(self, elapsed, None, f"at the end: {error}")
        return energy_of(self, elapsed, joules, "the counter was reset meanwhile" if joules < 0 else "")


class _Unreadable(Exception):
    """NVML says why not."""


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Any, list[Any]]]:
    nvml = require("pynvml", extra="meters")
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        raise _Unreadable(f"NVML does not start ({error})") from None
    try:
        yield nvml, _devices(nvml)
    finally:
        nvml.nvmlShutdown()


def _devices(nvml: Any) -> list[Any]:
    """Handles of the GPUs that CUDA_VISIBLE_DEVICES names by number or UUID; all of them where it is not set."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    try:
        if visible is None:
            handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        else:
            names = [name.strip() for name in visible.split(",") if name.strip() not in ("", "-1")]
            handles = [
                nvml.nvmlDeviceGetHandleByIndex(int(name))
                if name.isdigit()
                else nvml.nvmlDeviceGetHandleByUUID(name.encode())
                for name in names
            ]
    except nvml.NVMLError as error:
        raise _Unreadable(f"NVML does not show the GPUs ({error})") from None
    if not handles:
        raise _Unreadable("no GPU is visible (CUDA_VISIBLE_DEVICES)" if visible is not None else "NVML sees no GPU")
    return handles


def _total_mj(nvml: Any, devices: list[Any]) -> int:
    try:
        return sum(int(nvml.nvmlDeviceGetTotalEnergyConsumption(device)) for device in devices)
    except nvml.NVMLError as error:
        raise _Unreadable(
            f"this GPU has no readable energy counter ({error}; Volta is the first that has one)"
        ) from None
