"""Impact factors of one kilowatt-hour of electricity: countries, the EU of 27 and the world.

The EU and the world are means of their countries, weighted by what each generated in 2023. Figures of greenhouse gas
are of generation inside the country, without trade and without losses of the network. Knows no energy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frugal.contract import InputError
from frugal.energy.factors.further import further
from frugal.energy.factors.records import Factor, checked
from frugal.energy.factors.sources import read_table

EU27 = (
    *("AUT", "BEL", "BGR", "HRV", "CYP", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN", "IRL"),
    *("ITA", "LVA", "LTU", "LUX", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP", "SWE"),
)
DEFAULT_GRIDS = ("FRA", "EU27", "WORLD")
NAMES = {"EU27": "European Union", "WORLD": "world"}
WORLD_WATER_L_PER_KWH = 3.908
"""The guidance's own figure for the world; many countries are filled in from it."""

_GHG, _WATER = "g CO2e/kWh", "L/kWh"
_GHG_SCOPE = "generation in the country, life cycle of plants; without trade and losses"
_WATER_SCOPE = "water consumed by generation"


@dataclass(frozen=True, kw_only=True)
class Country:
    """One row of the table; no figure of 2023 where that is 0; `water_imputed`: its water is the world's."""

    iso2: str
    iso3: str
    name: str
    ghg_g_per_kwh: float
    ghg_year: str
    ghg_2023_g_per_kwh: float | None
    generation_2023_twh: float
    water_l_per_kwh: float
    water_imputed: bool


@functools.cache
def countries() -> dict[str, Country]:
    """ISO 3166-1 alpha-3 -> country."""
    return {
        row["iso3"]: Country(
            iso2=row["iso2"],
            iso3=row["iso3"],
            name=row["country"],
            ghg_g_per_kwh=float(row["ghg_g_per_kwh"]),
            ghg_year=row["ghg_year"],
            ghg_2023_g_per_kwh=float(row["ghg_2023_g_per_kwh"]) if row["ghg_2023_g_per_kwh"] else None,
            generation_2023_twh=float(row["generation_2023_twh"]),
            water_l_per_kwh=float(row["water_l_per_kwh"]),
            water_imputed=row["water_status"] == "imputed",
        )
        for row in read_table("electricity.csv")
    }


@functools.cache
def electricity() -> tuple[Factor, ...]:
    """All factors per kilowatt-hour; raises InputError where the tables break their own rules."""
    factors = [factor for country in countries().values() for factor in (_ghg(country), _water(country))]
    factors += [*_mean_ghg("EU27", EU27), *_mean_ghg("WORLD", tuple(countries())), _eu_water(), _world_water()]
    factors += [factor for factor in further() if factor.subject != "device"]
    return checked(factors, "electricity")


def grid(name: str) -> str:
    """The key of a grid: ISO alpha-2 or alpha-3, or a name of a country, EU or WORLD.

    Raises:
        InputError: no such grid.
    """
    wanted = name.strip().upper()
    if wanted in ("EU", "EU27", "EUROPEAN UNION"):
        return "EU27"
    if wanted == "WORLD":
        return "WORLD"
    for country in countries().values():
        if wanted in (country.iso2, country.iso3, country.name.upper()):
            return country.iso3
    raise InputError(f"country {name}", allowed="an ISO code such as FR, DE or USA, EU or WORLD")


def grid_name(key: str) -> str:
    return NAMES.get(key) or countries()[key].name


def factor(key: str, criterion: str) -> Factor:
    """The factor of a grid; one without a number where the tables have none."""
    for found in electricity():
        if (found.subject, found.criterion) == (key, criterion):
            return found
    reason = "no open figure for this country; see France, the EU and the world"
    return Factor(subject=key, criterion=criterion, unit="", value=None, reason=reason)


def _ghg(country: Country) -> Factor:
    ends = (country.ghg_g_per_kwh, country.ghg_2023_g_per_kwh or country.ghg_g_per_kwh)
    return Factor(
        subject=country.iso3,
        criterion="ghg",
        unit=_GHG,
        value=country.ghg_g_per_kwh,
        low=min(ends),
        high=max(ends),
        vintage=f"{country.ghg_year}; the range reaches to 2023",
        scope=_GHG_SCOPE,
        source="ember_owid",
    )


def _water(country: Country) -> Factor:
    return Factor(
        subject=country.iso3,
        criterion="water",
        unit=_WATER,
        value=country.water_l_per_kwh,
        vintage="2020",
        scope=_WATER_SCOPE,
        source="wri_2020",
        imputed=country.water_imputed,
    )


def _mean_ghg(key: str, members: Sequence[str]) -> list[Factor]:
    latest = _weighted(members, lambda country: country.ghg_g_per_kwh)
    earlier = _weighted(members, lambda country: country.ghg_2023_g_per_kwh or country.ghg_g_per_kwh)
    return [
        Factor(
            subject=key,
            criterion="ghg",
            unit=_GHG,
            value=latest,
            low=min(latest, earlier),
            high=max(latest, earlier),
            vintage="latest year of each country, mostly 2025 and 2024; the range reaches to 2023",
            scope=f"{_GHG_SCOPE}; mean weighted by generation in 2023",
            source="ember_owid",
        )
    ]


def _eu_water() -> Factor:
    own = [key for key in EU27 if not countries()[key].water_imputed]
    return Factor(
        subject="EU27",
        criterion="water",
        unit=_WATER,
        value=_weighted(own, lambda country: country.water_l_per_kwh),
        vintage="2020",
        scope=f"{_WATER_SCOPE}; mean of the {len(own)} members with a figure, weighted by generation in 2023",
        source="wri_2020",
    )


def _world_water() -> Factor:
    own = [key for key, country in countries().items() if not country.water_imputed]
    mean = _weighted(own, lambda country: country.water_l_per_kwh)
    return Factor(
        subject="WORLD",
        criterion="water",
        unit=_WATER,
        value=WORLD_WATER_L_PER_KWH,
        low=min(WORLD_WATER_L_PER_KWH, mean),
        high=max(WORLD_WATER_L_PER_KWH, mean),
        vintage="2020",
        scope=f"{_WATER_SCOPE}; the range reaches to the mean of the {len(own)} countries with a figure",
        source="wri_2020",
    )


def _weighted(members: Sequence[str], value: Callable[[Country], float]) -> float:
    """Mean over countries, weighted by generation in 2023."""
    found = [countries()[key] for key in members]
    total = sum(country.generation_2023_twh for country in found)
    return sum(value(country) * country.generation_2023_twh for country in found) / total
