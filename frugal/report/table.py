"""Runs side by side: mean and spread over seeds, as Markdown, CSV or LaTeX.

Knows reports; reads no file. Runs that differ only in their seed share a row per step.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from frugal.contract import InputError
from frugal.report import further_errors, markdown
from frugal.report.csv import safe
from frugal.report.numerals import Numerals
from frugal.report.records import Quantity, Report, Row
from frugal.report.words import voice

COLUMNS = ("error", "size_bytes", "weight_bytes", "parameters", "macs", "cpu_ms", "energy_mj")
FORMATS = ("md", "csv", "tex")
_EXACT = ("size_bytes", "weight_bytes", "parameters", "macs")
_OWN = re.compile(r"(?:^|\s)(?:(?:seed|out)=\S+|--(?:seed|out)[= ]\S+)")
"""What may differ between the commands of runs that belong together."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Mean and sample standard deviation (n - 1) of what is known; both None when nothing comparable is."""

    mean: float | None
    sd: float | None
    n: int
    method: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step of one group of runs."""

    run: str
    step: str
    seeds: tuple[int | None, ...]
    cells: Mapping[str, Spread]
    command: str


def render(reports_by_run: Mapping[str, Report], to: str = "md") -> str:
    """A table of all runs; `reports_by_run` maps a run (its path) to its report.

    Raises:
        InputError: an unknown format, no run, or the same seed twice among runs that belong together.
    """
    faces = {"md": _markdown, "csv": _csv, "tex": _latex}
    if to not in faces:
        raise InputError(f"--to {to}", allowed=", ".join(FORMATS))
    if not reports_by_run:
        raise InputError("no run", allowed="run folders or report.json files")
    return faces[to](lines(reports_by_run))


def lines(reports_by_run: Mapping[str, Report]) -> list[Line]:
    """One line per step of each group, groups in the order in which they were first given."""
    found = []
    names = columns(reports_by_run.values())
    for runs in group(reports_by_run):
        reports = list(runs.values())
        seeds = tuple(report.seed for report in reports)
        known = [seed for seed in seeds if seed is not None]
        if len(set(known)) < len(known):
            twice = next(seed for seed in known if known.count(seed) > 1)
            raise InputError(
                f"two runs of {reports[0].name} with seed {twice} ({', '.join(runs)})",
                allowed="one run per seed",
                remedy="leave one out",
            )
        for index, row in enumerate(reports[0].rows):
            cells = {name: spread([report.rows[index] for report in reports], name) for name in names}
            line = Line(run=reports[0].name, step=row.step, seeds=seeds, cells=cells, command=_command(reports))
            found.append(line)
    return found


def columns(reports: Iterable[Report]) -> tuple[str, ...]:
    """What is averaged: the error, the further errors of any row (`error_wer`, `worst_decile` ...), then the costs."""
    further = further_errors.names(row for report in reports for row in report.rows)
    return (COLUMNS[0], *map(further_errors.key, further), *COLUMNS[1:])


def group(reports_by_run: Mapping[str, Report]) -> list[dict[str, Report]]:
    """Runs with the same name, unit, steps, processor and command (but for seed and output folder) belong together."""
    groups: dict[tuple[object, ...], dict[str, Report]] = {}
    for run, report in reports_by_run.items():
        steps = tuple((row.step, row.kind, row.method, row.metric) for row in report.rows)
        key = (report.name, report.unit, steps, str(report.host.get("cpu")), _without_seed(_raw_command(report)))
        groups.setdefault(key, {})[run] = report
    return list(groups.values())


def spread(rows: Sequence[Row], name: str) -> Spread:
    """Mean and spread of one column. Energies of different methods are not averaged."""
    given = [getattr(row, name) if name in COLUMNS else _further(row, name) for row in rows]
    methods = sorted({cell.method for cell in given if isinstance(cell, Quantity) and cell.value is not None})
    numbers = [cell.value if isinstance(cell, Quantity) else cell for cell in given]
    known = [float(number) for number in numbers if number is not None]
    if not known or len(methods) > 1:
        return Spread(mean=None, sd=None, n=0, method="/".join(methods))
    mean = math.fsum(known) / len(known)
    squares = math.fsum((number - mean) ** 2 for number in known)
    sd = math.sqrt(squares / (len(known) - 1)) if len(known) > 1 else None
    return Spread(mean=mean, sd=sd, n=len(known), method="".join(methods))


def _further(row: Row, key: str) -> float | None:
    found = further_errors.find(row, key.removeprefix("error_"))
    return None if found is None else found.error


def _raw_command(report: Report) -> str:
    return " ".join(str(report.about.get("command") or "").split())


def _without_seed(command: str) -> str:
    return " ".join(_OWN.sub("", command).split())


def _command(reports: Sequence[Report]) -> str:
    """The command of a row; for several runs what they share, with their seeds."""
    commands = list(dict.fromkeys(map(_raw_command, reports)))
    if len(commands) == 1:
        return commands[0] or "unknown"
    seeds = ",".join(str(report.seed) for report in reports)
    return f"{_without_seed(commands[0])} seed={seeds}"


def _markdown(table: Sequence[Line]) -> str:
    rows = tuple(
        (line.run, line.step, str(len(line.seeds)), *(_cell(line, name) for name in line.cells), line.command)
        for line in table
    )
    return markdown.table(_head(table), rows, words=2, commands=1) + "\n\n" + _footnote() + "\n"


def _head(table: Sequence[Line]) -> tuple[str, ...]:
    english = voice("en")
    names = (
        name if name in COLUMNS[1:] else f"{english.name('further', name.removeprefix('error_'))}, %"
        for name in table[0].cells
    )
    return ("run", "step", "n", *names, "command")


def _csv(table: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    measured = [f"{name}{part}" for name in table[0].cells for part in ("", "_sd", "_n")]
    writer.writerow(("run", "step", "n", "seeds", *measured, "energy_method", "command"))
    for line in table:
        cells = [part for cell in line.cells.values() for part in _parts(cell)]
        seeds = " ".join("unknown" if seed is None else str(seed) for seed in line.seeds)
        texts = (line.run, line.step, len(line.seeds), seeds, *cells, line.cells["energy_mj"].method, line.command)
        writer.writerow([safe(cell) for cell in texts])
    return out.getvalue()


def _parts(cell: Spread) -> tuple[float | None, float | None, int]:
    return cell.mean, cell.sd, cell.n


def _latex(table: Sequence[Line]) -> str:
    """A booktabs table; needs `booktabs` and `array`."""
    rule = "ll" + "r" * (1 + len(table[0].cells)) + r">{\raggedright\arraybackslash}p{5cm}"
    body = []
    for line in table:
        cells = [line.run, line.step, str(len(line.seeds)), *(_cell(line, name) for name in line.cells)]
        body.append(" & ".join([*map(_tex, cells), rf"\texttt{{{_tex(line.command)}}}"]) + r" \\")
    return "\n".join(
        [
            "% " + _footnote(),
            rf"\begin{{tabular}}{{{rule}}}",
            r"\toprule",
            " & ".join(map(_tex, _head(table))) + r" \\",
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )


def _cell(line: Line, name: str) -> str:
    """`1.85 ± 0.12`, with how many runs know it where that is not all of them."""
    cell = line.cells[name]
    if cell.mean is None:
        return f"not comparable (methods {cell.method})" if "/" in cell.method else "unknown"
    numerals = Numerals(space=" ")
    if name not in COLUMNS[1:]:
        right = name.removeprefix("error_") in further_errors.SHOWN_AS_RIGHT
        shares = (1 - cell.mean if right else cell.mean, cell.sd)
        parts = [numerals.fixed(100 * end, 2) for end in shares if end is not None]
    elif name in _EXACT:
        parts = [numerals.count(end) for end in (cell.mean, cell.sd) if end is not None]
    else:
        parts = [numerals.significant(end, 3 - at) for at, end in enumerate((cell.mean, cell.sd)) if end is not None]
    text = " ± ".join(parts) + (f" {cell.method}" if name == "energy_mj" else "")
    return text if cell.n == len(line.seeds) else f"{text} (n = {cell.n})"


def _footnote() -> str:
    return (
        "Mean ± standard deviation (n - 1) over the runs of a row, which differ only in their seed; n: how many runs. "
        "Spread over seeds only: the calibration range of an energy is in its report; its letter is the method."
    )


_TEX = {char: f"\\{char}" for char in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
    '"': r"\textquotedbl{}",
}


def _tex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in " ".join(text.split()))
