"""`frugal report`: a report, or several over each other, as a page, a table, data, or in the form of another tool.

Knows arguments and words; the faces are `frugal.report`, the life cycle `frugal.energy.lifecycle`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.report.records import Report

_FORMATS = ("md", "html", "csv", "json")

_TO = "md, html, csv, json, boamps, cyclonedx, hf-card, sci; default: by the name of -o, else md."
_OUT = "File to write; - is stdout. HTML goes to report.html beside the first report."
Reports = Annotated[
    list[Path] | None, typer.Argument(metavar="REPORT.json...", help="Reports, or run folders; several are overlaid.")
]
Country = Annotated[str | None, typer.Option(help="Where it runs, FR or FRA: its grid; never guessed.")]
DeviceClass = Annotated[str | None, typer.Option(help="Smartphone, Laptop ...: shares out the making of the device.")]
LifeYears = Annotated[float | None, typer.Option(help="Life of the device; default: its class's median.")]
HoursADay = Annotated[float | None, typer.Option(help="Hours a day that it is in use; default: 4.")]
Ledger = Annotated[
    list[Path] | None, typer.Option(help="Further ledger.jsonl: sweeps and tries that led here count too.")
]
About = Annotated[Path | None, typer.Option(help="What people declare: ABOUT.yaml for the checklist.")]
Template = Annotated[bool, typer.Option("--about-template", help="Print an empty ABOUT.yaml.")]
Samples = Annotated[
    bool, typer.Option("--with-samples", help="Also show texts of people: the samples with most errors.")
]


def command(
    reports: Reports = None,
    to: Annotated[str | None, typer.Option(help=_TO)] = None,
    lang: Annotated[str, typer.Option(help="en or fr.")] = "en",
    out: Annotated[Path | None, typer.Option("-o", "--out", help=_OUT)] = None,
    country: Country = None,
    device_class: DeviceClass = None,
    life_years: LifeYears = None,
    hours_a_day: HoursADay = None,
    ledger: Ledger = None,
    about: About = None,
    about_template: Template = False,
    with_samples: Samples = False,
) -> None:
    """Show a report: accuracy against energy, what each step bought and cost, and where the numbers come from.

    Example: frugal report runs/digits/report.json --to html --lang fr
    """
    from frugal.report import exports
    from frugal.report.files import write_text
    from frugal.report.json import read_report

    if about_template:
        return _print_template()
    form = to or (out.suffix.lstrip(".") if out is not None and out.suffix else "md")
    if form not in (*_FORMATS, *exports.names()):
        raise InputError(f"--to {form}", allowed=", ".join((*_FORMATS, *exports.names())))
    if not reports:
        raise InputError("no report", allowed="one or more", remedy="frugal report REPORT.json")
    told = [read_report(path) for path in reports]
    if any(option is not None for option in (country, device_class, life_years, hours_a_day)):
        told = [_with_life_cycle(report, country, device_class, life_years, hours_a_day) for report in told]
    told = _with_additions(told, reports[0], ledger or [], about, with_samples)
    text = _exported(form, told) if form in exports.names() else _render(told, form, lang)
    if out is None and form == "html":
        out = _folder(reports[0]) / "report.html"
    if out is None or str(out) == "-":
        sys.stdout.write(text)
    else:
        write_text(out, text)
        print(out)


def _print_template() -> None:
    from frugal.report import declared

    sys.stdout.write(declared.template())


def _folder(report: Path) -> Path:
    return report if report.is_dir() else report.parent


def _with_additions(
    reports: Sequence[Report], first: Path, ledgers: Sequence[Path], about: Path | None, with_samples: bool
) -> list[Report]:
    """What stands in other files: further trainings, declarations, samples; the last of the first report's run."""
    import dataclasses

    from frugal import harm
    from frugal.report import declared, samples_section

    told = [_with_ledgers(report, ledgers) for report in reports] if ledgers else list(reports)
    if about is not None:
        answers = declared.read(about).to_json()
        told = [dataclasses.replace(each, sections={**each.sections, "declared": answers}) for each in told]
    if with_samples:
        if "harm" in told[0].sections:
            told[0] = harm.with_samples(told[0], _folder(first))
        samples = samples_section.read_samples(_folder(first) / "predictions.tsv")
        told[0] = dataclasses.replace(told[0], sections={**told[0].sections, "samples": samples})
    return told


def _with_ledgers(report: Report, ledgers: Sequence[Path]) -> Report:
    """The report with the trainings of further ledgers in its account."""
    import dataclasses

    from frugal import ledger
    from frugal.report.json import check_types

    parts = list(report.training.get("ledger") or [])
    for path in ledgers:
        lines = ledger.read(path)
        if not lines:
            raise InputError(f"--ledger {path} holds no training", allowed="the ledger.jsonl of a run")
        try:
            parts += ledger.account(lines)
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"--ledger {path} is no ledger", allowed="the ledger.jsonl of a run") from error
    whole = dataclasses.replace(report, training={**report.training, "ledger": parts})
    check_types(whole)
    return whole


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


def _exported(form: str, reports: Sequence[Report]) -> str:
    """One report in the form of another tool, with the life cycle that it holds or, without options, that follows."""
    from frugal.report import exports

    if len(reports) > 1:
        raise InputError(f"--to {form} of {len(reports)} reports", allowed="one report")
    [report] = reports
    account: Mapping[str, Any] | None = report.sections.get("life_cycle")
    if account is None:
        account = _with_life_cycle(report).sections["life_cycle"]
    return exports.render(form, report, account)


def _with_life_cycle(
    report: Report,
    country: str | None = None,
    device_class: str | None = None,
    life_years: float | None = None,
    hours_a_day: float | None = None,
) -> Report:
    """The report with the account of its last row in place of the one that it may hold."""
    import dataclasses

    from frugal.energy import lifecycle
    from frugal.energy.factors import manufacture

    if device_class is None and (life_years is not None or hours_a_day is not None):
        raise InputError("a life without --device-class", allowed=", ".join(manufacture.device_classes()))
    device = lifecycle.Device(
        class_name=None if device_class is None else manufacture.device_class(device_class).name,
        life_years=life_years,
        hours_a_day=lifecycle.ASSUMED_HOURS_A_DAY if hours_a_day is None else hours_a_day,
    )
    row = report.rows[-1]
    account = lifecycle.life_cycle(row.energy_mj, row.wall_ms_p50, unit=report.unit, device=device, country=country)
    return dataclasses.replace(report, sections={**report.sections, "life_cycle": account.to_json()})
