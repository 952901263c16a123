"""Intervals for repeated measurements, how they combine with the calibration of a meter, and when to stop measuring.

Plain numpy: Student intervals of a mean and of a mean log-ratio, bootstrap over blocks, sums in quadrature. Knows no
meter and no model.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

FIRST_LOOK = 12
MOST_BATCHES = 24
TRIMMED = 0.1
"""Share of the paired ratios that is left out at each end."""


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
    """Interval of the geometric mean of the paired ratios of[i] / to[i]; all values > 0.

    From ten pairs on, a tenth of the pairs at each end is trimmed (Tukey and McLaughlin 1963; Student's t with the
    winsorised deviation): a neighbour that falls on one of the two models for a moment does not decide.
    """
    numerator, denominator = np.asarray(of, dtype=np.float64), np.asarray(to, dtype=np.float64)
    if numerator.shape != denominator.shape:
        raise ValueError(f"pairs must be complete, got {numerator.size} and {denominator.size} values")
    logs = _trimmed_interval(np.log(numerator / denominator), confidence)
    high = math.exp(logs.high) if logs.high < 700 else math.inf
    return Interval(math.exp(logs.value), math.exp(logs.low), high)


def batch_means(values: Sequence[float]) -> list[float]:
    """Means of neighbours in at most 24 batches, sizes equal within one (Schmeiser 1982, "Batch size effects").

    Load comes and goes over many seconds: means of long stretches depend less on one another than single values do.
    """
    batches = np.array_split(np.asarray(values, dtype=np.float64), min(len(values), MOST_BATCHES))
    return [float(batch.mean()) for batch in batches]


def is_look(count: int) -> bool:
    """Whether the interval may be looked at after so many values: 12, 18, 27, 40 ..., half as many again each time.

    Who looks after every value stops where chance made the spread look small, and holds the truth in 91 % of cases
    where 95 % are claimed; with few looks, the first not too early, it is 94 to 95 %.
    """
    look = FIRST_LOOK
    while look < count:
        look = look * 3 // 2
    return look == count


def difference(of: Interval, less: Interval) -> Interval:
    """Interval of the difference of two independent values: half widths add in quadrature."""
    half = math.hypot((of.high - of.low) / 2, (less.high - less.low) / 2)
    value = of.value - less.value
    return Interval(value, value - half, value + half)


def product(of: Interval, by: Interval) -> Interval:
    """Interval of the product of two independent positive values: the distances to each end add as logarithms do.

    >>> half = product(Interval(8.0, 4.0, 16.0), Interval(0.5, 0.5, 0.5))
    >>> round(half.value, 6), round(half.low, 6), round(half.high, 6)
    (4.0, 2.0, 8.0)
    """
    value = of.value * by.value
    below = math.hypot(_log_distance(of.value, of.low), _log_distance(by.value, by.low))
    above = math.hypot(_log_distance(of.value, of.high), _log_distance(by.value, by.high))
    return Interval(value, value * math.exp(-below), value * math.exp(above) if above < 700 else math.inf)


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


def _trimmed_interval(numbers: np.ndarray, confidence: float) -> Interval:
    """Of the trimmed mean; widened where neighbours resemble each other, as in `mean_interval`."""
    cut = int(TRIMMED * numbers.size)
    if cut == 0:
        return mean_interval(numbers.tolist(), confidence=confidence)
    ordered = np.sort(numbers)
    mean = float(ordered[cut:-cut].mean())
    winsorised = np.clip(numbers, ordered[cut], ordered[-cut - 1])
    error = float(winsorised.std(ddof=1)) / (1 - 2 * cut / numbers.size) / math.sqrt(numbers.size)
    degrees = numbers.size - 2 * cut - 1
    half = student_quantile(degrees, confidence=confidence) * error * _correlation_factor(winsorised)
    return Interval(mean, mean - half, mean + half)


def _log_distance(value: float, end: float) -> float:
    """|ln(end / value)|; infinite for an end of 0, which no logarithm reaches."""
    return abs(math.log(end / value)) if end > 0 else math.inf


def _correlation_factor(numbers: np.ndarray) -> float:
    if numbers.size < 8:  # too few to tell
        return 1.0
    deviations = numbers - numbers.mean()
    variance = float(deviations @ deviations)
    if variance == 0:
        return 1.0
    r = float(deviations[1:] @ deviations[:-1]) / variance
    r += (1 + 4 * r) / numbers.size  # of few values it comes out too small by as much (Kendall 1954)
    r = min(max(r, 0.0), 0.9)
    return math.sqrt((1 + r) / (1 - r))
