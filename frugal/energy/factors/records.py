"""One impact factor, and the rules by which a table of them checks itself.

A factor without a number has its reason; it is never 0. Knows no table and no product of factor and quantity.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from frugal.contract import InputError
from frugal.energy.factors.sources import sources

OUTLIER = 100.0
"""More than this many times the median of its kind, or less than its inverse, is taken for a slip of units."""

MOST_ALIKE = 5
"""So many subjects may share a number by chance; more, and it was filled in from elsewhere."""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """How much of `criterion` one unit of `subject` (a grid, a class of device) costs.

    Attributes:
        unit: of the number ("g CO2e/kWh").
        value, low, high: None together where no sound number exists; then `reason` says why.
        vintage: the year it speaks of. scope: what it counts.
        source: identifier of the table of sources.
        imputed: filled in from another subject, and shown so.
    """

    subject: str
    criterion: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    vintage: str = ""
    scope: str = ""
    source: str = ""
    imputed: bool = False
    reason: str = ""


def checked(factors: Sequence[Factor], table: str) -> tuple[Factor, ...]:
    """The factors themselves; raises InputError that names the first faults of a table."""
    found = list(faults(factors))
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise InputError(f"table {table}: {'; '.join(found[:3])}{more}", allowed="factors that keep the rules")
    return tuple(factors)


def faults(factors: Sequence[Factor]) -> Iterator[str]:
    """What is wrong, one sentence each: missing words, impossible numbers, outliers, numbers filled in unsaid."""
    for factor in factors:
        about = f"{factor.subject} {factor.criterion}"
        yield from (f"{about}: {fault}" for fault in (_numberless(factor) if factor.value is None else _single(factor)))
    groups: dict[tuple[str, str], list[Factor]] = defaultdict(list)
    for factor in factors:
        if factor.value is not None and math.isfinite(factor.value):
            groups[factor.criterion, factor.unit].append(factor)
    for group in groups.values():
        yield from _among(group)


def _numberless(factor: Factor) -> Iterator[str]:
    if not factor.reason:
        yield "no number and no reason"
    if factor.low is not None or factor.high is not None:
        yield "a range without a number"


def _single(factor: Factor) -> Iterator[str]:
    numbers = [number for number in (factor.low, factor.value, factor.high) if number is not None]
    if not all(math.isfinite(number) for number in numbers):
        yield f"not finite ({numbers})"
    elif any(number < 0 for number in numbers):
        yield f"negative ({min(numbers):g} {factor.unit})"
    elif any(number == 0 for number in numbers):
        yield "0, which is no factor: leave the number out and give the reason"
    elif numbers != sorted(numbers):
        yield f"outside its range ({numbers})"
    yield from (
        f"no {name}" for name in ("unit", "vintage", "scope", "source") if not str(getattr(factor, name)).strip()
    )
    if factor.source and factor.source not in sources():
        yield f"source {factor.source} is not in the table of sources"


def _among(group: Sequence[Factor]) -> Iterator[str]:
    """Faults that show only beside the others of the same criterion and unit."""
    values = [factor.value for factor in group if factor.value is not None]
    median = statistics.median(values)
    for factor in group:
        assert factor.value is not None
        if median > 0 and factor.value > 0 and not 1 / OUTLIER <= factor.value / median <= OUTLIER:
            yield f"{factor.subject} {factor.criterion}: {factor.value:g} is far from the median {median:g}"
    alike = Counter(factor.value for factor in group if not factor.imputed)
    for value, count in alike.items():
        if count > MOST_ALIKE:
            first = next(factor for factor in group if factor.value == value and not factor.imputed)
            who = f"{first.criterion}: {count} subjects ({first.subject} ...)"
            yield f"{who} share {value:g} and are not marked imputed"
