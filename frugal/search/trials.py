"""Trials: one pipeline each, run on the selection samples and written down, so that an interrupted search goes on.

A trial is a line of `trials.jsonl`. Its steps lie in `trials/` of the run folder under the hash of what made them: two
trials that begin alike share what they share. Knows no strategy.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frugal import ledger
from frugal.benchmarking import BenchSettings, measure
from frugal.fitting import energy_afterwards
from frugal.flow import Flow, Made, parity_feeds
from frugal.gate import Budget
from frugal.harm import change, read_answers
from frugal.pipelines import is_pass
from frugal.report.records import Ratio, Report, Row
from frugal.search.ceilings import needs_clock, told
from frugal.search.space import Parameters, Plan
from frugal.steps import RunFolder

log = logging.getLogger(__name__)

PLACE = "trials"
FILE = "trials.jsonl"
QUICK = BenchSettings(ci=0.03, cap_s=3.0, warm_up_s=0.3)
"""How a trial is timed, where the budget speaks of time, memory or energy."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One pipeline that was tried.

    Attributes:
        why: given, alone (sensitivity), bare (before training), expected (what the sensitivity let expect), sampled, or
            sibling of one of these with another quantisation.
        told: the pipeline in words. key: the same for comparing.
        rows: the model as given and what the pipeline left, scored on the selection samples; one row where it failed.
        change, spread: difference of the two errors on the same samples, and its standard error.
        cpu_s: everything that it cost, in CPU seconds; of these training_cpu_s for `epochs` epochs of training.
        reason: why it failed; "" where it did not. failed: the step that did.
    """

    number: int
    why: str
    told: str
    key: tuple[str, ...]
    parameters: Parameters
    rows: tuple[Row, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    change: float = 0.0
    spread: float = 0.0
    cpu_s: float = 0.0
    training_cpu_s: float = 0.0
    epochs: int = 0
    reason: str = ""
    failed: str = ""

    @property
    def is_done(self) -> bool:
        return not self.reason

    @property
    def last(self) -> Row:
        """What the pipeline left."""
        return self.rows[-1]

    @property
    def report(self) -> Report:
        """As the gate reads it."""
        return Report(name=self.told, created="", seed=None, unit="", rows=self.rows, ratios=self.ratios)

    def to_json(self) -> dict[str, Any]:
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        lists = {name: [entry.to_json() for entry in plain[name]] for name in ("rows", "ratios")}
        return plain | lists

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trial:
        values = {f.name: data[f.name] for f in dataclasses.fields(cls)}
        return cls(
            **values
            | {
                "key": tuple(data["key"]),
                "rows": tuple(Row.from_json(row) for row in data["rows"]),
                "ratios": tuple(Ratio.from_json(ratio) for ratio in data["ratios"]),
            }
        )


@dataclass(kw_only=True)
class Trials:
    """Runs plans on `given`; `done` holds what was tried, also by an earlier process.

    Attributes:
        flow: sees the selection samples only; its steps lie in `trials/`.
        ground: the hash of everything that the trials depend on; lines of another one are left alone.
        budget: decides whether what a pipeline left is timed too.
        allowance_s: CPU seconds that trials may cost in all.
        epoch_cpu_s: CPU seconds that an epoch of training should cost, as long as no trial has told.
    """

    flow: Flow
    given: Made
    ground: str
    budget: Budget
    allowance_s: float
    epoch_cpu_s: float = 0.0
    done: list[Trial] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.done = self._read()

    @property
    def spent_s(self) -> float:
        """CPU seconds of all trials so far."""
        return sum(trial.cpu_s for trial in self.done)

    def affords(self, plan: Plan) -> bool:
        """Whether a plan is known, or likely to cost no more than what is left."""
        return self.of(plan) is not None or self.spent_s + self.expected_cpu_s(plan) <= self.allowance_s

    def affords_again(self, plan: Plan) -> bool:
        """The same for a plan whose training is done: only its passes are new."""
        passes = [pair for pair in plan.chosen if is_pass(pair[0].step(pair[1]))]
        return self.of(plan) is not None or self.spent_s + self.expected_cpu_s(Plan(tuple(passes))) <= self.allowance_s

    def expected_cpu_s(self, plan: Plan) -> float:
        """What a plan will cost if none of its steps is finished: epochs and steps as dear as the dearest so far."""
        trained = [trial.training_cpu_s / trial.epochs for trial in self.done if trial.epochs and trial.training_cpu_s]
        fixed = [(trial.cpu_s - trial.training_cpu_s) / max(1, len(trial.key)) for trial in self.done]
        return max(trained, default=self.epoch_cpu_s) * plan.epochs + max(fixed, default=0.0) * len(plan.chosen)

    def of(self, plan: Plan) -> Trial | None:
        """The trial of that plan, if it was tried."""
        return next((trial for trial in self.done if trial.key == plan.key), None)

    def run(self, plan: Plan, why: str, parameters: Parameters, watch: Watch | None = None) -> Trial:
        """Try `plan`, or take what an earlier process found; a plan that cannot be run is a trial with a reason.

        Args:
            watch: runs already, where the trial's cost began before this call.
        """
        known = self.of(plan)
        if known is not None and (
            known.last.cpu_ms.value is not None or not needs_clock(self.budget) or not known.is_done
        ):
            return known
        number = len(self.done) if known is None else known.number
        trial = Trial(number=number, why=why, told=plan.told, key=plan.key, parameters=parameters)
        log.info("trial %d: %s", number, plan.told)
        trial = self._tried(trial, plan, watch or Watch())
        log.info("  %s", said(trial, self.budget))
        self.done = [*(other for other in self.done if other.number != number), trial]
        self._write(trial)
        return trial

    def made(self, plan: Plan) -> list[Made]:
        """The finished steps of a plan that was tried, the given model first; nothing is run again."""
        return [self.given, *self._walk(plan)]

    def _tried(self, trial: Trial, plan: Plan, watch: Watch) -> Trial:
        known = len(ledger.read(self._ledger))
        made, status = [self.given], "interrupted"
        found: dict[str, Any] = {"rows": (self.given.row,)}
        try:
            for step in self._walk(plan):
                made.append(step)
            found, status = self._found(made[-1]), "done"
        except OSError:  # a full disk would fail every trial
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
            names = [method.name for method, _ in plan.chosen]
            status = "failed"
            found |= {"reason": reason, "failed": [*names, ""][len(made) - 1]}
        finally:
            entered = ledger.read(self._ledger)[known:]
            training_cpu_s = float(sum(line["cpu_s"] for line in entered if ledger.is_training(line)))
            self._enter(trial, status, watch, sum(line["cpu_s"] for line in entered))
        found |= {"cpu_s": watch.cpu_s, "training_cpu_s": training_cpu_s, "epochs": plan.epochs}
        return dataclasses.replace(trial, **found)

    def _walk(self, plan: Plan) -> Iterator[Made]:
        """The steps one after another, in `trials/`; those that an earlier plan began with are there already."""
        place = RunFolder(self.flow.folder.path, count=self.flow.folder.count, place=PLACE)
        flow, last = dataclasses.replace(self.flow, folder=place), self.given
        steps: Mapping[str, Any] = plan.steps()
        for name, step in steps.items():
            last = flow.apply(name, step, last) if is_pass(step) else flow.stage(name, step, last)
            yield last

    def _found(self, last: Made) -> dict[str, Any]:
        """Rows, ratios and the change of the error."""
        answers = [
            read_answers(each.step.path / "predictions.tsv", self.flow.task.metric.name) for each in (self.given, last)
        ]
        difference, spread = change(*answers)
        rows, ratios = self._measured(last) if needs_clock(self.budget) else ((self.given.row, last.row), ())
        return {"rows": rows, "ratios": ratios, "change": difference, "spread": spread}

    def _measured(self, last: Made) -> tuple[tuple[Row, ...], tuple[Ratio, ...]]:
        """Both rows with time, memory and energy, measured interleaved."""
        pair = (self.given, last)
        names = [each.row.step for each in pair] if last is not self.given else ["given", "again"]
        feeds = parity_feeds(self.given.artefact)
        measured = measure([each.artefact for each in pair], QUICK, feeds=feeds, names=names)
        rows = tuple(each.row.replace(**quantities) for each, quantities in zip(pair, measured.quantities, strict=True))
        return rows, measured.ratios

    @property
    def _ledger(self) -> Path:
        return self.flow.folder.path / "ledger.jsonl"

    def _enter(self, trial: Trial, status: str, watch: Watch, entered_cpu_s: float) -> None:
        """A line of the ledger for what the trial cost beyond its trainings and passes."""
        cpu_s = max(0.0, watch.cpu_s - entered_cpu_s)
        line = {
            "what": f"trial {trial.number}",
            "kind": ledger.TRIAL,
            "experiment": self.flow.name,
            "seed": self.flow.seed,
            "fit": f"trial/{self.ground[:8]}/{trial.number}",
            "status": status,
            "started": watch.started,
            "wall_s": round(watch.wall_s, 3),
            "epochs": 0,
            "cpu_s": round(cpu_s, 3),
            "energy_j": energy_afterwards(cpu_s).to_json(),
        }
        ledger.append(self._ledger, line)

    def _write(self, trial: Trial) -> None:
        ledger.append(self.flow.folder.path / FILE, {"ground": self.ground, **trial.to_json()})

    def _read(self) -> list[Trial]:
        """Trials on the same ground; of two with one number the later one counts."""
        lines = [line for line in ledger.read(self.flow.folder.path / FILE) if line.get("ground") == self.ground]
        return list({line["number"]: Trial.from_json(line) for line in lines}.values())


def said(trial: Trial, budget: Budget) -> str:
    """What became of a trial, for people, on one line."""
    cost = f"{trial.cpu_s:.1f} CPU s"
    if not trial.is_done:
        return f"failed ({trial.reason}), {cost}"
    row = trial.last
    shares = [None if each is None else f"{100 * each:.2f}" for each in (row.error, row.error_low, row.error_high)]
    time = "" if row.cpu_ms.value is None else f", {row.cpu_ms.value:.3g} CPU ms"
    missed = "; ".join(told(trial.report, budget)) or "keeps the budget"
    macs = "" if row.macs is None else f", {row.macs / 1e6:.3g} M MACs"
    size = f"{(row.size_bytes or 0) / 1e3:.1f} kB"
    return f"error {shares[0]} % ({shares[1]}-{shares[2]}), {size}{macs}{time}; {missed}; {cost}"


class Watch:
    """CPU and wall time since it was made, of this process and of those that it started and that have ended."""

    def __init__(self) -> None:
        self.started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        self._cpu_s, self._wall_s = _cpu_s(), time.perf_counter()

    @property
    def cpu_s(self) -> float:
        return _cpu_s() - self._cpu_s

    @property
    def wall_s(self) -> float:
        return time.perf_counter() - self._wall_s


def _cpu_s() -> float:
    return sum(os.times()[:4])
