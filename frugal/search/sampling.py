"""Where to look next: what the sensitivity lets expect first, then a model of good and bad choices (optuna).

Tree-structured Parzen estimator: Bergstra, Bardenet, Bengio, Kégl, "Algorithms for hyper-parameter optimization", NIPS
2011. Every draw has a seed of its own, from the seed of the search and the number of the trial, and what was tried is
told to a new study: a search that was interrupted goes on as if it had not been. Knows optuna; runs no trial.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from itertools import islice
from types import ModuleType
from typing import Any

from frugal.extras import require
from frugal.gate import Budget
from frugal.report.records import MEASURED, Quantity, Report
from frugal.search.ceilings import AS_GOOD_AS_RIGHT, ERRORS, limits_error_alone, misses, parted
from frugal.search.sensitivity import COSTS, Sensitivity, Shares, cost, parameters_of, share_of, trains
from frugal.search.space import NONE, Parameters, Space
from frugal.search.standing import standing
from frugal.search.trials import Trial

START_UP = 8
"""Trials that the estimator needs to know; before so many, draws are random."""
WORST = 1e9
Told = Sequence[tuple[Parameters, Trial]]


def expected(sensitivity: Sensitivity, given: Report, budget: Budget) -> Iterator[Parameters]:
    """Pipelines that should just keep the ceilings on costs: the mildest of each shrinking method that does so.

    With the quantisation that costs least for what it saves, and first half the longest recovery, then the longest.
    Where errors alone are limited, a shrinking of middle strength is where to begin.
    """
    space = sensitivity.space
    rounded: Parameters = next((parameters for parameters, _ in _quantised(sensitivity, budget)), {})
    for divisor in (2, 1):
        for recovery in [parameters_of(m, m.strongest // divisor) for m in space.of("recover")] or [{}]:
            for method in space.of("shrink"):
                mildest = method.strongest // 2 if limits_error_alone(budget) else 0
                strengths = range(mildest, method.strongest + 1)
                tries = ({method.name: strength, **recovery, **rounded} for strength in strengths)
                kept = (each for each in tries if _should_keep(sensitivity.expected(each), given, budget))
                yield from islice(kept, 1)


def siblings(space: Space, parameters: Parameters) -> Iterator[Parameters]:
    """The same pipeline with every other quantisation, and with none: passes cost little once a network is trained."""
    quantising = [method for method in space.of("quantise") if not trains(method)]
    names = {"quantisation", *(method.name for method in quantising)}
    same = {name: value for name, value in parameters.items() if name not in names}
    if quantising:
        yield {**same, "quantisation": NONE}
    for method in quantising:
        yield from ({**same, **parameters_of(method, strength)} for strength in method.all_strengths)


def draw(space: Space, told: Told, budget: Budget, *, seed: int, number: int) -> Parameters:
    """The parameters to try as trial `number`, given what all others led to."""
    optuna = require("optuna", extra="train")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed * 100_003 + number, n_startup_trials=START_UP)
    study = optuna.create_study(sampler=sampler)
    study.add_trials([_finished(optuna, space, parameters, trial, budget) for parameters, trial in told])
    asked = study.ask()
    chosen: Parameters = {}

    def choose(name: str, choices: Sequence[Any]) -> Any:
        chosen[name] = (
            asked.suggest_int(name, choices[0], choices[-1])
            if isinstance(choices, range)
            else asked.suggest_categorical(name, choices)
        )
        return chosen[name]

    space.plan(choose)
    return chosen


def _quantised(sensitivity: Sensitivity, budget: Budget) -> Told:
    """The quantisations alone, the best first: what they save of what is limited, against the errors they add."""
    names = {method.name for method in sensitivity.space.of("quantise")}
    limited = {parted(name)[0] for name, _ in budget.asked()} & set(COSTS) or {"size_bytes"}

    def price(pair: tuple[Parameters, Trial]) -> float:
        errors = [(row.error or 0.0) + AS_GOOD_AS_RIGHT for row in (pair[1].last, pair[1].rows[0])]
        return math.log(errors[0] / errors[1]) + sum(math.log(share_of(pair[1], name)) for name in limited)

    return sorted((pair for pair in sensitivity.trials if names & set(pair[0].values())), key=price)


def _should_keep(shares: Shares, given: Report, budget: Budget) -> bool:
    """Whether a model with these shares of the given one's costs and with its error would keep the budget."""
    first = given.rows[0]
    changed: dict[str, Any] = {}
    for name, share in shares.items():
        known = cost(first, name)
        if known is not None:
            value = known * share
            changed[name] = Quantity(value=value, high=value) if name in MEASURED else round(value)
    report = dataclasses.replace(given, rows=(first, first.replace(**changed)), ratios=())
    return all(parted(name)[0] in ERRORS for name in misses(report, budget))


def _finished(optuna: ModuleType, space: Space, parameters: Parameters, trial: Trial, budget: Budget) -> Any:
    """A trial as a study holds it; one that could not be run is worse than any other."""
    choices = space.choices(parameters)
    return optuna.trial.create_trial(
        params={name: chosen for name, (chosen, _) in choices.items()},
        distributions={name: _distribution(optuna, offered) for name, (_, offered) in choices.items()},
        value=standing(trial, budget).value if trial.is_done else WORST,
    )


def _distribution(optuna: ModuleType, choices: Sequence[Any]) -> Any:
    if isinstance(choices, range):
        return optuna.distributions.IntDistribution(choices[0], choices[-1])
    return optuna.distributions.CategoricalDistribution(choices)
