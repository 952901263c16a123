"""Errors, intervals and the worst writers, against hand-made tallies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frugal.contract import Batch, Prediction, Tally
from frugal.evaluation import Evaluation, bootstrap_interval, evaluate, ratio_of


def _evaluation(errors: list[float], groups: list[str] | None) -> Evaluation:
    n = len(errors)
    return Evaluation(
        ids=tuple(f"i{k}" for k in range(n)),
        groups=None if groups is None else tuple(groups),
        truths=("a",) * n,
        predictions=tuple(Prediction(value="b" if e else "a", confidence=0.5) for e in errors),
        tallies=tuple(Tally(e, 1.0) for e in errors),
        breakdown={},
    )


def test_error_is_the_sum_of_errors_over_the_sum_of_totals() -> None:
    assert ratio_of([Tally(3, 10), Tally(0, 30)]) == pytest.approx(3 / 40)


def test_interval_of_samples_is_close_to_the_normal_one() -> None:
    tallies = [Tally(float(k % 5 == 0), 1.0) for k in range(1000)]
    low, high = bootstrap_interval(tallies)
    half = 1.96 * np.sqrt(0.2 * 0.8 / 1000)
    assert low == pytest.approx(0.2 - half, abs=0.004)
    assert high == pytest.approx(0.2 + half, abs=0.004)


def test_writers_who_differ_widen_the_interval() -> None:
    tallies = [Tally(float(k < 200), 1.0) for k in range(1000)]
    groups = [str(k // 100) for k in range(1000)]
    wide, narrow = bootstrap_interval(tallies, groups), bootstrap_interval(tallies)
    assert wide[1] - wide[0] > 3 * (narrow[1] - narrow[0])


def test_no_error_seen_is_no_proof_of_none() -> None:
    assert bootstrap_interval([Tally(0, 1)] * 300) == (0.0, pytest.approx(0.01))


def test_one_writer_tells_nothing_about_others() -> None:
    assert bootstrap_interval([Tally(0, 1), Tally(1, 1)], ["w", "w"]) == (0.0, 1.0)


def test_worst_decile_is_the_error_of_the_worst_writers() -> None:
    errors = [1.0, 1.0] + [0.0] * 38
    groups = [str(k // 2) for k in range(40)]
    assert _evaluation(errors, groups).worst_decile() == pytest.approx(0.5)
    assert _evaluation(errors, None).worst_decile() is None


def test_predictions_are_written_one_line_a_sample(tmp_path: Path) -> None:
    _evaluation([0.0, 1.0], ["w", "v"]).write_tsv(tmp_path / "p.tsv")
    lines = (tmp_path / "p.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["item", "group", "truth", "answer", "confidence", "errors"]
    assert lines[2].split("\t") == ["i1", "v", "a", "b", "0.5000", "1"]


def test_an_empty_data_set_is_refused() -> None:
    def predict(batch: Batch) -> dict[str, np.ndarray]:
        return {}

    with pytest.raises(ValueError, match="empty"):
        evaluate(predict, None, [])  # type: ignore[arg-type]


def test_samples_of_one_writer_are_drawn_one_by_one() -> None:
    tallies = tuple(Tally(float(number % 2), 1.0) for number in range(40))
    found = Evaluation(
        ids=tuple(map(str, range(40))),
        groups=("she",) * 40,
        truths=("x",) * 40,
        predictions=(Prediction(value="x", confidence=1.0),) * 40,
        tallies=tallies,
        breakdown={},
    )
    low, high = found.interval()
    assert 0.3 < low < 0.5 < high < 0.7


def test_a_writer_of_empty_lines_is_not_the_worst() -> None:
    found = Evaluation(
        ids=("a", "b"),
        groups=("she", "he"),
        truths=("", "x"),
        predictions=(Prediction(value="", confidence=1.0),) * 2,
        tallies=(Tally(0.0, 0.0), Tally(1.0, 1.0)),
        breakdown={},
    )
    assert found.worst_decile() == 1.0
