"""How answers compare with the truth: error rate, macro F1, characters, words, absolute error, or a user's function.

Each gives an error as a share of 1 with its 95 % interval, except the mean absolute error, which is in the unit of the
labels. Knows no model and no file.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError, Prediction, Tally
from frugal.energy.statistics import mean_interval
from frugal.evaluation import bootstrap_interval, ratio_of
from frugal.runtime import classification, ctc
from frugal.runtime.line_scores import word_score

Outputs = Sequence[Mapping[str, np.ndarray]]
RESAMPLES = 1000
NAMES = ("accuracy", "f1", "cer", "wer", "mae", "MODULE:FUNCTION")
"""As they are asked for; a row names the error: error_rate, f1_error, cer, wer, mae, or the function."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """An error under its name; `error` is None where it is no share of 1, and `further` then holds what was found."""

    metric: str
    samples: int
    error: float | None = None
    low: float | None = None
    high: float | None = None
    further: Mapping[str, Any] | None = None


def error_rate(answers: Sequence[str], truths: Sequence[str]) -> Scored:
    """Share of samples with another label than the truth."""
    return _tallied("error_rate", classification.score(_predictions(answers), truths))


def character_error_rate(answers: Sequence[str], truths: Sequence[str]) -> Scored:
    return _tallied("cer", ctc.score(_predictions(answers), truths))


def word_error_rate(answers: Sequence[str], truths: Sequence[str]) -> Scored:
    return _tallied("wer", word_score(_predictions(answers), truths))


def f1_error(answers: Sequence[str], truths: Sequence[str]) -> Scored:
    """1 - macro F1 over the classes of the truth; 95 % percentile bootstrap over samples.

    F1 of a class is 2 tp / (2 tp + fp + fn) (van Rijsbergen 1979); the classes weigh the same, however rare.
    """
    classes = sorted(set(truths))
    known = {name: index for index, name in enumerate(classes)}
    given = np.array([known.get(answer, -1) for answer in answers])
    right = np.array([known[truth] for truth in truths])
    value = 1 - _macro_f1(given, right, len(classes))
    generator = np.random.default_rng(0)
    draws = (generator.integers(len(right), size=len(right)) for _ in range(RESAMPLES))
    values = [1 - _macro_f1(given[draw], right[draw], len(classes)) for draw in draws]
    low, high = np.quantile(values, [0.025, 0.975])
    samples = len(truths)
    return Scored(metric="f1_error", samples=samples, error=value, low=min(low, value), high=max(high, value))


def mean_absolute_error(answers: Sequence[float], truths: Sequence[str]) -> Scored:
    """In the unit of the labels, with Student's interval; no share of 1, so `error` stays None."""
    try:
        right = [float(truth) for truth in truths]
    except ValueError as error:
        raise InputError(f"--metric mae with labels that are no numbers ({error})", allowed="numbers") from None
    _check_lengths(answers, truths)
    found = mean_interval([abs(answer - truth) for answer, truth in zip(answers, right, strict=True)])
    ends = {"low": max(found.low, 0.0), "high": found.high} if math.isfinite(found.high) else {}
    further = {"mae": {"value": found.value, **ends, "method": "scored"}}
    return Scored(metric="mae", samples=len(truths), further=further)


def own(name: str, outputs: Outputs, truths: Sequence[str]) -> Scored:
    """The user's `MODULE:FUNCTION`: (outputs of every call, labels) -> error in [0, 1], or one error per sample."""
    function = _function(name)
    found = _called(name, function, outputs, truths)
    try:
        errors = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError):
        errors = np.empty(0)
    if errors.ndim > 1 or not errors.size or not np.all((errors >= 0) & (errors <= 1)):
        raise InputError(f"{name} returned {found!r:.60}", allowed="an error in [0, 1], or one per sample")
    metric = name.rpartition(":")[2]
    if errors.ndim == 0:
        return Scored(metric=metric, samples=len(truths), error=float(errors))
    _check_lengths(errors, truths)
    return _tallied(metric, [Tally(float(error), 1.0) for error in errors])


def _called(name: str, function: Callable[..., Any], outputs: Outputs, truths: Sequence[str]) -> Any:
    try:
        return function(list(outputs), list(truths))
    except Exception as error:  # the user's code may raise anything
        raise InputError(
            f"--metric {name} raised {type(error).__name__} ({error})",
            allowed="a function of (outputs of every call, labels)",
            remedy="FRUGAL_DEBUG=1 for its traceback",
        ) from error


def _tallied(metric: str, tallies: Sequence[Tally]) -> Scored:
    low, high = bootstrap_interval(tallies)
    return Scored(metric=metric, samples=len(tallies), error=ratio_of(tallies), low=low, high=high)


def _predictions(answers: Sequence[str]) -> list[Prediction]:
    return [Prediction(value=answer, confidence=1.0) for answer in answers]


def _macro_f1(given: np.ndarray, right: np.ndarray, classes: int) -> float:
    hits = np.bincount(right[given == right], minlength=classes)
    answered = np.bincount(given[given >= 0], minlength=classes)
    present = np.bincount(right, minlength=classes)
    total = answered + present
    return float(np.mean(2 * hits[total > 0] / total[total > 0]))


def _check_lengths(answers: Sequence[Any] | np.ndarray, truths: Sequence[str]) -> None:
    if len(answers) != len(truths):
        raise InputError(f"{len(answers)} answers for {len(truths)} labels", allowed="one answer per label")


def _function(name: str) -> Callable[..., Any]:
    """The function; modules beside the working directory count, as they do for `python -m`."""
    module, _, attribute = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        function = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # importing runs the user's code
        raise InputError(f"--metric {name} ({error})", allowed=", ".join(NAMES)) from error
    if not callable(function):
        raise InputError(f"--metric {name} is no function", allowed=", ".join(NAMES))
    found: Callable[..., Any] = function
    return found
