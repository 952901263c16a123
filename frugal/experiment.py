"""Experiment: the whole configuration as one frozen dataclass; `run()` is the story on one page.

Knows the order train, stages, passes, measure, report; knows neither Hydra nor any plug-in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightning.pytorch as L
from lightning.pytorch.loggers import Logger
from torch import nn

from frugal.benchmarking import BenchSettings
from frugal.contract import InputError, Pass, Stage, Task
from frugal.fingerprint import describe, versions
from frugal.flow import Flow
from frugal.gate import Budget
from frugal.initial import Initial, find_initial
from frugal.pipelines import apply_steps
from frugal.report.records import Report
from frugal.reporting import write_run_report
from frugal.runtime.artefact import write_json
from frugal.steps import RunFolder
from frugal.training import Training

log = logging.getLogger(__name__)
SEEDS = 2**32
"""What numpy's and scikit-learn's generators take, and torch's too."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything that decides a run.

    Attributes:
        model: factory, called with `num_outputs=`.
        initial: a trained network to go on from: a name of the zoo or a run folder; its alphabet may be another one.
        stages, passes: name -> step, in order; stages come first.
        bench: how the artefacts are timed. budget: what the last row may cost.
        licence: for the artefact's contract: `{"weights": ..., "sources": [{name, licence, credit, restriction}]}`.
        out: the run folder. fresh: run every step again.
    """

    name: str
    task: Task
    model: Callable[..., nn.Module]
    data: L.LightningDataModule
    training: Training
    initial: str | None = None
    stages: Mapping[str, Stage] = field(default_factory=dict)
    passes: Mapping[str, Pass] = field(default_factory=dict)
    bench: BenchSettings = field(default_factory=BenchSettings)
    budget: Budget = field(default_factory=Budget)
    licence: Mapping[str, Any] | None = None
    logger: Logger | None = None
    seed: int = 0
    out: str = "runs/experiment"
    fresh: bool = False

    def run(self, command: str = "") -> Report:
        """Train, compress, export, measure, report; finished steps of an earlier run are taken over."""
        flow = self._flow()
        self._write_origin(Path(self.out), command)
        trained = flow.train(self.model, self._initial())
        made = [trained, *apply_steps(flow, {**self.stages, **self.passes}, trained)]
        return write_run_report(flow, made, self.bench, budget=self.budget, command=command)

    def train(self) -> nn.Module:
        """Train (or take over) the network alone, in evaluation mode."""
        flow = self._flow()
        return flow.load(flow.train(self.model, self._initial()))

    def _initial(self) -> Initial | None:
        return None if self.initial is None else find_initial(self.initial)

    def _flow(self) -> Flow:
        self._check()
        flow = Flow(
            name=self.name,
            task=self.task,
            data=self.data,
            training=self.training,
            seed=self.seed,
            folder=RunFolder(Path(self.out), fresh=self.fresh),
            about={} if self.licence is None else {"licence": dict(self.licence)},
            logger=self.logger,
        )
        flow.folder.create()
        self.data.setup("fit")
        return flow

    def _check(self) -> None:
        if not isinstance(self.seed, int) or not 0 <= self.seed < SEEDS:
            raise InputError(f"seed={self.seed!r}", allowed=f"one whole number from 0 to {SEEDS - 1}", remedy="seed=0")
        twice = set(self.stages) & set(self.passes)
        if twice:
            raise InputError(f"{sorted(twice)[0]} names both a stage and a pass", allowed="distinct names")
        labels, known = getattr(self.task, "labels", None), getattr(self.data, "labels", None)
        if labels is not None and known is not None and list(labels) != list(known):
            raise InputError(
                f"task.labels={''.join(labels)} but the data has {''.join(known)}",
                allowed="the same labels in the same order",
                remedy=f"task.labels={''.join(known)}",
            )

    def _write_origin(self, out: Path, command: str) -> None:
        """What made this folder: the whole configuration, the command and the versions."""
        write_json(out / "config.json", describe(self))
        write_json(out / "versions.json", versions())
        if command:
            (out / "command.txt").write_text(command + "\n", encoding="utf-8")
