"""What the clocks say while some work runs: CPU and wall seconds, suspension, and a clock that was set. Knows no joule.

CPU seconds count all threads of this process and the children that it has waited for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

SUSPENDED_S = 0.1
"""Less is the two clocks not being read at once."""
SET_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Elapsed:
    """What passed while the work ran.

    Attributes:
        began, ended: Unix seconds of the system's clock, for instruments that keep their own record.
        suspended_s: seconds that the machine slept; wall_s does not hold them on Linux.
        clock_set_s: by how much somebody moved the system's clock meanwhile.
    """

    cpu_s: float
    wall_s: float
    began: float
    ended: float
    suspended_s: float = 0.0
    clock_set_s: float = 0.0

    @property
    def spoiled(self) -> str:
        """Why no counter can be trusted over this time; empty when nothing happened."""
        if self.suspended_s > SUSPENDED_S:
            return f"the machine was suspended for {self.suspended_s:.3g} s meanwhile"
        return ""


def timed(work: Callable[[], None]) -> Elapsed:
    """Run `work` and say what passed."""
    suspended, began, wall, cpu = suspended_seconds(), time.time(), time.perf_counter(), cpu_seconds()
    work()
    cpu_s, wall_s = cpu_seconds() - cpu, time.perf_counter() - wall
    ended, suspended_s = time.time(), suspended_seconds() - suspended
    jump = ended - began - wall_s - suspended_s
    return Elapsed(
        cpu_s=cpu_s,
        wall_s=wall_s,
        began=began,
        ended=ended,
        suspended_s=max(suspended_s, 0.0),
        clock_set_s=jump if abs(jump) > SET_S else 0.0,
    )


def cpu_seconds() -> float:
    """CPU seconds used so far by all threads of this process and by the children that it has waited for."""
    return time.process_time() + children_seconds()


def children_seconds() -> float:
    """CPU seconds of the children that this process has waited for; 0 on Windows, which does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def suspended_seconds() -> float:
    """Seconds since boot that this machine slept; 0 where the system has no pair of clocks that tells."""
    names = {"linux": ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"), "darwin": ("CLOCK_MONOTONIC", "CLOCK_UPTIME_RAW")}
    awake_and_asleep, awake = (getattr(time, name, None) for name in names.get(sys.platform, ("", "")))
    if awake_and_asleep is None or awake is None:
        return 0.0
    return time.clock_gettime(awake_and_asleep) - time.clock_gettime(awake)
