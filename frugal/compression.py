"""compress(): apply stages, then passes, to a network or an artefact, or find those that keep a budget.

Knows the order of things; knows no method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as L
from torch import nn

from frugal.benchmarking import BenchSettings
from frugal.contract import Artefact, InputError, Pass, Stage, Task
from frugal.fingerprint import describe, versions
from frugal.flow import Flow, Made
from frugal.gate import Budget, parse_budget
from frugal.pipelines import Subject, apply_steps, flow_of
from frugal.report.records import Report
from frugal.reporting import write_run_report
from frugal.runtime.artefact import write_json
from frugal.search.answer import Answer
from frugal.search.searching import SearchSettings
from frugal.search.searching import search as find
from frugal.steps import RunFolder
from frugal.training import Training


@dataclass(frozen=True, kw_only=True)
class Result:
    """What compress() leaves: the last network (None when it began with an artefact), the artefact and the report."""

    model: nn.Module | None
    artefact: Artefact
    report: Report
    path: Path


def compress(
    model: nn.Module | Artefact,
    steps: Mapping[str, Stage | Pass] | None = None,
    *,
    data: L.LightningDataModule,
    task: Task,
    out: Path | str,
    budget: Budget | str | None = None,
    training: Training | None = None,
    bench: BenchSettings | None = None,
    search: SearchSettings | None = None,
    seed: int = 0,
    about: Mapping[str, Any] | None = None,
    command: str = "",
) -> Result:
    """Run `steps`, or find the steps that keep `budget`; `out` becomes a run folder that begins with `model` as given.

    A search sees the selection samples of `data` only; its answer is measured on the test samples, and
    `report.violations` says what it does not keep. The same call goes on with a search that was interrupted.

    Args:
        model: a network that keeps its arguments in `.hparams`, or an artefact (then passes only).
        steps: name -> stage or pass; stages before passes.
        budget: ceilings as `frugal check` takes them, "size_bytes<=300k error_increase<=0.003".
        training: how a stage's fine-tuning trains.
        search: what a search may cost.
        about: further keys of the artefact's contract (recipe, licence).
        command: what was typed, for the report.

    Raises:
        InputError: a stage after a pass or for an artefact, a budget that no model can keep, or both or neither of
            steps and budget.
    """
    if (steps is None) == (budget is None):
        raise InputError(
            "both or neither of steps and budget", allowed="one of them", remedy='budget="size_bytes<=50k"'
        )
    subject = Subject(
        model=model, task=task, data=data, training=training or Training(), seed=seed, about=dict(about or {})
    )
    bench = bench or BenchSettings()
    ceilings = parse_budget(budget) if isinstance(budget, str) else budget
    if ceilings is None:
        answer = Answer(*_applied(subject, steps or {}, Path(out)))
    else:
        answer = find(subject, ceilings, Path(out), bench, search or SearchSettings())
    flow, made = answer.flow, answer.made
    _write_origin(subject, steps or {}, ceilings, Path(out), command)
    report = write_run_report(flow, made, bench, budget=ceilings, command=command, sections=answer.sections)
    torch_steps = [m for m in made if m.model_folder.exists()]
    last = flow.load(torch_steps[-1]) if torch_steps else None
    return Result(model=last, artefact=made[-1].artefact, report=report, path=Path(out))


def _write_origin(
    subject: Subject, steps: Mapping[str, Stage | Pass], budget: Budget | None, out: Path, command: str
) -> None:
    """What made this folder: task, data, training, steps and budget, the command and the versions."""
    settings = {"task": subject.task, "data": subject.data, "training": subject.training, "seed": subject.seed}
    write_json(out / "config.json", describe({**settings, "steps": steps, "budget": budget}))
    write_json(out / "versions.json", versions())
    if command:
        (out / "command.txt").write_text(command + "\n", encoding="utf-8")


def _applied(subject: Subject, steps: Mapping[str, Stage | Pass], out: Path) -> tuple[Flow, list[Made]]:
    flow = flow_of(subject, subject.data, RunFolder(out))
    flow.folder.create()
    subject.data.setup("fit")
    given = flow.given(subject.model)
    return flow, [given, *apply_steps(flow, steps, given, torch_given=isinstance(subject.model, nn.Module))]
