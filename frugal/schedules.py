"""Learning-rate schedules: the share of steps done -> a factor on the learning rate. Know no optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Schedule = Callable[[float], float]


@dataclass(frozen=True, kw_only=True)
class WarmupCosine:
    """Linear warm-up (Goyal 2017), then half a cosine down to `floor` (Loshchilov and Hutter 2017, no restarts).

    >>> [round(WarmupCosine(warmup=0.5)(share), 2) for share in (0, 0.25, 0.5, 0.75, 1)]
    [0.01, 0.5, 1.0, 0.5, 0.0]
    """

    warmup: float = 0.1
    floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.warmup < 1 or not 0 <= self.floor <= 1:
            raise ValueError(f"warmup must be in [0, 1) and floor in [0, 1], got {self.warmup} and {self.floor}")

    def __call__(self, share: float) -> float:
        if share < self.warmup:
            return max(share / self.warmup, 0.01)
        angle = math.pi * (share - self.warmup) / (1 - self.warmup)
        return self.floor + (1 - self.floor) * (1 + math.cos(angle)) / 2


@dataclass(frozen=True, kw_only=True)
class Constant:
    """The learning rate as it is."""

    def __call__(self, share: float) -> float:
        return 1.0
