"""The one scoring path: the same lines score a PyTorch network and an ONNX artefact.

Knows tasks only through their protocol; knows neither torch nor onnxruntime: `predict` hides them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Arrays, Batch, Prediction, Tally, Task

CONFIDENCE = 0.95
RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Every sample's truth, answer and tally, in the order of the data."""

    ids: tuple[str, ...]
    groups: tuple[str, ...] | None
    truths: tuple[Any, ...]
    predictions: tuple[Prediction, ...]
    tallies: tuple[Tally, ...]
    breakdown: dict[str, list[Tally]]

    @property
    def error(self) -> float:
        """Sum of errors / sum of totals: a share of 1."""
        return ratio_of(self.tallies)

    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of the error: over groups (writers) where there are several, else over samples."""
        return bootstrap_interval(self.tallies, self.several_groups)

    @property
    def several_groups(self) -> tuple[str, ...] | None:
        """The group of each sample; None where nobody recorded groups, or where all samples are of one."""
        return self.groups if self.groups is not None and len(set(self.groups)) > 1 else None

    def worst_decile(self) -> float | None:
        """Error over the tenth of the groups (at least one) with the highest error; None without groups."""
        if self.groups is None:
            return None
        errors, totals = _sums_by_group(self.tallies, self.groups)
        errors, totals = errors[totals > 0], totals[totals > 0]
        if not len(errors):
            return None
        order = np.argsort(-errors / totals, kind="stable")[: max(1, len(errors) // 10)]
        return float(errors[order].sum() / totals[order].sum())

    def write_tsv(self, path: Path) -> None:
        """One line a sample: item, writer, truth, answer, confidence, errors."""
        groups = self.groups or ("",) * len(self.ids)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(["item", "group", "truth", "answer", "confidence", "errors"])
            for item, group, truth, answer, tally in zip(
                self.ids, groups, self.truths, self.predictions, self.tallies, strict=True
            ):
                writer.writerow([item, group, truth, answer.value, f"{answer.confidence:.4f}", f"{tally.errors:g}"])


def evaluate(predict: Callable[[Batch], Arrays], task: Task, batches: Iterable[Batch]) -> Evaluation:
    """Run `predict` over `batches` and score the answers; ValueError when there is no sample."""
    ids: list[str] = []
    groups: list[str] = []
    truths: list[Any] = []
    predictions: list[Prediction] = []
    for batch in batches:
        predictions += task.decode(predict(batch))
        truths += task.truths(batch)
        ids += batch.ids
        groups += batch.groups or ()
    if not ids:
        raise ValueError("there is nothing to evaluate: the data set is empty")
    return Evaluation(
        ids=tuple(ids),
        groups=tuple(groups) if groups else None,
        truths=tuple(truths),
        predictions=tuple(predictions),
        tallies=tuple(task.score(predictions, truths)),
        breakdown=task.breakdown(predictions, truths),
    )


def ratio_of(tallies: Sequence[Tally]) -> float:
    """Sum of errors / sum of totals.

    >>> ratio_of([Tally(1, 4), Tally(0, 6)])
    0.1
    """
    return float(sum(t.errors for t in tallies) / sum(t.total for t in tallies))


def bootstrap_interval(tallies: Sequence[Tally], groups: Sequence[str] | None = None) -> tuple[float, float]:
    """Percentile bootstrap (Efron 1979) of `ratio_of`; whole groups are drawn where given (cluster bootstrap).

    Fewer than two groups or samples carry no spread: the interval is then the trivial one, 0 to 1.
    """
    errors, totals = _sums_by_group(tallies, groups if groups is not None else [str(i) for i in range(len(tallies))])
    n = len(errors)
    if n < 2:
        return 0.0, 1.0
    generator = np.random.default_rng(0)
    ratios = np.empty(RESAMPLES)
    for start in range(0, RESAMPLES, 100):
        drawn = generator.integers(0, n, size=(100, n))
        sums = totals[drawn].sum(axis=1)  # 0 where a draw holds nothing to count, such as lines without accents
        ratios[start : start + 100] = np.divide(
            errors[drawn].sum(axis=1), sums, out=np.full(len(sums), np.nan), where=sums > 0
        )
    if not errors.any():  # no error seen in n draws: the rule of three (Hanley 1983) bounds what may hide
        return 0.0, float(min(1.0, 3.0 / n))
    low, high = np.nanquantile(ratios, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _sums_by_group(tallies: Sequence[Tally], groups: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    errors = np.bincount(index, weights=[t.errors for t in tallies])
    totals = np.bincount(index, weights=[t.total for t in tallies])
    return errors, totals
