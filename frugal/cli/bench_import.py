"""`frugal bench --import`: rows that somebody measured on a phone or a board, beside those measured here.

Who measured them, when and with what stands in each row's details; they claim nothing that their file does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.report.records import Row


def imported_rows(path: Path) -> Iterator[Row]:
    """One row per row of the file; raises InputError for a file that is none (docs/estimate.md describes it)."""
    from frugal.energy.measured import read_measured
    from frugal.report.records import Quantity, Row

    handed = read_measured(path)
    origin = {"device": handed.device, "who": handed.who, "when": handed.when, "instrument": handed.instrument}
    elsewhere = Quantity.unknown(f"measured on {handed.device}, whose file does not tell it")
    for index, row in enumerate(handed.rows):
        if row.error is not None and row.error > 1:
            raise InputError(f"{path}: rows[{index}]: error {row.error:g}", allowed="a share of 1")
        name = f"{row.model} on {handed.device}"
        repeated = sum(other.model == row.model for other in handed.rows[:index])
        yield Row(
            step=f"{name}#{repeated + 1}" if repeated else name,
            kind="pass",
            method=f"measured by {handed.who} on {handed.when}",
            metric="error_rate",
            error=row.error,
            samples=row.samples or 0,
            macs=row.macs,
            cpu_ms=elsewhere,
            wall_ms_p50=row.time_ms,
            wall_ms_p95=elsewhere,
            peak_memory_bytes=elsewhere,
            energy_mj=row.energy_mj,
            details={**origin, "precision": row.precision, "runs": row.runs, "note": handed.note},
        )
