"""The error of an artefact on samples whose truth is known, through the decoder that its contract names.

Knows no timing. What cannot be scored stays None, with the reason.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from frugal.contract import Artefact, InputError, Prediction
from frugal.evaluation import bootstrap_interval, ratio_of
from frugal.report.records import Row
from frugal.runtime import classification
from frugal.runtime.samples import GivenSamples
from frugal.runtime.session import open_session

METRICS = ("error_rate",)


def with_error(row: Row, artefact: Artefact, samples: GivenSamples | None, *, metric: str = "error_rate") -> Row:
    """`row` with error, interval and number of samples; without truth or decoder, with the reason in its details."""
    if metric not in METRICS:
        raise InputError(f"--metric {metric}", allowed=", ".join(METRICS))
    reason = _why_not(artefact, samples)
    if reason or samples is None or samples.truths is None:
        return row.replace(metric=metric, details={**row.details, "error_reason": reason})
    unknown = sorted(set(samples.truths) - set(artefact.contract["labels"]))
    tallies = classification.score(_predictions(artefact, samples), samples.truths)
    low, high = bootstrap_interval(tallies)
    details: dict[str, Any] = {**row.details, "sample_notes": list(samples.notes)}
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
    if decoder != "classification":
        return f"the decoder {decoder} of this model cannot be scored here" if decoder else "the model names no decoder"
    return ""


def _predictions(artefact: Artefact, samples: GivenSamples) -> list[Prediction]:
    session = open_session(artefact.model_path)
    name = artefact.contract["outputs"][0]["name"]
    scores = np.concatenate([session(feed)[name] for feed in samples.feeds])  # (B, C)
    return classification.decode(scores, artefact.contract["labels"])
