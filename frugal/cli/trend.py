"""`frugal trend`: indicators over releases, as a table and as a plot.

Knows arguments; the indicators are `frugal.trend`, their page `frugal.trend_page`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from frugal.contract import InputError


def command(
    folder: Annotated[Path, typer.Argument(help="A folder of report files, or of run folders.")],
    to: Annotated[str | None, typer.Option(help="md, csv or html; default: by the name of -o, else md.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File to write; without it stdout.")] = None,
) -> None:
    """Follow error, energy, training, size and impact from release to release.

    Example: frugal trend releases/ --to html -o trend.html
    """
    from frugal.report.files import write_text
    from frugal.trend import read_folder, trends
    from frugal.trend_page import FORMATS, render

    form = to or (out.suffix.lstrip(".") if out is not None and out.suffix else "md")
    if form not in FORMATS:
        raise InputError(f"--to {form}", allowed=", ".join(FORMATS))
    releases, passed_over = read_folder(folder)
    text = render(trends(releases), form, lang)
    for line in passed_over:
        print(f"note: passed over: {line}", file=sys.stderr)
    if out is None or str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text)
        print(out)
