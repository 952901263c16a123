"""Minerals and metals, primary energy and what else is known of a grid or a device, or the reason why nothing is.

Knows no product of factor and quantity.
"""

from __future__ import annotations

from frugal.energy.factors.records import Factor
from frugal.energy.factors.sources import read_table


def further() -> list[Factor]:
    """The rows of `further.csv`; subjects are grids and `device`."""
    return [
        Factor(
            subject=row["subject"],
            criterion=row["criterion"],
            unit=row["unit"],
            value=_number(row["value"]),
            low=_number(row["low"]),
            high=_number(row["high"]),
            vintage=row["vintage"],
            scope=row["scope"],
            source=row["source"],
            reason=row["reason"],
        )
        for row in read_table("further.csv")
    ]


def _number(text: str) -> float | None:
    return float(text) if text else None
