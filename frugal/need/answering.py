"""From a problem to a report: which ways of answering are tried, and the verdict in its section `need`.

Knows every alternative by name; knows no terminal and no file.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path

from frugal.benchmarking import BenchSettings, package_versions
from frugal.need.alternative import Graph, Program
from frugal.need.comparing import compare
from frugal.need.linear import Linear
from frugal.need.majority import Majority
from frugal.need.nearest import Nearest
from frugal.need.network import networks
from frugal.need.problem import Problem
from frugal.need.rule import Rule
from frugal.need.template import Template
from frugal.need.tesseract import Tesseract
from frugal.report.need import decided
from frugal.report.records import Report

GRAPHS: tuple[Graph, ...] = (
    Majority(),
    Template(),
    Nearest(side=7),
    Nearest(side=28),
    Linear(cells=4),
    Linear(cells=7),
)
"""Tried on every problem that they fit, in this order."""


def answer(
    problem: Problem,
    asked_error: float,
    settings: BenchSettings,
    *,
    models: Sequence[str] = (),
    rules: Sequence[str] = (),
    language: str = "fra",
    command: str = "",
) -> Report:
    """Every way of answering as a row, the chosen one (or the nearest) last, and the verdict.

    Args:
        models: networks, by folder, file or zoo name; none given: the zoo's own.
        rules: FILE.py:function each. language: of Tesseract.
    """
    programs: tuple[Program, ...] = (*(Rule(place=place) for place in rules), Tesseract(language=language))
    found = networks(problem, models)
    with tempfile.TemporaryDirectory(prefix="frugal-need-") as folder:
        candidates, rows, host = compare(problem, GRAPHS, programs, found, settings=settings, folder=Path(folder))
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    need = decided(
        candidates=candidates,
        asked_error=asked_error,
        data=problem.name,
        unit=problem.unit,
        metric=problem.metric,
        samples=len(problem.test),
        created=created,
        command=command,
    )
    named = need.chosen or need.nearest
    return Report(
        name=f"need-{problem.name}",
        created=created,
        seed=0,
        unit=problem.unit,
        rows=tuple(sorted(rows, key=lambda row: row.step == named)),
        versions=package_versions(),
        host=host,
        about={"command": command, "task": problem.task, "data": problem.name},
        sections={"need": need.to_json()},
    )
