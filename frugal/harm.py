"""The harm audit: who pays for a smaller model. Errors by class and by writer before and after, answers that changed.

Works on the `predictions.tsv` files that lie beside finished steps. Counts only: which samples changed, and what they
say, is `changed_samples`, which nothing calls unless a person asks for it. Knows no model and no page.
"""

from __future__ import annotations

import csv
import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal import text
from frugal.contract import InputError, Prediction, Tally
from frugal.evaluation import Evaluation, bootstrap_interval
from frugal.report.records import Report
from frugal.runtime.calibration import expected_calibration_error

ALLOWED = "the predictions.tsv of a finished step"
COLUMNS = ("item", "group", "truth", "answer", "confidence", "errors")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a model answered to every sample, as its `predictions.tsv` tells it.

    Attributes:
        confidences: in [0, 1]. errors: per sample. totals: what `errors` is out of (1, or the characters of a line).
    """

    items: tuple[str, ...]
    groups: tuple[str, ...] | None
    truths: tuple[str, ...]
    answers: tuple[str, ...]
    confidences: np.ndarray
    errors: np.ndarray
    totals: np.ndarray

    @property
    def evaluation(self) -> Evaluation:
        """The same as the scoring path holds it."""
        return Evaluation(
            ids=self.items,
            groups=self.groups,
            truths=self.truths,
            predictions=tuple(
                Prediction(value=answer, confidence=confidence)
                for answer, confidence in zip(self.answers, self.confidences.tolist(), strict=True)
            ),
            tallies=_tallies(self.errors, self.totals),
            breakdown={},
        )

    @property
    def units(self) -> tuple[str, ...]:
        """What samples belong together by: their writer, or nothing but themselves."""
        return self.evaluation.several_groups or self.items


def read_answers(path: Path, metric: str) -> Answers:
    """The answers in a `predictions.tsv` of a step whose error is `metric` (cer counts characters, others samples)."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        columns = {name: tuple(row[name] or "" for row in rows) for name in COLUMNS}
        confidences, errors = (np.array(columns[name], dtype=float) for name in ("confidence", "errors"))
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise InputError(
            f"{path} cannot be read ({error})", allowed="the predictions.tsv of a finished step"
        ) from error
    if not rows:
        raise InputError(f"{path} holds no sample", allowed="the predictions.tsv of a finished step")
    lengths = [len(text.normalise(truth)) if metric == "cer" else 1 for truth in columns["truth"]]
    return Answers(
        items=columns["item"],
        groups=columns["group"] if any(columns["group"]) else None,
        truths=columns["truth"],
        answers=columns["answer"],
        confidences=confidences,
        errors=errors,
        totals=np.array(lengths, dtype=float),
    )


def change(before: Answers, after: Answers) -> tuple[float, float]:
    """Error after minus error before on the same samples, and the standard error of that difference.

    Samples of one writer are taken together.
    """
    _check_same(before, after)
    _, index = np.unique(np.asarray(before.units), return_inverse=True)
    sums = np.bincount(index, weights=after.errors - before.errors)
    total = before.totals.sum()
    spread = math.sqrt(len(sums) * float(sums.var(ddof=1))) if len(sums) > 1 else 0.0
    return float(sums.sum() / total), spread / float(total)


def audit(before: Answers, after: Answers, *, names: tuple[str, str], metric: str) -> dict[str, Any]:
    """The account `harm` of a report, as plain JSON values; holds no sample, no text and no writer's name.

    Args:
        names: the steps that are compared.
        metric: how the error of both is counted.
    """
    _check_same(before, after)
    right, still = before.errors == 0, after.errors == 0
    moved = np.array([a != b for a, b in zip(before.answers, after.answers, strict=True)])
    return {
        "before": names[0],
        "after": names[1],
        "metric": metric,
        "samples": len(before.items),
        "error": {"before": before.evaluation.error, "after": after.evaluation.error},
        "change": _interval_of_change(before, after),
        "changed": {
            "answers": int(moved.sum()),
            "newly_wrong": int((right & ~still).sum()),
            "newly_right": int((~right & still).sum()),
            "otherwise_wrong": int((moved & ~right & ~still).sum()),
        },
        "calibration": {"before": calibration_error(before), "after": calibration_error(after)},
        "classes": by_class(before, after, metric),
        "writers": by_writer(before, after),
    }


def with_samples(report: Report, run: Path) -> Report:
    """The report of `run` whose audit names writers and shows the samples that changed: personal data.

    Raises:
        InputError: the report holds no audit, or its run folder no longer the answers.
    """
    account = report.sections.get("harm")
    if account is None:
        raise InputError(f"{report.name} without a harm audit", allowed="a report of two steps or more")
    steps = {row.step: str(row.details.get("digest", ""))[:8] for row in report.rows}
    answers = []
    for name in (account["before"], account["after"]):
        found = sorted(run.glob(f"steps/*-{name}-{steps.get(name, '')}/predictions.tsv"))
        if not found:
            raise InputError(f"{run} without the answers of the step {name}", allowed="the whole run folder")
        answers.append(read_answers(found[0], account["metric"]))
    named = {"changed_samples": changed_samples(*answers), "writer_errors": writer_errors(*answers)}
    return dataclasses.replace(report, sections={**report.sections, "harm": {**account, **named}})


def calibration_error(answers: Answers) -> float:
    """Expected calibration error of "this sample is wholly right" (Guo et al. 2017)."""
    return expected_calibration_error(answers.confidences, answers.errors == 0)


def by_class(before: Answers, after: Answers, metric: str) -> list[dict[str, Any]]:
    """Error of each class before and after, the most harmed first: a class is a label, for lines a character."""
    first, second = (_class_tallies(answers, metric) for answers in (before, after))
    rows = [
        {"class": label, "count": int(total), "before": wrong / total, "after": second[label][0] / total}
        for label, (wrong, total) in first.items()
    ]
    return sorted(rows, key=lambda row: (row["before"] - row["after"], row["class"]))


def by_writer(before: Answers, after: Answers) -> dict[str, Any] | None:
    """How many writers are read worse, better and as before, and the worst tenth; None where none are recorded."""
    if before.groups is None or len(set(before.groups)) < 2:
        return None
    changes = [row["after"] - row["before"] for row in writer_errors(before, after)]
    return {
        "count": len(changes),
        "worse": sum(moved > 0 for moved in changes),
        "better": sum(moved < 0 for moved in changes),
        "largest_rise": max(0.0, *changes),
        "worst_decile": {"before": before.evaluation.worst_decile(), "after": after.evaluation.worst_decile()},
    }


def writer_errors(before: Answers, after: Answers) -> list[dict[str, Any]]:
    """Error of each writer before and after, by name, the most harmed first: personal data."""
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3))
    if before.groups is not None:
        for group, *values in zip(before.groups, before.errors, after.errors, before.totals, strict=True):
            sums[group] += values
    rows = [
        {"writer": name, "count": int(total), "before": float(first / total), "after": float(second / total)}
        for name, (first, second, total) in sums.items()
        if total
    ]
    return sorted(rows, key=lambda row: (row["before"] - row["after"], row["writer"]))


def changed_samples(before: Answers, after: Answers) -> list[dict[str, str]]:
    """The samples whose answer changed, newly wrong ones first, with truth and both answers: personal data."""
    _check_same(before, after)
    rows = zip(before.items, before.truths, before.answers, after.answers, strict=True)
    rises = (after.errors - before.errors).tolist()
    moved = [
        (rise, {"item": item, "truth": truth, "before": first, "after": second})
        for rise, (item, truth, first, second) in zip(rises, rows, strict=True)
        if first != second
    ]
    return [sample for _, sample in sorted(moved, key=lambda pair: (-pair[0], pair[1]["item"]))]


def _interval_of_change(before: Answers, after: Answers) -> dict[str, float]:
    """The change with its paired interval; without one where no sample's errors changed: nothing can be drawn."""
    differences = after.errors - before.errors
    if not differences.any():
        return {"value": 0.0}
    low, high = bootstrap_interval(_tallies(differences, before.totals), before.units)
    return {"value": change(before, after)[0], "low": low, "high": high}


def _check_same(before: Answers, after: Answers) -> None:
    if before.items != after.items or before.truths != after.truths:
        raise InputError("answers to different samples", allowed="two steps scored on the same samples")


def _tallies(errors: np.ndarray, totals: np.ndarray) -> tuple[Tally, ...]:
    return tuple(Tally(*pair) for pair in zip(errors.tolist(), totals.tolist(), strict=True))


def _class_tallies(answers: Answers, metric: str) -> dict[str, tuple[float, float]]:
    """Class -> (how often it was answered wrongly, how often it stands in the truth)."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for label, wrong in _class_errors(answers, metric):
        sums[label][0] += wrong
        sums[label][1] += 1
    return {label: (wrong, total) for label, (wrong, total) in sums.items()}


def _class_errors(answers: Answers, metric: str) -> Iterator[tuple[str, bool]]:
    pairs: Sequence[tuple[str, str]] = list(zip(answers.truths, answers.answers, strict=True))
    if metric != "cer":
        yield from ((truth, truth != answer) for truth, answer in pairs)
        return
    for truth, answer in pairs:
        aligned = text.align(text.normalise(truth), text.normalise(answer))
        yield from ((right, right != given) for right, given in aligned if right)
