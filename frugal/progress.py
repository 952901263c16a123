"""How far long work is and about how long it still takes, in the log, at most once a minute.

Knows shares and a clock; knows no network and no command.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""Between two messages: a test on digits ends before the first one."""


class Progress:
    """Says how much of `total` is done, at most every `every_s` seconds.

    Time left is reckoned from the pace since the first call, so work that goes on after a kill is not counted twice.

    Args:
        what: that is being done, the first word of each message.
        total: how many epochs there are.
        unit: what is counted, if not epochs.
        form: how the number that is done is written, as in a format string.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        what: str,
        total: float,
        *,
        unit: str = "epoch",
        form: str = ".1f",
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.what = what
        self.total = total
        self.unit = unit
        self.form = form
        self.every_s = every_s
        self.clock = clock
        self._first: tuple[float, float] | None = None
        self._said_s = 0.0

    def reached(self, done: float, about: Callable[[], str] = str) -> None:
        """`done` of the total, maybe a fraction; `about` is asked for what else to tell when it is told."""
        now = self.clock()
        if self._first is None:
            self._first, self._said_s = (now, done), now
        if now - self._said_s >= self.every_s:
            self._said_s = now
            parts = [f"{self.unit} {done:{self.form}} of {self.total:g}", about(), self.left(done, now)]
            log.info("%s: %s", self.what, ", ".join(part for part in parts if part))

    def left(self, done: float, now: float) -> str:
        """Words for the time that the rest takes at the pace so far; none before there is a pace."""
        start_s, start = self._first or (now, done)
        if done <= start or now <= start_s:
            return ""
        return f"about {in_words((self.total - done) * (now - start_s) / (done - start))} left"


def in_words(seconds: float) -> str:
    """A length of time as people say it.

    >>> in_words(48), in_words(1500), in_words(9000)
    ('48 s', '25 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
