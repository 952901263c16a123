"""Describe the machine that measures: CPU, cores, load, governor, and whether it is a guest or a container.

Reads files of the operating system only; runs no program and asks no network. What it cannot read is None.
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any


def describe(root: Path = Path("/")) -> dict[str, Any]:
    """The facts that a reader needs to judge a timing; `root` is where /proc and /sys are looked for."""
    return {
        "cpu": cpu_model(root),
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count(),
        "usable_cores": usable_cores(),
        "memory_bytes": _memory_bytes(root),
        "load_average": _load_average(),
        "frequency_mhz": frequency_mhz(root),
        "governor": _text(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "virtual_machine": is_virtual_machine(root),
        "container": is_container(root),
        "steal_share": steal_share(root),
    }


def cpu_model(root: Path = Path("/")) -> str:
    """The CPU's own name; a hypervisor may shorten it ("AMD EPYC"). Empty when unknown."""
    fields = _cpuinfo(root)
    return fields.get("model name") or fields.get("hardware") or fields.get("model") or platform.processor()


def usable_cores() -> int | None:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def physical_cores(root: Path = Path("/")) -> int | None:
    """Cores of all packages, hyper-threads counted once; None in a guest, which does not see its host, or elsewhere."""
    if is_virtual_machine(root) is not False:
        return None
    blocks = (_text(root / "proc/cpuinfo") or "").split("\n\n")
    fields = [dict(re.findall(r"^(physical id|core id)\s*:\s*(\d+)", block, re.MULTILINE)) for block in blocks]
    cores = {(one["physical id"], one["core id"]) for one in fields if len(one) == 2}
    return len(cores) or None


def frequency_mhz(root: Path = Path("/")) -> float | None:
    """Clock of the fastest core at this moment; a guest often sees a constant."""
    files = (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_cur_freq")
    found = [int(text) / 1e3 for text in map(_text, files) if text and text.isdigit()]
    if not found:
        text = _text(root / "proc/cpuinfo") or ""
        found = [float(number) for number in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", text, re.MULTILINE)]
    return round(max(found), 1) if found else None


def is_virtual_machine(root: Path = Path("/")) -> bool | None:
    """Whether the CPU says that a hypervisor runs below; None where it cannot say (not x86)."""
    flags = _cpuinfo(root).get("flags")
    return None if flags is None else "hypervisor" in flags.split()


def is_container(root: Path = Path("/")) -> bool:
    """Whether the usual marks of a container are there."""
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return True
    groups = _text(root / "proc/1/cgroup") or ""
    return any(mark in groups for mark in ("docker", "kubepods", "containerd", "lxc", "libpod"))


def steal_share(root: Path = Path("/")) -> float | None:
    """Share of CPU time since boot that the hypervisor gave to others."""
    first = (_text(root / "proc/stat") or "").partition("\n")[0].split()
    if len(first) < 9 or first[0] != "cpu":
        return None
    ticks = [int(number) for number in first[1:9]]
    return round(ticks[7] / sum(ticks), 4) if sum(ticks) else None


def _load_average() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):
        return None


def _memory_bytes(root: Path) -> int | None:
    for line in (_text(root / "proc/meminfo") or "").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return None


def _cpuinfo(root: Path) -> dict[str, str]:
    """The fields of the first core, names in lower case."""
    fields: dict[str, str] = {}
    for line in (_text(root / "proc/cpuinfo") or "").splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
