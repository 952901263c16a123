"""Life cycle of one inference: greenhouse gas, minerals and metals, primary energy, water; of use and of manufacture.

Use = energy x factor of the grid. Manufacture = what making the device cost x share of the device's life that one
inference takes, by time in use and by calendar; both are shown, because the choice is a convention. A cell without a
sound factor is unknown with its reason. Nothing is ever set off against anything. Knows no report and no page.

The software carbon intensity (ISO/IEC 21031:2024) is ((E x I) + M) per R.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frugal.contract import InputError
from frugal.energy.factors import electricity
from frugal.energy.factors import manufacture as making
from frugal.energy.factors.records import Factor
from frugal.energy.factors.sources import source
from frugal.report.records import Quantity

CRITERIA = {"ghg": "g CO2e", "adpe": "kg Sb eq", "primary_energy": "MJ", "water": "L"}
"""Criterion -> unit of a cell: greenhouse gas, abiotic depletion of elements, primary energy, water consumed."""

WAYS = ("in_use", "calendar")
"""How manufacture is shared out: over the hours that the device is in use, or over its whole life."""

JOULES_PER_KWH = 3.6e6
ASSUMED_HOURS_A_DAY = 4.0
_SECONDS_A_DAY, _DAYS_A_YEAR = 86_400.0, 365.25
_GRAMS = {"ghg": 1000.0}
"""Manufacture is tabled in kilograms of CO2e, cells are in grams."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """Whose manufacture is shared out: a class of the table, its life, and how long a day it is in use.

    Attributes:
        class_name: None where no class fits; then `reason` says so.
        life_years: None = the median life on the product sheets of its class.
        hours_a_day: an assumption unless somebody knows better.
    """

    class_name: str | None = None
    life_years: float | None = None
    hours_a_day: float = ASSUMED_HOURS_A_DAY
    reason: str = "no device was named"

    def __post_init__(self) -> None:
        if self.life_years is not None and not 0 < self.life_years <= 100:
            raise InputError(f"life of {self.life_years:g} years", allowed="more than 0, at most 100")
        if not 0 < self.hours_a_day <= 24:
            raise InputError(f"{self.hours_a_day:g} hours of use a day", allowed="more than 0, at most 24")

    @property
    def years(self) -> float | None:
        if self.life_years is not None or self.class_name is None:
            return self.life_years
        return making.device_class(self.class_name).life_years

    def life_s(self, *, in_use: bool) -> float | None:
        """Seconds of life: those in use, or all."""
        if self.years is None:
            return None
        return self.years * _DAYS_A_YEAR * (self.hours_a_day * 3600 if in_use else _SECONDS_A_DAY)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One number of the account with its unit, and the factor behind it (None where there is none)."""

    quantity: Quantity
    unit: str
    factor: Factor | None = None

    def to_json(self) -> dict[str, Any]:
        plain = self.quantity.to_json() | {"unit": self.unit}
        if self.quantity.value is None and self.quantity.low is not None:
            plain |= {"low": self.quantity.low, "high": self.quantity.high}
        if self.factor is None or self.factor.value is None:
            return plain
        words = {"source": self.factor.source, "vintage": self.factor.vintage, "scope": self.factor.scope}
        return plain | words | ({"imputed": True} if self.factor.imputed else {})


@dataclass(frozen=True, kw_only=True)
class LifeCycle:
    """The account of one inference (one `unit`).

    Attributes:
        use: (criterion, grid) -> cell. manufacture: (criterion, "in_use" or "calendar") -> cell.
        grids: keys in the order to show. country: whose grid it is, or None.
    """

    unit: str
    energy_mj: Quantity
    time_ms: Quantity
    device: Device
    grids: tuple[str, ...]
    country: str | None
    use: dict[tuple[str, str], Cell]
    manufacture: dict[tuple[str, str], Cell]

    def to_json(self) -> dict[str, Any]:
        """The `life_cycle` section of a report: plain values, every cell with unit, source and vintage."""
        return {
            "unit": self.unit,
            "energy_mj": self.energy_mj.to_json(),
            "time_ms": self.time_ms.to_json(),
            "grids": [{"key": key, "name": electricity.grid_name(key)} for key in self.grids],
            "country": self.country,
            "use": {
                criterion: {key: self.use[criterion, key].to_json() for key in self.grids} for criterion in CRITERIA
            }
            | {"here": {criterion: self.here(criterion).to_json() for criterion in CRITERIA}},
            "device": {
                "class": self.device.class_name,
                "life_years": self.device.years,
                "hours_a_day": self.device.hours_a_day,
            },
            "manufacture": {
                criterion: {way: self.manufacture[criterion, way].to_json() for way in WAYS} for criterion in CRITERIA
            },
            "sci": {key: {way: sci(self, key, way=way) for way in WAYS} for key in self.grids},
            "sources": {identifier: _described(identifier) for identifier in self._sources()},
        }

    def here(self, criterion: str) -> Cell:
        """Use in the country; where that is unknown, no value but the range over the grids."""
        if self.country is not None:
            return self.use[criterion, self.country]
        cells = [self.use[criterion, key] for key in self.grids]
        reason = "country unknown: see the range over the grids"
        return Cell(quantity=_range_over([cell.quantity for cell in cells], reason), unit=CRITERIA[criterion])

    def _sources(self) -> list[str]:
        cells = (*self.use.values(), *self.manufacture.values())
        named = [cell.factor.source for cell in cells if cell.factor is not None and cell.factor.value is not None]
        return list(dict.fromkeys(named))


def life_cycle(
    energy_mj: Quantity,
    time_ms: Quantity,
    *,
    unit: str = "inference",
    device: Device | None = None,
    country: str | None = None,
    grids: Sequence[str] = electricity.DEFAULT_GRIDS,
) -> LifeCycle:
    """The account of one inference from its energy and its time.

    `country`: an ISO code or a name; shown beside the default grids. None is never replaced by a guess.

    Raises:
        InputError: an unknown country, grid or device class.
    """
    owner = device or Device()
    here = None if country is None else electricity.grid(country)
    keys = tuple(dict.fromkeys([*(electricity.grid(name) for name in grids), *([here] if here else [])]))
    return LifeCycle(
        unit=unit,
        energy_mj=energy_mj,
        time_ms=time_ms,
        device=owner,
        grids=keys,
        country=here,
        use={(criterion, key): _use(energy_mj, criterion, key) for criterion in CRITERIA for key in keys},
        manufacture={
            (criterion, way): _share(time_ms, criterion, owner, in_use=way == "in_use")
            for criterion in CRITERIA
            for way in WAYS
        },
    )


def sci(account: LifeCycle, grid: str, *, way: str = "in_use") -> dict[str, Any]:
    """E, I, M, R and SCI of a grid, in kWh, g CO2e per kWh and g CO2e; a part that is unknown makes SCI unknown."""
    energy, intensity = account.energy_mj, electricity.factor(grid, "ghg")
    operated, embodied = account.use["ghg", grid].quantity, account.manufacture["ghg", way].quantity
    per = {"E": _times(energy, 1 / 1000 / JOULES_PER_KWH).to_json() | {"unit": "kWh"}}
    per["I"] = Cell(quantity=_as_quantity(intensity), unit=intensity.unit, factor=intensity).to_json()
    per["M"] = embodied.to_json() | {"unit": CRITERIA["ghg"], "allocation": way}
    total = _plus(operated, embodied).to_json() | {"unit": f"{CRITERIA['ghg']} per {account.unit}"}
    return {"standard": "ISO/IEC 21031:2024", "R": account.unit, **per, "SCI": total}


def _use(energy_mj: Quantity, criterion: str, grid: str) -> Cell:
    factor = electricity.factor(grid, criterion)
    unit = CRITERIA[criterion]
    if factor.value is None:
        return Cell(quantity=Quantity.unknown(f"not assessed: {factor.reason}"), unit=unit, factor=factor)
    if energy_mj.value is None:
        return Cell(quantity=Quantity.unknown(energy_mj.reason), unit=unit, factor=factor)
    kwh = _times(energy_mj, 1 / 1000 / JOULES_PER_KWH)
    return Cell(quantity=_product(kwh, factor), unit=unit, factor=factor)


def _share(time_ms: Quantity, criterion: str, device: Device, *, in_use: bool) -> Cell:
    """Manufacture x time of one inference / life of the device."""
    unit = CRITERIA[criterion]
    if device.class_name is None:
        return Cell(quantity=Quantity.unknown(f"not assessed: {device.reason}"), unit=unit)
    name = making.device_class(device.class_name).name
    factor, life_s = making.factor(name, criterion), device.life_s(in_use=in_use)
    if factor.value is None or life_s is None:
        return Cell(quantity=Quantity.unknown(f"not assessed: {factor.reason}"), unit=unit, factor=factor)
    if time_ms.value is None:
        return Cell(quantity=Quantity.unknown(time_ms.reason), unit=unit, factor=factor)
    share = _times(time_ms, _GRAMS.get(criterion, 1.0) / 1000 / life_s)
    return Cell(quantity=_product(share, factor), unit=unit, factor=factor)


def _times(quantity: Quantity, number: float) -> Quantity:
    if quantity.value is None:
        return quantity
    ends = (None if end is None else end * number for end in (quantity.low, quantity.high))
    low, high = ends
    return Quantity(value=quantity.value * number, low=low, high=high, method=quantity.method)


def _product(quantity: Quantity, factor: Factor) -> Quantity:
    """The range reaches from low x low to high x high: it holds every pairing."""
    assert quantity.value is not None and factor.value is not None
    low = quantity.low if quantity.low is not None else quantity.value
    high = quantity.high if quantity.high is not None else quantity.value
    return Quantity(
        value=quantity.value * factor.value,
        low=low * (factor.value if factor.low is None else factor.low),
        high=high * (factor.value if factor.high is None else factor.high),
        method=quantity.method,
    )


def _plus(one: Quantity, other: Quantity) -> Quantity:
    for part in (one, other):
        if part.value is None:
            return Quantity.unknown(part.reason)
    assert one.value is not None and other.value is not None
    low = sum(part.value if part.low is None else part.low for part in (one, other) if part.value is not None)
    high = sum(part.value if part.high is None else part.high for part in (one, other) if part.value is not None)
    method = "/".join(dict.fromkeys(part.method for part in (one, other) if part.method))
    return Quantity(value=one.value + other.value, low=low, high=high, method=method)


def _as_quantity(factor: Factor) -> Quantity:
    if factor.value is None:
        return Quantity.unknown(f"not assessed: {factor.reason}")
    return Quantity(value=factor.value, low=factor.low, high=factor.high, method="factor")


def _range_over(quantities: Sequence[Quantity], reason: str) -> Quantity:
    """No value; low and high over all that are known."""
    known = [quantity for quantity in quantities if quantity.value is not None]
    if not known:
        return quantities[0]
    ends = [end for quantity in known for end in (quantity.low, quantity.value, quantity.high) if end is not None]
    return Quantity(value=None, low=min(ends), high=max(ends), reason=reason)


def _described(identifier: str) -> dict[str, str]:
    found = source(identifier)
    return {"title": found.title, "url": found.url, "licence": found.licence, "credit": found.credit}
