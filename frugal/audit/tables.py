"""The factors that an account is made of: devices, services, grids, and where each figure comes from.

Devices and grids are those of `frugal.energy.factors`; what services cost is gathered here from published figures,
which contradict each other: the value is their median, the range is from the lowest to the highest. Knows no answer.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import json
import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frugal.contract import InputError
from frugal.energy.factors import electricity, manufacture
from frugal.energy.factors import sources as shared_sources
from frugal.energy.factors.records import Factor
from frugal.energy.factors.sources import Source
from frugal.report.records import Quantity

CRITERIA = {"kwh": "kWh", "euros": "€", "ghg": "kg CO2e", "adpe": "kg Sb eq", "primary_energy": "MJ", "water": "L"}
"""What is accounted for, a year, and its unit."""
GRID_CRITERIA = ("ghg", "adpe", "primary_energy", "water")
MAKING_CRITERIA = GRID_CRITERIA

SPREAD = 2.0
"""Half to double: of the median consumption on product sheets, and of what a preset assumes."""
NEITHER = ("box", "other")
"""Kinds of device without product sheets."""
_GRAMS_A_KG = 1000.0


@dataclass(frozen=True, kw_only=True)
class Device:
    """One kind of device.

    Attributes:
        kwh_a_year: on product sheets, when used `hours_a_day` on every day (None: the hours do not change it).
        making: criterion -> what making one costs. life_years: as its product sheets state it, or None.
    """

    kind: str
    kwh_a_year: Quantity
    hours_a_day: float | None
    making: Mapping[str, Quantity]
    life_years: float | None


@dataclass(frozen=True, kw_only=True)
class Tables:
    """All that is known.

    Attributes:
        grids: country (alpha-3) -> criterion -> per kWh, greenhouse gas in kg. elsewhere: the same where the country
            is not known: France, the EU and the world make the range.
        services: subject -> criterion -> quantity. trades: name -> what is assumed of such a firm.
    """

    devices: Mapping[str, Device]
    services: Mapping[str, Mapping[str, Quantity]]
    grids: Mapping[str, Mapping[str, Quantity]]
    elsewhere: Mapping[str, Quantity]
    trades: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As the page holds them."""
        return {
            "devices": {
                kind: {
                    "kwh_a_year": device.kwh_a_year.to_json(),
                    "hours_a_day": device.hours_a_day,
                    "making": _plain(device.making),
                    "life_years": device.life_years,
                }
                for kind, device in self.devices.items()
            },
            "services": {subject: _plain(known) for subject, known in self.services.items()},
            "grids": {key: _plain(known) for key, known in self.grids.items()},
            "elsewhere": _plain(self.elsewhere),
            "trades": self.trades,
        }


@functools.cache
def tables() -> Tables:
    """Raises InputError where a table breaks its rules."""
    countries = electricity.countries()
    return Tables(
        devices={row["kind"]: _device(row) for row in read("devices.csv")},
        services=_services(),
        grids={key: {c: _grid(key, c) for c in GRID_CRITERIA} for key in countries},
        elsewhere={c: _elsewhere(c) for c in GRID_CRITERIA},
        trades=json.loads(_folder().joinpath("trades.json").read_text(encoding="utf-8")),
    )


@functools.cache
def sources() -> dict[str, Source]:
    """Every source that an account rests on, by identifier."""
    own = {row["id"]: Source(**row) for row in read("sources.csv")}
    used = ("ember_owid", "wri_2020", "boavizta_pcf", "ademe_base_impacts_2011", "eu_2023_807")
    return own | {identifier: shared_sources.source(identifier) for identifier in used}


def figures() -> list[dict[str, str]]:
    """The published figures behind the services, one row each; raises InputError for one without source or vintage."""
    rows = read("figures.csv")
    for row in rows:
        if not all(row.values()) or row["source"] not in sources() or not 0 < float(row["value"]) < 1e3:
            raise InputError(f"figures.csv: {row}", allowed="a positive number with unit, source, vintage and scope")
    return rows


def read(name: str) -> list[dict[str, str]]:
    with _folder().joinpath(name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _folder() -> Any:
    return importlib.resources.files("frugal.audit") / "tables"


def _services() -> dict[str, dict[str, Quantity]]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in figures():
        found[row["subject"]][row["criterion"]].append(float(row["value"]))
    return {subject: {c: _among(values) for c, values in known.items()} for subject, known in found.items()}


def _among(values: list[float]) -> Quantity:
    return Quantity(value=statistics.median(values), low=min(values), high=max(values), method="magnitude")


def _device(row: Mapping[str, str]) -> Device:
    kwh = Quantity.unknown("no_power")
    if row["kwh_a_year"]:
        median = float(row["kwh_a_year"])
        kwh = Quantity(value=median, low=median / SPREAD, high=median * SPREAD, method="magnitude")
    known = manufacture.device_classes().get(row["class"])
    return Device(
        kind=row["kind"],
        kwh_a_year=kwh,
        hours_a_day=float(row["hours_a_day"]) if row["hours_a_day"] else None,
        making={c: _making(known.name, c) if known else Quantity.unknown("no_sheet") for c in MAKING_CRITERIA},
        life_years=known.life_years if known else None,
    )


def _making(name: str, criterion: str) -> Quantity:
    return _quantity(manufacture.factor(name, criterion), f"device_{criterion}", 1.0)


def _grid(key: str, criterion: str) -> Quantity:
    divisor = _GRAMS_A_KG if criterion == "ghg" else 1.0
    return _quantity(electricity.factor(key, criterion), f"grid_{criterion}", divisor)


def _elsewhere(criterion: str) -> Quantity:
    """The EU, with a range over France, the EU and the world; unknown where one of them is."""
    grids = [_grid(key, criterion) for key in electricity.DEFAULT_GRIDS]
    if any(grid.value is None for grid in grids):
        return Quantity.unknown(f"world_{criterion}")
    lows = [end for grid in grids for end in (grid.low, grid.value) if end is not None]
    highs = [end for grid in grids for end in (grid.high, grid.value) if end is not None]
    middle = _grid("EU27", criterion).value
    return Quantity(value=middle, low=min(lows), high=max(highs), method="magnitude")


def _quantity(factor: Factor, reason: str, divisor: float) -> Quantity:
    if factor.value is None:
        return Quantity.unknown(reason)
    low, high = (factor.value if end is None else end for end in (factor.low, factor.high))
    method = "magnitude" if factor.imputed or reason.startswith("device") else "calculated"
    return Quantity(value=factor.value / divisor, low=low / divisor, high=high / divisor, method=method)


def _plain(quantities: Mapping[str, Quantity]) -> dict[str, Any]:
    return {name: quantity.to_json() for name, quantity in quantities.items()}
