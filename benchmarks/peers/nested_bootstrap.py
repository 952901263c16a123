"""Intervals where a training was repeated: seeds are drawn anew, and lines, the same ones for every seed and arm.

(Lines drawn for each seed by themselves would average out what all seeds owe to the same few lines.)

Shapes: `S` seeds, `N` lines; a run is (S, N, 2): errors and characters of each line.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

RESAMPLES = 2000


def error_of(run: np.ndarray) -> tuple[float, float, float]:
    """Mean over seeds of errors / characters, with its 95 % interval."""
    return _interval(run[None], lambda errors: errors[0])


def ratio_of(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Error of `ours` / error of `theirs` with its 95 % interval."""
    return _interval(np.stack([ours, theirs]), lambda errors: errors[0] / errors[1])


def difference_of(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Error of `ours` - error of `theirs` with its 95 % interval."""
    return _interval(np.stack([ours, theirs]), lambda errors: errors[0] - errors[1])


def _interval(runs: np.ndarray, of: Callable[[np.ndarray], np.float64]) -> tuple[float, float, float]:
    """`of` the errors of the arms in `runs` (arms, S, N, 2), and where it lies in 95 % of the redraws."""
    random = np.random.default_rng(0)
    _, seeds, lines, _ = runs.shape
    drawn = []
    for _ in range(RESAMPLES):
        some = runs[:, random.integers(seeds, size=seeds)]
        drawn.append(of(_errors(some[:, :, random.integers(lines, size=lines)])))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(of(_errors(runs))), float(low), float(high)


def _errors(runs: np.ndarray) -> np.ndarray:
    """(arms, S, N, 2) -> (arms,): errors / characters, mean over seeds."""
    sums = runs.sum(axis=2)
    return np.asarray((sums[..., 0] / sums[..., 1]).mean(axis=1))
