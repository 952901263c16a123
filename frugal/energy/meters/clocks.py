"""CPU seconds of this process and of its finished children. Knows no joule."""

from __future__ import annotations

import sys
import time


def cpu_seconds() -> float:
    """CPU seconds used so far by all threads of this process and by the children that it has waited for."""
    own = time.process_time()
    if sys.platform == "win32":
        return own
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + children.ru_utime + children.ru_stime
