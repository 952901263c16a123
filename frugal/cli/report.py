"""`frugal report`: a report, or several over each other, as a page, a table or data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.report.records import Report

_FORMATS = ("md", "html", "csv", "json")


def command(
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT.json...", help="Reports, or run folders; several are overlaid.")
    ],
    to: Annotated[str | None, typer.Option(help="md, html, csv or json; default: by the name of -o, else md.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="File to write; - is stdout. HTML goes to report.html beside the first report."
        ),
    ] = None,
) -> None:
    """Show a report: accuracy against energy, what each step bought and cost, and where the numbers come from.

    Example: frugal report runs/digits/report.json --to html --lang fr
    """
    from frugal.report.files import write_text
    from frugal.report.json import read_report

    form = to or (out.suffix.lstrip(".") if out is not None and out.suffix else "md")
    if form not in _FORMATS:
        raise InputError(f"--to {form}", allowed=", ".join(_FORMATS))
    text = _render([read_report(path) for path in reports], form, lang)
    if out is None and form == "html":
        out = (reports[0] if reports[0].is_dir() else reports[0].parent) / "report.html"
    if out is None or str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text)
        print(out)


def _render(reports: Sequence[Report], form: str, lang: str) -> str:
    from frugal.report import csv, html, json, markdown, words

    words.voice(lang)
    if form == "html":
        return html.render(reports, lang)
    if form == "md":
        return markdown.render_all(reports, lang)
    if form == "csv":
        return csv.render(*reports)
    return json.render_all(reports)
