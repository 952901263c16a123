"""The rows of a report as CSV for a spreadsheet or a data frame: one line per step, the contract's names as columns.

A measured quantity takes five columns (value, low, high, method, reason); unknown is an empty cell with its reason.
Further errors (`error_wer`, `worst_decile` ...) come last, three columns each, where a row has one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from frugal.report import further_errors
from frugal.report.records import EXACT, MEASURED, Report, Row

_TEXT = ("step", "kind", "method", "metric")
_EXACT = ("error", "error_low", "error_high", *EXACT[1:])


def render(report: Report, *others: Report) -> str:
    """One report, or several below each other, told apart by `report`, `created` and `seed`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    reports = (report, *others)
    further = further_errors.names(row for each in reports for row in each.rows)
    writer.writerow(columns(further))
    for each in reports:
        for row in each.rows:
            cells = (each.name, each.created, each.seed, each.unit, *_cells(row), *_further_cells(row, further))
            writer.writerow([safe(cell) for cell in cells])
    return out.getvalue()


def columns(further: Sequence[str] = ()) -> Sequence[str]:
    """The header, with the names of further errors."""
    measured = (f"{name}{part}" for name in MEASURED for part in ("", "_low", "_high", "_method", "_reason"))
    named = (further_errors.key(name) for name in further)
    more = (f"{name}{part}" for name in named for part in ("", "_low", "_high"))
    return ("report", "created", "seed", "unit", *_TEXT, *_EXACT, *measured, *more)


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cells(row: Row) -> Iterator[Any]:
    for name in (*_TEXT, *_EXACT):
        yield getattr(row, name)
    for name in MEASURED:
        quantity = getattr(row, name)
        yield from (quantity.value, quantity.low, quantity.high, quantity.method, quantity.reason)


def _further_cells(row: Row, names: Sequence[str]) -> Iterator[float | None]:
    for name in names:
        found = further_errors.find(row, name)
        yield from (None, None, None) if found is None else (found.error, found.low, found.high)
