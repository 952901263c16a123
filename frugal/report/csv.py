"""The rows of a report as CSV for a spreadsheet or a data frame: one line per step, the contract's names as columns.

A measured quantity takes five columns (value, low, high, method, reason); unknown is an empty cell with its reason.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from frugal.report.records import EXACT, MEASURED, Report, Row

_TEXT = ("step", "kind", "method", "metric")
_EXACT = ("error", "error_low", "error_high", *EXACT[1:])


def render(report: Report, *others: Report) -> str:
    """One report, or several below each other, told apart by `report`, `created` and `seed`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns())
    for each in (report, *others):
        for row in each.rows:
            writer.writerow([safe(cell) for cell in (each.name, each.created, each.seed, each.unit, *_cells(row))])
    return out.getvalue()


def columns() -> Sequence[str]:
    """The header."""
    measured = (f"{name}{part}" for name in MEASURED for part in ("", "_low", "_high", "_method", "_reason"))
    return ("report", "created", "seed", "unit", *_TEXT, *_EXACT, *measured)


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cells(row: Row) -> Iterator[Any]:
    for name in (*_TEXT, *_EXACT):
        yield getattr(row, name)
    for name in MEASURED:
        quantity = getattr(row, name)
        yield from (quantity.value, quantity.low, quantity.high, quantity.method, quantity.reason)
