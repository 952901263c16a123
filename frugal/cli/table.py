"""`frugal table`: runs side by side, mean and spread over seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from frugal.contract import InputError


def command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUNS...", help="Run folders or report.json files.")],
    to: Annotated[str, typer.Option(help="md, csv or tex.")] = "md",
) -> None:
    """Runs side by side: mean, spread and number over seeds, and the command of each row.

    Runs that differ only in their seed share a row per step.

    Example: frugal table runs/digits-0 runs/digits-1 runs/digits-2 --to tex
    """
    from frugal.report import table
    from frugal.report.json import read_report

    if to not in table.FORMATS:
        raise InputError(f"--to {to}", allowed=", ".join(table.FORMATS))
    reports = {}
    for run in runs:
        file = (run / "report.json" if run.is_dir() else run).resolve()
        if str(file) not in reports:
            reports[str(file)] = read_report(file)
    print(table.render(reports, to), end="")
