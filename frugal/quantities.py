"""From the segments that the measuring process hands over to quantities with ranges: times, energies, ratios.

Energy by every meter that read, each alone: gross, and net of the idle machine for counters and instruments; the first
meter makes the headline. Nothing of two methods is added up. Knows no process and no file.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from frugal.energy.statistics import (
    Interval,
    batch_means,
    bootstrap_interval,
    difference,
    log_ratio_interval,
    mean_interval,
    with_calibration,
)
from frugal.report.records import Quantity, Ratio

IDLE_DOMINATES = 0.2
"""Net energy below this share of the gross: the headline keeps the gross figure, and says so."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """What one meter says about one call of a model.

    Attributes:
        gross_mj: as read. net_mj: less the idle machine, for methods A and B.
        net_share: net / gross; None where either is unknown.
        series_mj: gross value of each segment, for ratios; empty where one is unknown.
    """

    meter: str
    method: str
    scope: str
    gross_mj: Quantity
    net_mj: Quantity
    net_share: float | None
    series_mj: tuple[float, ...]

    @property
    def is_dominated_by_idle(self) -> bool:
        return self.net_share is not None and self.net_share < IDLE_DOMINATES

    def to_json(self) -> dict[str, Any]:
        """For a row's details."""
        return {
            "meter": self.meter,
            "method": self.method,
            "scope": self.scope,
            "gross_mj": self.gross_mj.to_json(),
            "net_mj": self.net_mj.to_json(),
            "net_share": None if self.net_share is None else round(self.net_share, 4),
        }


def times(model: Mapping[str, Any]) -> dict[str, Quantity]:
    """CPU and wall milliseconds of one call, the empty loop around it taken off."""
    empty = empty_loop(model)
    cpu = mean_interval(batch_means(cpu_ms(model)))
    quantities = {"cpu_ms": quantity(cpu, "clock")}
    calls = [segment["call_ms"] for segment in model["segments"]]
    for name, percent in (("wall_ms_p50", 50), ("wall_ms_p95", 95)):
        found = bootstrap_interval(calls, functools.partial(_percentile, percent))
        shifted = Interval(*(end - empty["wall_s"] * 1e3 for end in (found.value, found.low, found.high)))
        quantities[name] = quantity(shifted, "clock")
    return quantities


def cpu_ms(model: Mapping[str, Any]) -> list[float]:
    """CPU milliseconds of one call, one value per segment, the empty loop taken off."""
    empty_ms = empty_loop(model)["cpu_s"] * 1e3
    return [segment["cpu_s"] / segment["calls"] * 1e3 - empty_ms for segment in model["segments"]]


def empty_loop(model: Mapping[str, Any]) -> dict[str, float]:
    """Seconds of one turn of the loop around nothing: the mean of before and after."""
    return {name: math.fsum(loop[name] for loop in model["empty_loop"]) / 2 for name in ("cpu_s", "wall_s")}


def tiers(timing: Mapping[str, Any], index: int) -> list[Tier]:
    """What every meter says about the model at `index`, best first."""
    return [_tier(timing, index, position) for position in range(len(timing["meters"]))]


def headline(tiers_of_rows: Sequence[Sequence[Tier]]) -> tuple[list[Quantity], str]:
    """The energy of each row by the first meter, and in words what it holds: the same for all rows.

    Net of the idle machine where that is known and no row is dominated by idle; else gross.
    """
    firsts = [tiers[0] for tiers in tiers_of_rows]
    if firsts[0].method not in "AB":
        return [first.gross_mj for first in firsts], "idle share of the busy core included"
    if any(first.is_dominated_by_idle for first in firsts):
        return [first.gross_mj for first in firsts], "gross: dominated by idle, which is included"
    if any(first.net_mj.value is None for first in firsts):
        return [first.gross_mj for first in firsts], "gross: idle included"
    return [first.net_mj for first in firsts], "net of the idle machine"


def cross_checks(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """Gross energy by each meter divided by the first one's, from the same segments; no calibration in the range."""
    first, *others = tiers
    return [
        {"of": f"{other.meter} ({other.method})", "to": f"{first.meter} ({first.method})", "value": ratio.value,
         "low": ratio.low, "high": ratio.high}
        for other in others
        if first.series_mj and other.series_mj
        for ratio in [log_ratio_interval(other.series_mj, first.series_mj)]
    ]  # fmt: skip


def cpu_ratios(timing: Mapping[str, Any], names: Sequence[str]) -> tuple[Ratio, ...]:
    """CPU time of every later model to the first, and to the one before it."""
    series = [cpu_ms(model) for model in timing["models"]]
    return tuple(_ratio(series, of, to, timing, names, "cpu_time") for of, to in pairs(len(series)))


def energy_ratios(
    timing: Mapping[str, Any], tiers_of_rows: Sequence[Sequence[Tier]], names: Sequence[str]
) -> tuple[Ratio, ...]:
    """Gross energy of the same pairs by the first meter, where that reads energy; its calibration cancels."""
    firsts = [tiers[0] for tiers in tiers_of_rows]
    if firsts[0].method not in "AB" or not all(first.series_mj for first in firsts):
        return ()
    series = [list(first.series_mj) for first in firsts]
    return tuple(_ratio(series, of, to, timing, names, "energy") for of, to in pairs(len(series)))


def pairs(models: int) -> list[tuple[int, int]]:
    """Which model is compared with which: each later one with the first and with its predecessor."""
    return [(later, to) for later in range(1, models) for to in dict.fromkeys((0, later - 1))]


def quantity(interval: Interval, method: str) -> Quantity:
    """An interval as it stands in a report: times and joules are not below 0, and an end at infinity is unknown."""
    high = interval.high if math.isfinite(interval.high) else None
    return Quantity(value=interval.value, low=max(interval.low, 0.0), high=high, method=method)


def _tier(timing: Mapping[str, Any], index: int, position: int) -> Tier:
    meter, model = timing["meters"][position], timing["models"][index]
    readings = [segment["energies"][position] for segment in model["segments"]]
    missing = [reading["reason"] for reading in readings if reading["joules"] is None]
    what = {"meter": meter["name"], "method": meter["method"], "scope": meter["scope"]}
    if missing:
        unknown = Quantity.unknown(f"{missing[0]} ({len(missing)} of {len(readings)} segments)")
        return Tier(**what, gross_mj=unknown, net_mj=unknown, net_share=None, series_mj=())
    share = 1 - empty_loop(model)["cpu_s"] / np.mean([s["cpu_s"] / s["calls"] for s in model["segments"]])
    per_call = [1e3 * share / segment["calls"] for segment in model["segments"]]
    series = [reading["joules"] * scale for reading, scale in zip(readings, per_call, strict=True)]
    gross = mean_interval(batch_means(series))
    net, share_of_gross = _net(timing, model, position, gross, per_call)
    return Tier(
        **what,
        gross_mj=quantity(with_calibration(gross, meter["factor"]), meter["method"]),
        net_mj=net,
        net_share=share_of_gross,
        series_mj=tuple(series),
    )


def _net(
    timing: Mapping[str, Any], model: Mapping[str, Any], position: int, gross: Interval, per_call: Sequence[float]
) -> tuple[Quantity, float | None]:
    """Gross less what the idle machine draws in the same time, and its share of the gross."""
    meter = timing["meters"][position]
    if meter["method"] not in "AB":
        return Quantity.unknown("this method holds the idle share of a busy core and cannot take it off"), None
    idle = timing["idle"][position]
    missing = [reading["reason"] for reading in idle if reading["joules"] is None]
    if missing or not idle:
        return Quantity.unknown(f"the idle machine was not read ({missing[0] if missing else 'no idle'})"), None
    watts = mean_interval([reading["joules"] / reading["wall_s"] for reading in idle])
    seconds = float(np.mean([s["wall_s"] * scale for s, scale in zip(model["segments"], per_call, strict=True)]))
    net = difference(gross, Interval(watts.value * seconds, watts.low * seconds, watts.high * seconds))
    if net.low <= 0:
        return Quantity.unknown("the work does not stand out from the idle machine"), max(net.value / gross.value, 0.0)
    return quantity(with_calibration(net, meter["factor"]), meter["method"]), net.value / gross.value


def _ratio(
    series: Sequence[Sequence[float]], of: int, to: int, timing: Mapping[str, Any], names: Sequence[str], what: str
) -> Ratio:
    interval = log_ratio_interval(series[of], series[to])
    blocks = sum(segment["blocks"] for segment in timing["models"][of]["segments"])
    return Ratio(
        value=interval.value,
        low=interval.low,
        high=interval.high,
        of_step=names[of],
        to_step=names[to],
        blocks=blocks,
        of=what,
    )


def _percentile(percent: float, calls: np.ndarray) -> float:
    return float(np.percentile(calls, percent))
