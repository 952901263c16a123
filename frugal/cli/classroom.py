"""`frugal class`: a page for schools, one offline file: a box to draw a digit in, three bars, a sheet to print.

Knows arguments and files; the page is `frugal.classroom`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from frugal.contract import InputError


def command(
    html: Annotated[bool, typer.Option("--html", help="Write the page.")] = False,
    lang: Annotated[str, typer.Option(help="Language that the page opens in: fr or en.")] = "fr",
    model: Annotated[
        str | None, typer.Option(help="Model that reads the digits: an artefact folder or a zoo name.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write; - is stdout.")] = Path("class.html"),
) -> None:
    """Make a page for a class: this small model, a large chatbot and writing by hand, with ranges and activities.

    Example: frugal class --html
    """
    if not html:
        raise InputError("no format", allowed="--html", remedy="frugal class --html")
    from frugal.classroom.page import render
    from frugal.report.files import write_text

    text = render(lang, model)
    if str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text)
        print(out)
