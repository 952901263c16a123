"""Method B: the energy counters of the CPU packages (RAPL) as Linux shows them under /sys/class/powercap.

Package domains only: core and uncore lie inside a package, dram and psys are other domains and are left out. The
counters see the whole package, idle and other processes included. Khan et al. 2018, "RAPL in Action".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import COUNTER_FACTOR, energy_of

POWERCAP = Path("/sys/class/powercap")
WATTS_AT_MOST = 1000.0
"""No package draws more: within range / this many seconds a counter cannot wrap around unseen, and what would be more
is no wrap-around but a counter that was reset."""


class PowercapMeter:
    """Joules of all CPU packages while the work ran; `root` is where the powercap tree is looked for."""

    name = "RAPL package counters"
    method = "B"
    min_block_s = 1.0
    factor = COUNTER_FACTOR
    tried_on = ()
    scope = "CPU packages, whole machine, idle included; no memory, board or power supply"

    def __init__(self, root: Path = POWERCAP) -> None:
        self._root = root

    def unavailable(self) -> str | None:
        domains = self._domains()
        if not domains:
            return f"no RAPL package under {self._root} (a guest, a container, or not an x86 CPU with RAPL)"
        try:
            for domain in domains:
                domain.read_uj()
                domain.range_uj()
        except PermissionError:
            return f"{domains[0].path}/energy_uj may only be read by root (sudo chmod a+r, or a udev rule)"
        except (OSError, ValueError) as error:
            return f"the RAPL counter cannot be read ({error})"
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        counters = [_Counter(domain) for domain in self._domains()]
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(counters, stop), daemon=True)
        watcher.start()
        try:
            elapsed = timed(work)
        finally:
            stop.set()
            watcher.join()
        return energy_of(self, elapsed, *_total_j(counters))

    def _domains(self) -> list[_Domain]:
        """One per package: intel-rapl:0, intel-rapl:1 ...; the same package seen through mmio counts once."""
        found: dict[str, _Domain] = {}
        for path in sorted(self._root.glob("intel-rapl*:*")):
            domain = _Domain(path)
            if path.name.count(":") == 1 and domain.title().startswith("package"):
                found.setdefault(domain.title(), domain)
        return list(found.values())


@dataclass(frozen=True)
class _Domain:
    path: Path

    def title(self) -> str:
        try:
            return (self.path / "name").read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            return ""

    def read_uj(self) -> int:
        return int((self.path / "energy_uj").read_text(encoding="ascii"))

    def range_uj(self) -> int:
        return int((self.path / "max_energy_range_uj").read_text(encoding="ascii"))


class _Counter:
    """Sums the increments of one domain over its wrap-arounds; OSError or ValueError when it cannot be read."""

    def __init__(self, domain: _Domain) -> None:
        self._domain = domain
        self._lock = threading.Lock()
        self.range_uj = domain.range_uj()
        self._last_uj = domain.read_uj()
        self._last_s = time.perf_counter()
        self._total_uj = 0

    def advance(self) -> int:
        """Microjoules since the beginning."""
        with self._lock:
            now_uj, now_s = self._domain.read_uj(), time.perf_counter()
            step_uj = now_uj - self._last_uj
            step_uj += self.range_uj if step_uj < 0 else 0
            if step_uj > WATTS_AT_MOST * 1e6 * (now_s - self._last_s + 1):
                raise ValueError("it was reset meanwhile")
            self._total_uj += step_uj
            self._last_uj, self._last_s = now_uj, now_s
            return self._total_uj


def _watch(counters: list[_Counter], stop: threading.Event) -> None:
    """Read so often that no wrap-around is missed during long work."""
    pause_s = min(counter.range_uj for counter in counters) / 1e6 / WATTS_AT_MOST / 2
    while not stop.wait(max(pause_s, 0.01)):
        for counter in counters:
            try:
                counter.advance()
            except (OSError, ValueError):
                return  # the last reading fails as well, and says why


def _total_j(counters: list[_Counter]) -> tuple[float | None, str]:
    try:
        total_uj = sum(counter.advance() for counter in counters)
    except (OSError, ValueError) as error:
        return None, f"the RAPL counter could not be read at the end ({error})"
    return total_uj / 1e6, ""
