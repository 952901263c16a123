"""The answer of a search: its best pipeline, scored on samples that the search never saw, and how it was found.

Chooses nothing and measures no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frugal.flow import Flow, Made
from frugal.gate import Budget
from frugal.search.ceilings import told
from frugal.search.methods import Method
from frugal.search.space import Plan
from frugal.search.trials import Trial, Trials


@dataclass(frozen=True)
class Answer:
    """A pipeline that was applied.

    Attributes:
        flow: of the run folder. made: the model as given and the steps of the pipeline, scored on the test samples.
        sections: what the report is to hold besides; of a search how it was found.
    """

    flow: Flow
    made: Sequence[Made]
    sections: Mapping[str, Any] = field(default_factory=dict)


def answered(
    flow: Flow, trials: Trials, best: Trial, methods: Sequence[Method], budget: Budget, left_out: Mapping[str, str]
) -> Answer:
    """Take the steps of the best trial over into the run folder of `flow`."""
    flow.folder.create()
    made = [flow.take_over(each) for each in trials.made(Plan.of(best.key, methods))]
    return Answer(flow, made, {"search": account(trials, best, budget, left_out)})


def account(trials: Trials, best: Trial, budget: Budget, left_out: Mapping[str, str]) -> dict[str, Any]:
    """Every trial with its cost and the interval of its error, as plain JSON values."""
    return {
        "chosen": best.number,
        "kept": not list(told(best.report, budget)),
        "samples": best.last.samples,
        "metric": best.last.metric,
        "cpu_s": round(trials.spent_s, 1),
        "trials": [_line(trial, budget) for trial in sorted(trials.done, key=lambda trial: trial.number)],
        "left_out": dict(left_out),
    }


def _line(trial: Trial, budget: Budget) -> dict[str, Any]:
    line: dict[str, Any] = {
        "number": trial.number,
        "why": trial.why,
        "told": trial.told,
        "cpu_s": round(trial.cpu_s, 1),
    }
    if not trial.is_done:
        return line | {"reason": trial.reason}
    last = trial.last
    found = {name: getattr(last, name) for name in ("error", "error_low", "error_high", "size_bytes", "macs")}
    return line | found | {"cpu_ms": last.cpu_ms.value, "misses": list(told(trial.report, budget))}
