"""`frugal audit`: what a small firm's digital life costs in a year: a page that asks and computes, or a table.

Knows arguments and files; the account is `frugal.audit`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from frugal.contract import InputError

_FORMATS = ("html", "csv", "json")
_PAGE = Path("audit.html")


def command(
    answers: Annotated[
        Path | None, typer.Argument(metavar="[ANSWERS]", help="A file of answers, or a folder of such files.")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="One offline page that asks and computes by itself.")] = False,
    to: Annotated[str | None, typer.Option(help="html, csv or json; a folder: csv or json.")] = None,
    lang: Annotated[str, typer.Option(help="Language that the page opens in: fr or en.")] = "fr",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File to write; - is stdout. A page goes to audit.html.")
    ] = None,
) -> None:
    """Account for devices, mails, meetings, chatbots and pages of a small firm: kWh, euros, greenhouse gas, ranges.

    Example: frugal audit --html
    """
    form = _form(answers, html, to, out)
    if answers is None:
        text = _page(None, lang)
    elif answers.is_dir():
        text = _folder(answers, form)
    else:
        text = _file(answers, form, lang)
    _write(text, out or (_PAGE if form == "html" else None))


def _form(answers: Path | None, html: bool, to: str | None, out: Path | None) -> str:
    by_name = out.suffix.lstrip(".") if out is not None and out.suffix else ""
    form = to or ("html" if html else by_name or ("csv" if answers is not None and answers.is_dir() else "json"))
    if form not in _FORMATS or (html and form != "html"):
        raise InputError(f"--to {form}{' with --html' if html else ''}", allowed=", ".join(_FORMATS))
    if answers is None and form != "html":
        raise InputError("no answers", allowed="ANSWERS.json, or a folder of such files", remedy="frugal audit --html")
    if answers is not None and answers.is_dir() and form == "html":
        raise InputError(f"--to html for the folder {answers}", allowed="csv or json")
    return form


def _page(answers: Path | None, lang: str) -> str:
    from frugal.audit.answers import read_answers
    from frugal.audit.page import render

    return render(lang, None if answers is None else read_answers(answers))


def _file(path: Path, form: str, lang: str) -> str:
    from frugal.audit import regional
    from frugal.audit.account import account
    from frugal.audit.answers import read_answers

    if form == "html":
        return _page(path, lang)
    answers = read_answers(path)
    if form == "csv":
        return regional.render([(answers, account(answers))])
    return _json(account(answers).to_json())


def _folder(folder: Path, form: str) -> str:
    from frugal.audit import regional
    from frugal.audit.account import account
    from frugal.audit.answers import read_answers

    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(f"{folder} holds no *.json", allowed="files of answers", remedy="frugal audit --html")
    firms = [(answers, account(answers)) for answers in map(read_answers, files)]
    if form == "csv":
        return regional.render(firms)
    ordered = regional.ordered(firms)
    return _json([{"trade": a.trade, "country": a.country, **found.to_json()} for a, found in ordered])


def _json(data: object) -> str:
    import json

    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _write(text: str, out: Path | None) -> None:
    from frugal.report.files import write_text

    if out is None or str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text)
        print(out)
