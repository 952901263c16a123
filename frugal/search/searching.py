"""The search for a pipeline that keeps a budget, on one page: look at each method alone, then at what is promising.

It sees the selection samples only; what it found is measured again on the test samples, which nothing here looked at.
Knows no method and no format of a report.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import lightning.pytorch as L
from torch import nn

from frugal.benchmarking import BenchSettings
from frugal.contract import Artefact
from frugal.fingerprint import describe, digest
from frugal.gate import Budget
from frugal.pipelines import Subject, flow_of
from frugal.report.records import Report
from frugal.runtime.artefact import parse_onnx
from frugal.search.answer import Answer, answered
from frugal.search.ceilings import (
    ERRORS,
    limits_error_alone,
    misses,
    needs_clock,
    parted,
    refuse_impossible,
    refuse_unmoved,
)
from frugal.search.costs import epoch_cpu_s
from frugal.search.methods import PASSES, STAGES, Method, find_methods
from frugal.search.sampling import draw, expected, siblings
from frugal.search.sensitivity import Sensitivity, look, trains
from frugal.search.space import LEFT_OUT, Parameters, Plan, Space
from frugal.search.standing import best_of, standing
from frugal.search.trials import PLACE, QUICK, Trial, Trials, Watch
from frugal.steps import RunFolder

log = logging.getLogger(__name__)

PATIENCE = 8
"""Draws without a better model after which a search ends that has found one which keeps the budget."""
REPEATS = 60
"""Draws in a row of what was tried already, or costs too much, after which nothing new is to be expected."""


Told = tuple[Parameters, Trial]


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How a search goes about it.

    Attributes:
        cap_cpu_s: CPU seconds that it may cost in all, also over several calls.
        folders: folders of one's own configs, with stage/ or pass/ in them.
    """

    cap_cpu_s: float = 900.0
    folders: tuple[Path, ...] = ()


def search(subject: Subject, budget: Budget, out: Path, bench: BenchSettings, settings: SearchSettings) -> Answer:
    """The best pipeline for `budget`, or the nearest to it, its steps in `out` and scored on the test samples.

    Raises:
        InputError: no model can keep the budget, or what it asks cannot be measured here.
    """
    is_network = isinstance(subject.model, nn.Module)
    methods = find_methods((STAGES, PASSES) if is_network else (PASSES,), folders=settings.folders)
    watch = Watch()
    trials = _trials(subject, methods, budget, out, settings, reserve_s=bench.cap_s + 10)
    given = trials.run(Plan(), "given", {}, watch)
    first = dataclasses.replace(given.report, rows=given.rows[-1:], ratios=())
    refuse_impossible(first, budget, least_bytes=bytes_without_weights(trials.given.artefact))
    left_out: Mapping[str, str] = {}
    if standing(given, budget).miss or limits_error_alone(budget):
        sensitivity = look(trials, methods)
        refuse_unmoved(given.last, [t.last for t in trials.done if t.is_done], budget, sensitivity.left_out)
        left_out = explore(trials, sensitivity, first, budget).left_out
    best = best_of(trials.done, budget)
    log.info("answer: trial %d, measured on the test samples: %s", best.number, best.told)
    return answered(flow_of(subject, subject.data, RunFolder(out)), trials, best, methods, budget, left_out)


def explore(trials: Trials, sensitivity: Sensitivity, given: Report, budget: Budget) -> Sensitivity:
    """What the sensitivity lets expect, then draws, until nothing better comes or the allowance is spent.

    A search that goes on walks the same way again: what is known costs nothing. Returns the sensitivity without the
    methods that train and turned out not to work here.
    """
    whole, told = sensitivity.space, list(sensitivity.trials)
    for promising in expected(sensitivity, given, budget):
        parameters = _strong_enough(trials, whole, promising)
        if parameters is not None and sensitivity.holds(plan := whole.fixed(parameters)) and trials.affords(plan):
            told += _run(trials, whole, parameters, "expected")
            sensitivity = _learnt(sensitivity, told)
    if limits_error_alone(budget):
        told += _as_strong_as_possible(trials, whole, told)
    best, drawn = best_of(trials.done, budget), {trial.key for _, trial in told}
    in_vain = repeats = number = 0
    while repeats < REPEATS and not (in_vain >= PATIENCE and standing(best, budget).doubt == 0):
        usable = [(parameters, trial) for parameters, trial in told if sensitivity.holds(trial)]
        parameters = draw(sensitivity.space, usable, budget, seed=trials.flow.seed, number=number)
        number += 1
        plan = sensitivity.space.fixed(parameters)
        if plan.key in drawn or not trials.affords(plan):
            repeats += 1
            continue
        repeats = 0
        found = _run(trials, sensitivity.space, parameters, "sampled")
        told += found
        drawn |= {plan.key, *(trial.key for _, trial in found)}
        sensitivity = _learnt(sensitivity, told)
        better = best_of([best, *(trial for _, trial in found)], budget)
        in_vain, best = (in_vain + 1 if better is best else 0), better
    return sensitivity


def _strong_enough(trials: Trials, space: Space, parameters: Parameters) -> Parameters | None:
    """The same pipeline, its shrinking as much stronger as the ceilings on costs need; None where none suffices."""
    for method in space.of("shrink"):
        if method.name in parameters:
            strengths = range(parameters[method.name], method.strongest + 1)
            stronger = ({**parameters, method.name: strength} for strength in strengths)
            return next((each for each in stronger if _bare(trials, space.fixed(each))[1]), None)
    return parameters


def _as_strong_as_possible(trials: Trials, space: Space, told: Sequence[Told]) -> list[Told]:
    """Where errors alone are limited: the strongest shrinking that keeps them, by halving from the best so far."""
    methods = [method for method in space.of("shrink") if any(method.name in parameters for parameters, _ in told)]
    trained = [(parameters, trial) for parameters, trial in told if trial.is_done and space.fixed(parameters).epochs]
    if not methods or not trained:
        return []
    parameters, best = min(trained, key=lambda pair: standing(pair[1], trials.budget))
    method = next(method for method in methods if method.name in parameters)
    keeps, found = standing(best, trials.budget).miss == 0, []
    start = parameters[method.name]
    low, high = (start, method.strongest + 1) if keeps else (LEFT_OUT, start)
    while high - low > 1:
        middle = (low + high) // 2
        stronger = {**parameters, method.name: middle}
        if not trials.affords(space.fixed(stronger)):
            break
        found += (step := _run(trials, space, stronger, "expected"))
        keeps = any(trial.is_done and standing(trial, trials.budget).miss == 0 for _, trial in step)
        low, high = (middle, high) if keeps else (low, middle)
    return found


def _bare(trials: Trials, plan: Plan) -> tuple[Trial | None, bool]:
    """The pipeline without its training, and whether its costs keep the budget: training changes no size."""
    bare = Plan(tuple(pair for pair in plan.chosen if not trains(pair[0])))
    if not trials.affords(bare):
        return None, False
    trial = trials.run(bare, "bare", {})
    return trial, trial.is_done and all(parted(name)[0] in ERRORS for name in misses(trial.report, trials.budget))


def _run(trials: Trials, space: Space, parameters: Parameters, why: str) -> list[Told]:
    """A pipeline, which is trained only if its costs keep the budget; then with every other quantisation too."""
    plan = space.fixed(parameters)
    if plan.epochs:
        bare, keeps = _bare(trials, plan)
        if not keeps:
            return [] if bare is None else [(parameters, bare)]
    found = [(parameters, trials.run(plan, why, parameters))]
    if plan.epochs and found[0][1].is_done:
        for other in siblings(space, parameters):
            sibling = space.fixed(other)
            if sibling.key != plan.key and trials.affords_again(sibling):
                found.append((other, trials.run(sibling, "sibling", other)))
    return found


def _learnt(sensitivity: Sensitivity, told: Sequence[Told]) -> Sensitivity:
    """Without the method that failed the last trial, if it trains and never worked."""
    if not told:
        return sensitivity
    last = told[-1][1]
    worked = {part.partition(" ")[0] for _, trial in told if trial.is_done for part in trial.key}
    if last.failed and last.failed not in worked and sensitivity.is_training(last.failed):
        return sensitivity.without(last.failed, last.reason)
    return sensitivity


def _trials(
    subject: Subject, methods: Sequence[Method], budget: Budget, out: Path, settings: SearchSettings, reserve_s: float
) -> Trials:
    """The trials of `out`, those of earlier calls included."""
    flow = flow_of(subject, _without_test(subject.data), RunFolder(out, place=PLACE))
    flow.folder.create()
    subject.data.setup("fit")
    given = flow.given(subject.model)
    choices = [[method.told(strength) for strength in range(method.strongest + 1)] for method in methods]
    known = [describe(method.factory) for method in methods], choices, describe(subject.training)
    return Trials(
        flow=flow,
        given=given,
        ground=digest(given.step.digest, given.network, known, describe(QUICK) if needs_clock(budget) else ""),
        budget=budget,
        allowance_s=settings.cap_cpu_s - min(reserve_s, 0.2 * settings.cap_cpu_s),
        epoch_cpu_s=epoch_cpu_s(subject) if isinstance(subject.model, nn.Module) else 0.0,
    )


def _without_test(data: L.LightningDataModule) -> L.LightningDataModule:
    """The same data with the selection samples in the place of the test samples: all that a search may see."""
    view = copy.copy(data)
    view.test_dataloader = data.val_dataloader  # type: ignore[method-assign]
    return view


def bytes_without_weights(artefact: Artefact) -> int:
    """What the file of the artefact would take if its weights were empty."""
    model = parse_onnx(artefact.model_path)
    for tensor in model.graph.initializer:
        for field in ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data"):
            tensor.ClearField(field)
    return len(model.SerializeToString())
