"""Axes: where a number stands on paper, and which numbers to print beside it.

Knows no drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

LOG_SPREAD = 10.0
"""From this ratio of largest to smallest on, an axis of positive numbers is logarithmic."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Maps [low, high] to [start, end] (paper units), linearly or by logarithm."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, number: float) -> float:
        """Place of `number`; what lies outside is put at the edge."""
        number = min(max(number, self.low), self.high)
        if self.logarithmic:
            share = math.log(number / self.low) / math.log(self.high / self.low)
        else:
            share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 7) -> tuple[float, ...]:
        """Round numbers within the axis, at most about `most`."""
        found = _log_ticks(self.low, self.high, most) if self.logarithmic else _linear_ticks(self.low, self.high, most)
        return tuple(tick for tick in found if self.low <= tick <= self.high)


def scale_for(numbers: Iterable[float], *, start: float, end: float, log_spread: float = LOG_SPREAD) -> Scale:
    """A scale that holds all `numbers`: logarithmic where their spread asks for it, else from zero."""
    held = list(numbers)
    low, high = min(held), max(held)
    if low > 0 and high / low > log_spread:
        return Scale(low=low / 1.3, high=high * 1.3, start=start, end=end, logarithmic=True)
    return Scale(low=min(0.0, low * 1.1), high=high * 1.1 if high > 0 else 1.0, start=start, end=end)


def _linear_ticks(low: float, high: float, most: int) -> list[float]:
    raw = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= raw * 0.999)
    return [float(f"{index * step:.12g}") for index in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks: list[float] = []
    for multiples in ((1, 2, 5), (1, 3), (1,)):
        ticks = [multiple * 10.0**power for power in powers for multiple in multiples]
        if sum(low <= tick <= high for tick in ticks) <= most:
            return ticks
    return ticks[:: math.ceil(len(ticks) / most)]
