"""Intervals for repeated measurements, and how they combine with the calibration of a meter.

Plain numpy: Student intervals of a mean and of a mean log-ratio, bootstrap over blocks. Knows no meter and no model.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Interval:
    """A value and the range that holds the truth at the confidence asked."""

    value: float
    low: float
    high: float

    @property
    def relative_half_width(self) -> float:
        """Half the width as a share of the value; infinite where the value is 0."""
        return (self.high - self.low) / 2 / abs(self.value) if self.value else math.inf


def mean_interval(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Student's interval of the mean, widened when neighbours resemble each other.

    Successive blocks on a shared machine are correlated: with lag-1 correlation r > 0 the standard error grows by
    sqrt((1 + r) / (1 - r)), as for a first-order autoregressive series. One value alone has an infinite interval.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size == 0:
        raise ValueError("values must not be empty, got []; measure at least one block")
    mean = float(numbers.mean())
    if numbers.size < 2:
        return Interval(mean, -math.inf, math.inf)
    error = float(numbers.std(ddof=1)) / math.sqrt(numbers.size) * _correlation_factor(numbers)
    half = student_quantile(numbers.size - 1, confidence=confidence) * error
    return Interval(mean, mean - half, mean + half)


def log_ratio_interval(of: Sequence[float], to: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Interval of the geometric mean of the paired ratios of[i] / to[i]; all values > 0."""
    numerator, denominator = np.asarray(of, dtype=np.float64), np.asarray(to, dtype=np.float64)
    if numerator.shape != denominator.shape:
        raise ValueError(f"pairs must be complete, got {numerator.size} and {denominator.size} values")
    logs = mean_interval(np.log(numerator / denominator).tolist(), confidence=confidence)
    high = math.exp(logs.high) if logs.high < 700 else math.inf
    return Interval(math.exp(logs.value), math.exp(logs.low), high)


def with_calibration(measured: Interval, factor: float) -> Interval:
    """A mean's interval combined with a meter's 95 % factor, both taken as log-normal.

    g = exp(sqrt(ln(g_stat)^2 + ln(factor)^2)) with g_stat = 1 + relative half width; the range is [value / g, value g].
    """
    if factor < 1:
        raise ValueError(f"factor must be >= 1, got {factor}")
    statistical = math.log1p(measured.relative_half_width)
    g = math.exp(math.hypot(statistical, math.log(factor)))
    return Interval(measured.value, measured.value / g, measured.value * g)


def bootstrap_interval(
    blocks: Sequence[Sequence[float]],
    statistic: Callable[[np.ndarray], float],
    *,
    seed: int = 0,
    resamples: int = 200,
    confidence: float = 0.95,
) -> Interval:
    """Percentile interval of `statistic` over all values, drawing whole blocks with replacement.

    Blocks, not single values, because the values within a block share the machine's state.
    """
    arrays = [np.asarray(block, dtype=np.float64) for block in blocks]
    value = float(statistic(np.concatenate(arrays)))
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(arrays), size=(resamples, len(arrays)))
    results = [float(statistic(np.concatenate([arrays[i] for i in draw]))) for draw in draws]
    tail = (1 - confidence) / 2
    low, high = np.quantile(results, [tail, 1 - tail])
    return Interval(value, min(float(low), value), max(float(high), value))


@functools.lru_cache(maxsize=4096)
def student_quantile(degrees: int, *, confidence: float = 0.95) -> float:
    """The t with P(|T| <= t) = confidence, by bisection.

    >>> round(student_quantile(4), 3)
    2.776
    """
    if degrees < 1:
        raise ValueError(f"degrees of freedom must be >= 1, got {degrees}")
    low, high = 0.0, 1.0
    while _student_central(high, degrees) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_central(middle, degrees) < confidence else (low, middle)
    return (low + high) / 2


def _student_central(t: float, degrees: int) -> float:
    """P(|T| <= t): the finite series of Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""
    theta = math.atan2(t, math.sqrt(degrees))
    cosine = math.cos(theta)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for k in range(2 if odd else 1, degrees - 1, 2):
        term *= k / (k + 1) * cosine * cosine
        total += term
    return 2 / math.pi * (theta + math.sin(theta) * total) if odd else math.sin(theta) * total


def _correlation_factor(numbers: np.ndarray) -> float:
    if numbers.size < 8:  # too few to tell
        return 1.0
    deviations = numbers - numbers.mean()
    variance = float(deviations @ deviations)
    if variance == 0:
        return 1.0
    r = min(max(float(deviations[1:] @ deviations[:-1]) / variance, 0.0), 0.9)
    return math.sqrt((1 + r) / (1 - r))
