"""The error of an artefact on samples whose truth is known, through the decoder that its contract names.

Knows no timing. What cannot be scored stays None, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from frugal import text
from frugal.contract import Artefact, InputError, Prediction, Tally
from frugal.evaluation import bootstrap_interval, ratio_of
from frugal.report.records import Row
from frugal.runtime import classification, ctc
from frugal.runtime.line_scores import word_score
from frugal.runtime.samples import GivenSamples
from frugal.runtime.session import open_session

Score = Callable[[Sequence[Prediction], Sequence[str]], list[Tally]]


METRICS: dict[str, dict[str, Score]] = {
    "classification": {"error_rate": classification.score},
    "ctc": {"cer": ctc.score, "wer": word_score},
}
"""Decoder -> what its answers can be scored by, the usual one first."""


def with_error(row: Row, artefact: Artefact, samples: GivenSamples | None, *, metric: str | None = None) -> Row:
    """`row` with error, interval and number of samples; without truth or decoder, with the reason in its details.

    Args:
        metric: one of the decoder's; None takes its usual one.
    """
    scores = METRICS.get(str(artefact.contract.get("decoder")), {})
    if metric is not None and metric not in (scores or {name for each in METRICS.values() for name in each}):
        raise InputError(f"--metric {metric}", allowed=", ".join(scores or sorted({*METRICS["ctc"], "error_rate"})))
    metric = metric or next(iter(scores), "error_rate")
    reason = _why_not(artefact, samples)
    if reason or samples is None or samples.truths is None:
        return row.replace(metric=metric, details={**row.details, "error_reason": reason})
    tallies = scores[metric](_predictions(artefact, samples), samples.truths)
    low, high = bootstrap_interval(tallies)
    details: dict[str, Any] = {**row.details, "sample_notes": list(samples.notes)}
    unknown = _unknown(artefact, samples.truths)
    if unknown:
        details["truths_that_are_no_label"] = unknown[:20]
    return row.replace(
        metric=metric, error=ratio_of(tallies), error_low=low, error_high=high, samples=len(tallies), details=details
    )


def _why_not(artefact: Artefact, samples: GivenSamples | None) -> str:
    if samples is None:
        return "no samples were given (--data)"
    if samples.truths is None:
        return "the samples have no truth (--labels, or an array `labels` in the NPZ file)"
    decoder = artefact.contract.get("decoder")
    if decoder not in METRICS:
        return f"the decoder {decoder} of this model cannot be scored here" if decoder else "the model names no decoder"
    return ""


def _unknown(artefact: Artefact, truths: Sequence[str]) -> list[str]:
    """Truths, or characters of them, that the model cannot answer."""
    if artefact.contract["decoder"] == "ctc":
        truths = [character for truth in truths for character in text.normalise(truth)]
    return sorted(set(truths) - set(artefact.contract["labels"]))


def _predictions(artefact: Artefact, samples: GivenSamples) -> Sequence[Prediction]:
    session = open_session(artefact.model_path)
    contract = artefact.contract
    name = contract["outputs"][0]["name"]
    scores = [session(feed)[name] for feed in samples.feeds]
    if contract["decoder"] == "ctc":  # lines differ in width: one by one
        return [ctc.decode(line, contract["labels"], blank=contract["blank"])[0] for line in scores]
    return classification.decode(np.concatenate(scores), contract["labels"])
