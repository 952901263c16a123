"""`frugal need`: is a network needed, or does something soberer hold the accuracy that is asked for? Exit code 0 or 1.

Knows arguments and words; trying and measuring is `frugal.need`, the rule that chooses `frugal.report.need`.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.benchmarking import BenchSettings
    from frugal.report.records import Report


def command(
    data: Annotated[
        str, typer.Option(help="digits, mnist, unipen_chars, lines; an NPZ file; a folder of images or of lines.")
    ],
    accuracy: Annotated[str | None, typer.Option(help="Least accuracy that serves: 95% or 0.95.")] = None,
    error: Annotated[str | None, typer.Option(help="The same as the largest error: 5% or 0.05.")] = None,
    root: Annotated[str | None, typer.Option(help="Where the files of a named data set lie.")] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Network to compare with; default: the zoo's for these labels; or none.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="A rule of your own, FILE.py:function.")] = None,
    samples: Annotated[int | None, typer.Option(help="Report on at most so many items (1000; of lines 200).")] = None,
    language: Annotated[str, typer.Option(help="Language data of Tesseract, for lines.")] = "fra",
    ci: Annotated[str, typer.Option(help="Stop when every interval is this narrow.")] = "5%",
    cap: Annotated[str, typer.Option(help="Stop after this long anyway.")] = "30s",
    lang: Annotated[str, typer.Option(help="Words of the verdict: en or fr.")] = "en",
    into: Annotated[Path | None, typer.Option(help="Also add the verdict to this report.json.")] = None,
    json: Annotated[str | None, typer.Option("--json", help="Write a report here; - is stdout.")] = None,
) -> int:
    """Try what is soberer than a network on the same data; exit 1 when nothing holds the accuracy asked for.

    Example: frugal need --data digits --accuracy 95%
    """
    from frugal.cli.bench import parse_seconds
    from frugal.need.answering import answer
    from frugal.need.data import open_problem
    from frugal.report.words import voice

    voice(lang)
    asked = asked_error(accuracy, error)
    earlier = _readable(into)
    problem = open_problem(data, root=root, most=samples)
    settings = _settings(_share("--ci", ci), parse_seconds(cap))
    command = shlex.join(["frugal", *sys.argv[1:]])
    report = answer(problem, asked, settings, models=model or (), rules=rule or (), language=language, command=command)
    if earlier is not None and into is not None:
        _add(earlier, into, report.sections["need"])
    return _show(report, lang, json)


def asked_error(accuracy: str | None, error: str | None) -> float:
    """The largest error that is accepted, from one of the two; raises InputError for both or none.

    >>> asked_error("95%", None), asked_error(None, "<=2%")
    (0.05, 0.02)
    """
    if (accuracy is None) == (error is None):
        given = "both --accuracy and --error" if accuracy else "no accuracy"
        raise InputError(given, allowed="one of --accuracy and --error", remedy="--accuracy 95%")
    if accuracy is not None:
        return round(1 - _share("--accuracy", accuracy), 12)
    return _share("--error", str(error).removeprefix("<=").strip())


def _share(name: str, text: str) -> float:
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise InputError(f"{name} {text}", allowed="a share such as 95% or 0.95")
    return share


def _settings(ci: float, cap_s: float) -> BenchSettings:
    from frugal.benchmarking import BenchSettings

    return BenchSettings(ci=ci, cap_s=cap_s, warm_up_s=0.5)


def _readable(path: Path | None) -> Report | None:
    """The report that the verdict will be added to, before anything long begins."""
    if path is None:
        return None
    from frugal.report.json import read_report

    return read_report(path)


def _add(report: Report, path: Path, need: dict[str, Any]) -> None:
    import dataclasses

    from frugal.report.json import write_report

    target = path / "report.json" if path.is_dir() else path
    write_report(dataclasses.replace(report, sections={**report.sections, "need": need}), target)
    print(f"added to: {target}", file=sys.stderr)


def _show(report: Report, lang: str, json: str | None) -> int:
    from rich.console import Console

    from frugal.report import json as machine
    from frugal.report import need, terminal

    verdict = need.parse(report.sections["need"])
    if json == "-":
        sys.stdout.write(machine.render(report))
    else:
        Console().print(terminal.need(verdict, lang))
    if json not in (None, "-"):
        machine.write_report(report, Path(str(json)))
        print(f"written: {json}", file=sys.stderr)
    return 0 if verdict.chosen else 1
