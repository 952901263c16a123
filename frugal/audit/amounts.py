"""Arithmetic of ranges: the result holds every pairing of the ends, and is as sure as its least sure part.

Unknown stays unknown, with its reason. `templates/account.js` says the same in the browser. Knows no device.
"""

from __future__ import annotations

from collections.abc import Iterable

from frugal.report.records import Quantity

METHODS = ("measured", "calculated", "magnitude")
"""How a number came about, the surest first: read from a meter or a bill, calculated, order of magnitude."""


def exact(value: float, method: str = "calculated") -> Quantity:
    return Quantity(value=value, low=value, high=value, method=method)


def ends(quantity: Quantity) -> tuple[float, float, float]:
    """Value, low and high of a known quantity."""
    assert quantity.value is not None
    low = quantity.value if quantity.low is None else quantity.low
    high = quantity.value if quantity.high is None else quantity.high
    return quantity.value, low, high


def times(*factors: Quantity) -> Quantity:
    """The product; unknown as the first factor that is unknown."""
    for factor in factors:
        if factor.value is None:
            return factor
    value, low, high = 1.0, 1.0, 1.0
    for factor in factors:
        middle, bottom, top = ends(factor)
        corners = (low * bottom, low * top, high * bottom, high * top)
        value, low, high = value * middle, min(corners), max(corners)
    return Quantity(value=value, low=low, high=high, method=least_sure(factors))


def scaled(quantity: Quantity, number: float) -> Quantity:
    """The quantity, `number` (0 or more) times."""
    return times(quantity, exact(number, METHODS[0]))


def total(parts: Iterable[Quantity]) -> Quantity:
    """The sum of those that are known; unknown as the first where none is."""
    given = list(parts)
    known = [part for part in given if part.value is not None]
    if not known:
        return given[0] if given else Quantity.unknown("not_given")
    values, lows, highs = zip(*(ends(part) for part in known), strict=True)
    return Quantity(value=sum(values), low=sum(lows), high=sum(highs), method=least_sure(known))


def minus(one: Quantity, other: Quantity) -> Quantity:
    """The difference of two that vary each for itself."""
    for part in (one, other):
        if part.value is None:
            return part
    (a, a_low, a_high), (b, b_low, b_high) = ends(one), ends(other)
    return Quantity(value=a - b, low=a_low - b_high, high=a_high - b_low, method=least_sure((one, other)))


def at_most(quantity: Quantity, ceiling: float) -> Quantity:
    """The quantity with nothing of it above `ceiling`."""
    if quantity.value is None:
        return quantity
    value, low, high = (min(end, ceiling) for end in ends(quantity))
    return Quantity(value=value, low=low, high=high, method=quantity.method)


def least_sure(quantities: Iterable[Quantity]) -> str:
    return METHODS[max(METHODS.index(quantity.method) for quantity in quantities)]
