"""Which of the trials is best: those that keep the budget, with room for the chance that lies in few samples.

Among models that keep it, the one with the lowest error wins where a cost is limited; where errors alone are limited,
the smallest file. A ceiling on errors counts as kept for certain when it would be kept with one standard error of the
difference to the given model on top (the one-standard-error rule: Breiman, Friedman, Olshen, Stone 1984,
"Classification and regression trees", section 3.4.3). Knows rows and budgets; runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from frugal.gate import Budget
from frugal.search.ceilings import limits_error_alone, misses
from frugal.search.trials import Trial


@dataclass(frozen=True, order=True)
class Standing:
    """How good a trial is; less is better, fields in this order.

    Attributes:
        miss: how far the budget is exceeded. doubt: the same with one standard error on top of the error.
        aim: what is to be low: the error, or the size.
    """

    miss: float
    doubt: float
    aim: float
    size_bytes: int
    number: int

    @property
    def value(self) -> float:
        """One number in the same order, as near as one number can."""
        return 1e6 * self.miss + 1e3 * self.doubt + self.aim


def standing(trial: Trial, budget: Budget) -> Standing:
    """The standing of a finished trial on the selection samples."""
    last, first = trial.last, trial.rows[0]
    assert last.error is not None and last.size_bytes is not None and first.size_bytes is not None
    aim = last.size_bytes / first.size_bytes if limits_error_alone(budget) else last.error
    return Standing(
        miss=sum(misses(trial.report, budget).values()),
        doubt=sum(misses(trial.report, budget, margin=trial.spread).values()),
        aim=aim,
        size_bytes=last.size_bytes,
        number=trial.number,
    )


def best_of(trials: Iterable[Trial], budget: Budget) -> Trial:
    """The best finished trial; the nearest to the budget where none keeps it. At least one must be finished."""
    return min((trial for trial in trials if trial.is_done), key=lambda trial: standing(trial, budget))
