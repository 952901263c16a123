"""The error of a model on samples whose truth is known, by the metric that is asked or that its decoder stands for.

Knows no timing. What cannot be scored stays None, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from frugal import answers, metrics, text
from frugal.contract import Artefact, InputError
from frugal.report.records import Row
from frugal.runtime.samples import GivenSamples

USUAL = {"classification": "accuracy", "ctc": "cer"}
"""Decoder -> the metric that needs no asking."""

_BY_ANSWER: dict[str, Callable[[Sequence[str], Sequence[str]], metrics.Scored]] = {
    "accuracy": metrics.error_rate,
    "error_rate": metrics.error_rate,
    "f1": metrics.f1_error,
    "cer": metrics.character_error_rate,
    "wer": metrics.word_error_rate,
}


def check_metric(metric: str | None) -> None:
    """Raises InputError for a metric that does not exist, before anything is measured."""
    if metric is not None and metric not in (*_BY_ANSWER, "mae") and ":" not in metric:
        raise InputError(f"--metric {metric}", allowed=", ".join(metrics.NAMES))


def check_truths(artefact: Artefact, samples: GivenSamples, metric: str | None) -> None:
    """InputError for truths that no answer of the model can be compared with, from its first answers, before timing."""
    if metric in ("accuracy", "f1") and artefact.contract.get("decoder") is None and samples.truths:
        first = answers.decoded(artefact, answers.run_all(artefact, samples.feeds[:8]))
        _check_classes(first, samples.truths)


def with_error(row: Row, artefact: Artefact, samples: GivenSamples | None, *, metric: str | None = None) -> Row:
    """`row` with error, interval and number of samples; without truth or metric, with the reason in its details.

    Args:
        metric: one of `metrics.NAMES`; None takes the usual one of the model's decoder.
    """
    check_metric(metric)
    decoder = artefact.contract.get("decoder")
    metric = metric or USUAL.get(str(decoder))
    reason = _why_not(samples, decoder, metric)
    if reason or samples is None or samples.truths is None or metric is None:
        return row.replace(metric=_printed(metric), details={**row.details, "error_reason": reason})
    scored = _scored(artefact, samples, samples.truths, metric)
    details: dict[str, Any] = {**row.details, "sample_notes": list(samples.notes), **(scored.further or {})}
    if scored.error is None:
        details["error_reason"] = f"{scored.metric} is no share of right answers"
    unknown = _unknown(artefact, samples.truths)
    if unknown:
        details["truths_that_are_no_label"] = unknown[:20]
    return row.replace(
        metric=scored.metric,
        error=scored.error,
        error_low=scored.low,
        error_high=scored.high,
        samples=scored.samples,
        details=details,
    )


def _why_not(samples: GivenSamples | None, decoder: Any, metric: str | None) -> str:
    if samples is None:
        return "no samples were given (--data)"
    if samples.truths is None:
        return "the samples have no truth (--labels, or an array `labels` in the NPZ file)"
    if metric is None:
        named = (
            f"the decoder {decoder} of this model cannot be scored here" if decoder else "the model names no decoder"
        )
        return f"{named} (--metric accuracy, f1, cer, wer, mae or MODULE:FUNCTION)"
    return ""


def _printed(metric: str | None) -> str:
    """The name of the error in a row."""
    return {"accuracy": "error_rate", "f1": "f1_error", None: "error_rate"}.get(metric, str(metric).rpartition(":")[2])


def _scored(artefact: Artefact, samples: GivenSamples, truths: Sequence[str], metric: str) -> metrics.Scored:
    outputs = answers.run_all(artefact, samples.feeds)
    if ":" in metric:
        return metrics.own(metric, list(outputs), truths)
    if metric == "mae":
        return metrics.mean_absolute_error(answers.numbers(artefact, outputs), truths)
    given = answers.decoded(artefact, outputs)
    if len(given) != len(truths):
        raise InputError(f"{len(given)} answers for {len(truths)} labels", allowed="one answer per label")
    if metric in ("accuracy", "f1") and artefact.contract.get("decoder") is None:
        _check_classes(given, truths)
    return _BY_ANSWER[metric](given, truths)


def _check_classes(given: Sequence[str], truths: Sequence[str]) -> None:
    """A stranger's classes are numbers, unless it answers in words itself."""
    if all(answer.isdigit() for answer in given):
        names = [truth for truth in truths if not truth.isdigit()]
        if names:
            raise InputError(
                f"the label {names[0]!r} for a model that names no classes", allowed="positions of classes: 0, 1, 2 ..."
            )


def _unknown(artefact: Artefact, truths: Sequence[str]) -> list[str]:
    """Truths, or characters of them, that the model cannot answer."""
    decoder, labels = artefact.contract.get("decoder"), artefact.contract.get("labels")
    if decoder not in USUAL or not labels:
        return []
    if decoder == "ctc":
        truths = [character for truth in truths for character in text.normalise(truth)]
    return sorted(set(truths) - set(labels))
