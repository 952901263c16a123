"""`frugal check`: does a report keep its budget? Exit code 0 or 1.

Knows files and words; the comparison is `frugal.gate`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.report.records import Report
    from frugal.report.verdict import Finding

_MACHINE_BOUND = ("cpu_ms", "wall_ms", "peak_memory", "energy_mj")


def command(
    report: Annotated[Path, typer.Argument(help="report.json, or a run folder that holds it.")],
    budget: Annotated[
        str | None, typer.Option(help='Ceilings: "size_bytes<=300k error_increase<=0.003", or a YAML file.')
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Earlier report that increases and ratios refer to; else the first row.")
    ] = None,
    init: Annotated[bool, typer.Option("--init", help="Write this report as the new baseline.")] = False,
    warn_only: Annotated[bool, typer.Option("--warn-only", help="Say what is broken, but exit with 0.")] = False,
    md: Annotated[Path | None, typer.Option(help="Also write a Markdown summary here.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Also write JUnit XML here.")] = None,
) -> int:
    """Check the last row of a report against a budget; exit 1 when a ceiling is broken.

    Example: frugal check report.json --budget "size_bytes<=300k error_increase<=0.003" --baseline baseline.json
    """
    from frugal.gate import findings, parse_budget
    from frugal.report.json import read_report

    if budget is None and not init:
        raise InputError("check without --budget", allowed="a YAML file or ceilings", remedy='--budget "error<=0.02"')
    ceilings = parse_budget(budget) if budget is not None else None
    measured = read_report(report)
    if init:
        _write_baseline(measured, baseline)
    if ceilings is None:
        return 0
    earlier = None if init or baseline is None else _read_baseline(baseline)
    found = findings(measured, ceilings, earlier)
    _note(measured, earlier, found)
    _write_faces(measured, found, str(baseline) if earlier else f"the first row, {measured.rows[0].step}", md, junit)
    broken = print_findings(found, word="warning" if warn_only else "broken")
    return 1 if broken and not warn_only else 0


def _write_baseline(report: Report, path: Path | None) -> None:
    from frugal.report.json import read_report, write_report

    if path is None:
        raise InputError("--init without --baseline", remedy="--init --baseline baseline.json")
    was = None
    if path.exists():
        try:
            was = read_report(path)
        except InputError as error:
            raise InputError(f"{error}, so --init does not overwrite it", remedy="another --baseline") from error
    write_report(report, path)
    note = f"replaced (it was {was.name}, {was.created})" if was else "written"
    print(f"baseline {path} {note}", file=sys.stderr)


def _read_baseline(path: Path) -> Report:
    from frugal.report.json import read_report

    if not path.exists():
        raise InputError(f"baseline {path}, which does not exist", allowed="a report.json", remedy="--init to write it")
    return read_report(path)


def _note(report: Report, baseline: Report | None, findings: Sequence[Finding]) -> None:
    """Say on stderr where a comparison holds less than it seems to."""
    derived = [finding.name for finding in findings if finding.name.endswith(("_increase", "_ratio"))]
    if derived and baseline is None and len(report.rows) == 1:
        print(f"note: {derived[0]} compares the only row with itself; give a --baseline", file=sys.stderr)
    if baseline is None or report.host.get("cpu") == baseline.host.get("cpu"):
        return
    for name in derived:
        if name.startswith(_MACHINE_BOUND):
            pair = f"{report.host.get('cpu')}, the baseline on {baseline.host.get('cpu')}"
            print(f"note: {name} compares two machines: measured on {pair}", file=sys.stderr)


def _write_faces(
    report: Report, findings: Sequence[Finding], against: str, md: Path | None, junit: Path | None
) -> None:
    from frugal.report import verdict
    from frugal.report.files import write_text

    if md is not None:
        write_text(md, verdict.markdown(report, findings, against))
    if junit is not None:
        write_text(junit, verdict.junit(report, findings))


def print_findings(findings: Sequence[Finding], *, word: str = "broken") -> int:
    """The table on stdout, `word` where a ceiling does not hold; returns the number of those."""
    from frugal.report.verdict import found_text, written

    width = max((len(finding.name) for finding in findings), default=0)
    for finding in findings:
        sign = word if finding.violation else "holds"
        print(f"{sign:<7}  {finding.name:<{width}}  {found_text(finding)}  (asked <= {written(finding.asked)})")
    broken = sum(finding.violation is not None for finding in findings)
    print(f"{broken} of {len(findings)} ceilings broken" if findings else "no ceiling asked")
    return broken
