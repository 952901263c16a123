"""What making a device costs, by class: greenhouse gas from product sheets, and how long the device lives.

Its authors call the sheets orders of magnitude; the range is their 10th to 90th percentile. Everything but use is in
it: making, transport, end of life. Knows no share of a device's life.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from frugal.contract import InputError
from frugal.energy.factors.further import further
from frugal.energy.factors.records import Factor, checked
from frugal.energy.factors.sources import read_table

_SCOPE = "all but use: making, transport, end of life; median of {products} product sheets, 10th to 90th percentile"


@dataclass(frozen=True, kw_only=True)
class DeviceClass:
    """One class of device, with the median life that its product sheets state, in years."""

    name: str
    life_years: float


@functools.cache
def device_classes() -> dict[str, DeviceClass]:
    """Name -> class."""
    return {
        row["class"]: DeviceClass(name=row["class"], life_years=float(row["life_years"]))
        for row in read_table("manufacture.csv")
    }


@functools.cache
def manufacture() -> tuple[Factor, ...]:
    """All factors of making a device; raises InputError where the tables break their own rules."""
    factors = [
        Factor(
            subject=row["class"],
            criterion="ghg",
            unit="kg CO2e",
            value=float(row["ghg_kg_p50"]),
            low=float(row["ghg_kg_p10"]),
            high=float(row["ghg_kg_p90"]),
            vintage="2023 and before",
            scope=_SCOPE.format(products=row["products"]),
            source="boavizta_pcf",
        )
        for row in read_table("manufacture.csv")
    ]
    return checked([*factors, *(factor for factor in further() if factor.subject == "device")], "manufacture")


def device_class(name: str) -> DeviceClass:
    """Raises InputError for a class that is not in the table; case does not matter."""
    for known, found in device_classes().items():
        if known.lower() == name.strip().lower():
            return found
    raise InputError(f"device class {name}", allowed=", ".join(device_classes()))


def factor(name: str, criterion: str) -> Factor:
    """The factor of a class; one without a number where the tables have none."""
    return next(found for found in manufacture() if found.subject in (name, "device") and found.criterion == criterion)
