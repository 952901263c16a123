"""How energy or time grows with multiply-accumulates: a level per device and one slope that devices share.

Analysis of covariance on logarithms (Snedecor and Cochran, Statistical Methods, chapter on covariance): of device i,
log value = a_i + b log MACs + e. Knows no unit, no file and no device's name.

The 95 % range of one more network on device i with n_i rows is value x/÷ g,

    g = exp(t s_i sqrt(1 + 1/n_i + (log MACs - mean log MACs_i)^2 / S)),

t: Student's quantile with N - D - 1 degrees of freedom (N rows, D devices); S: sum of squares of log MACs about their
device's mean. s_i deviates from the textbook: it is the root mean square of the errors made when all rows of a network
are left out of their device, the larger of device i's and everybody's, because rows of the same network resemble each
other and fitted residuals would promise too much.

A device of kind k without own rows: mean of the D_k levels of its kind at those MACs, and

    g = exp(t sqrt(s^2 + v (1 + 1/D_k))),  v: variance of the D_k levels, t with D_k - 1 degrees of freedom.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from frugal.energy.statistics import Interval, student_quantile

FEWEST_OF_A_KIND = 3


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One network measured on one device: `value` in any unit, > 0. `kind`: devices of a similar level."""

    device: str
    kind: str
    network: str
    macs: float
    value: float


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A row that was predicted without the rows of its network on its device."""

    observation: Observation
    predicted: float

    @property
    def log_error(self) -> float:
        """Natural logarithm of predicted / measured."""
        return math.log(self.predicted / self.observation.value)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A device in the fit: its rows, their mean log MACs and mean log value, and its own error (None: one network)."""

    kind: str
    n: int
    log_macs: float
    log_value: float
    own_error: float | None


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """A fit. `error`: s of everybody; `degrees`: N - D - 1; `spread`: S."""

    slope: float
    error: float
    degrees: int
    spread: float
    levels: Mapping[str, Level]

    def of_device(self, device: str, macs: float) -> Interval | None:
        """The value at `macs` with its 95 % range; None for a device without rows."""
        level = self.levels.get(device)
        if level is None:
            return None
        distance = math.log(macs) - level.log_macs
        s = max(self.error, level.own_error or 0.0)
        deviation = s * math.sqrt(1 + 1 / level.n + distance**2 / self.spread)
        return _interval(level.log_value + self.slope * distance, deviation, self.degrees)

    def of_kind(self, kind: str, macs: float) -> Interval | None:
        """The value of another device of `kind`; None where fewer than 3 devices of it were measured."""
        at = [
            level.log_value + self.slope * (math.log(macs) - level.log_macs)
            for level in self.levels.values()
            if level.kind == kind
        ]
        if len(at) < FEWEST_OF_A_KIND:
            return None
        between = float(np.var(at, ddof=1)) * (1 + 1 / len(at))
        return _interval(float(np.mean(at)), math.sqrt(self.error**2 + between), len(at) - 1)


def fit(observations: Sequence[Observation]) -> Scaling | None:
    """The fit, or None where there are too few rows for a slope and its error."""
    found = _lines(observations)
    errors = left_out(observations)
    if found is None or found.degrees < 1 or not errors:
        return None
    by_device: dict[str, list[float]] = defaultdict(list)
    for row in errors:
        by_device[row.observation.device].append(row.log_error)
    levels = {
        device: Level(
            kind=next(o.kind for o in observations if o.device == device),
            n=found.counts[device],
            log_macs=found.log_macs[device],
            log_value=found.log_values[device],
            own_error=_root_mean_square(by_device[device]) if device in by_device else None,
        )
        for device in found.counts
    }
    error = _root_mean_square([row.log_error for row in errors])
    return Scaling(slope=found.slope, error=error, degrees=found.degrees, spread=found.spread, levels=levels)


def left_out(observations: Sequence[Observation]) -> list[LeftOut]:
    """Every row predicted from the others without its network on its device; rows of a device's only network apart."""
    found = []
    for device, network in dict.fromkeys((o.device, o.network) for o in observations):
        rest = [o for o in observations if (o.device, o.network) != (device, network)]
        lines = _lines(rest)
        if lines is None or device not in lines.counts:
            continue
        held = [o for o in observations if (o.device, o.network) == (device, network)]
        found += [LeftOut(observation=o, predicted=lines.predict(device, o.macs)) for o in held]
    return found


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """Parallel lines through the means of the devices."""

    slope: float
    spread: float
    degrees: int
    counts: dict[str, int]
    log_macs: dict[str, float]
    log_values: dict[str, float]

    def predict(self, device: str, macs: float) -> float:
        return math.exp(self.log_values[device] + self.slope * (math.log(macs) - self.log_macs[device]))


def _lines(observations: Sequence[Observation]) -> _Lines | None:
    """Least squares; None where no device has two different MACs."""
    groups: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        groups[observation.device].append(observation)
    x = {device: np.log([o.macs for o in rows]) for device, rows in groups.items()}
    y = {device: np.log([o.value for o in rows]) for device, rows in groups.items()}
    spread = sum(float(((x[device] - x[device].mean()) ** 2).sum()) for device in groups)
    if spread <= 0:
        return None
    products = sum(float(((x[device] - x[device].mean()) * y[device]).sum()) for device in groups)
    return _Lines(
        slope=products / spread,
        spread=spread,
        degrees=len(observations) - len(groups) - 1,
        counts={device: len(rows) for device, rows in groups.items()},
        log_macs={device: float(x[device].mean()) for device in groups},
        log_values={device: float(y[device].mean()) for device in groups},
    )


def _interval(log_value: float, deviation: float, degrees: int) -> Interval:
    factor = math.exp(student_quantile(degrees) * deviation)
    value = math.exp(log_value)
    return Interval(value, value / factor, value * factor)


def _root_mean_square(numbers: Sequence[float]) -> float:
    return math.sqrt(math.fsum(number**2 for number in numbers) / len(numbers))
