"""A search without networks: methods whose effect on size, operations and error is a formula, and trials of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from frugal.gate import Budget, parse_budget
from frugal.report.records import Quantity, Row
from frugal.search.methods import Method
from frugal.search.space import Parameters, Plan
from frugal.search.trials import Trial
from frugal.strengths import Strengths

SIZE, MACS, ERROR = 100_000, 1_000_000, 0.02


@dataclass(frozen=True, kw_only=True)
class Step:
    """A stage that does nothing: only its arguments count."""

    share: float = 1.0
    epochs: int = 0


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """A pass that does nothing."""

    fine: bool = True
    tolerance: float = 1.0


def methods() -> list[Method]:
    """Two that shrink, one that recovers, one that quantises in two ways."""
    return [
        _method("narrow", Step, "shrink", [{"share": 0.8**n} for n in range(1, 9)]),
        _method("thin", Step, "shrink", [{"share": 0.5}, {"share": 0.25}]),
        _method("train", Step, "recover", [{"epochs": n} for n in (1, 2, 4, 8)]),
        _method("round", Rounding, "quantise", [{"fine": True}, {"fine": False}]),
    ]


def _method(name: str, factory: Any, role: Any, settings: list[dict[str, Any]]) -> Method:
    return Method(name=name, factory=factory, arguments={}, strengths=Strengths(role=role, settings=tuple(settings)))


def given_row() -> Row:
    return Row(
        step="given", kind="train", method="Net", metric="error_rate", error=ERROR, error_low=0.0, error_high=0.05,
        samples=200, size_bytes=SIZE, weight_bytes=SIZE, parameters=SIZE, nonzero_parameters=SIZE, macs=MACS,
        details={"model_sha256": "given"},
    )  # fmt: skip


def outcome(plan: Plan) -> Row:
    """`thin` costs half the error of `narrow`; training wins back; rounding quarters the bytes, if coarse it errs."""
    size, macs, harm, epochs = float(SIZE), float(MACS), 0.0, 0
    for method, strength in plan.chosen:
        step = method.step(strength)
        if isinstance(step, Rounding):
            size, harm = size / 4 * (1.0 if step.fine else 0.9), harm + (0.0 if step.fine else 0.05)
        else:
            size, macs, epochs = size * step.share, macs * step.share, epochs + step.epochs
            harm += (1 - step.share) * (0.2 if method.name == "narrow" else 0.1)
    row = given_row()
    return row.replace(
        step=plan.chosen[-1][0].name if plan.chosen else "given",
        error=min(1.0, ERROR + harm / (1 + epochs)),
        size_bytes=round(size),
        macs=round(macs),
        cpu_ms=Quantity.unknown("not measured"),
        details={"model_sha256": plan.told if plan.chosen else "given"},
    )


class Landscape:
    """Stands in for `Trials`: an epoch costs 10 CPU seconds, everything else 1."""

    def __init__(self, budget: str, *, allowance_s: float = 1e9, fails: str = "") -> None:
        self.budget: Budget = parse_budget(budget)
        self.given = SimpleNamespace(row=given_row())
        self.flow = SimpleNamespace(seed=0)
        self.allowance_s = allowance_s
        self.done: list[Trial] = []
        self.fails = fails

    @property
    def spent_s(self) -> float:
        return sum(trial.cpu_s for trial in self.done)

    def of(self, plan: Plan) -> Trial | None:
        return next((trial for trial in self.done if trial.key == plan.key), None)

    def affords(self, plan: Plan) -> bool:
        return self.of(plan) is not None or self.spent_s + 1 + 10 * plan.epochs <= self.allowance_s

    def affords_again(self, plan: Plan) -> bool:
        return self.of(plan) is not None or self.spent_s + 1 <= self.allowance_s

    def run(self, plan: Plan, why: str, parameters: Parameters) -> Trial:
        known = self.of(plan)
        if known is not None:
            return known
        failed = bool(self.fails) and self.fails in plan.told
        trained = any(trial.key == plan.key[:-1] or trial.key[:-1] == plan.key[:-1] for trial in self.done)
        trial = Trial(
            number=len(self.done), why=why, told=plan.told, key=plan.key, parameters=parameters,
            rows=(given_row(),) if failed else (given_row(), outcome(plan)),
            cpu_s=1.0 if trained else 1.0 + 10 * plan.epochs,
            reason="InputError: no" if failed else "",
            failed=next((m.name for m, s in plan.chosen if self.fails in m.told(s)), "") if failed else "",
        )  # fmt: skip
        self.done.append(trial)
        return trial
