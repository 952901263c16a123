"""The whole search on a landscape that a formula makes: it finds, it stops, it goes on as if never interrupted."""

from __future__ import annotations

import pytest

from frugal.report.records import Report
from frugal.search import searching
from frugal.search.searching import bytes_without_weights
from frugal.search.sensitivity import look
from frugal.search.standing import best_of, standing
from frugal.testing import tiny
from tests.unit.search.landscape import Landscape, given_row, methods


def explored(budget: str, trials: Landscape | None = None, **changes: object) -> Landscape:
    trials = trials or Landscape(budget, **changes)  # type: ignore[arg-type]
    first = Report(name="", created="", seed=None, unit="", rows=(given_row(),))
    searching.explore(trials, look(trials, methods()), first, trials.budget)  # type: ignore[arg-type]
    return trials


@pytest.mark.parametrize("budget", ["size_bytes<=14k", "macs_ratio<=0.1", "size_bytes<=5k error_increase<=0.05"])
def test_a_budget_that_can_be_kept_is_kept(budget: str) -> None:
    trials = explored(budget)
    assert standing(best_of(trials.done, trials.budget), trials.budget).miss == 0
    assert len(trials.done) < 120


def test_the_best_that_there_is_is_found() -> None:
    """Of all that have at most a fifth of the operations, thin and the longest training harm least."""
    trials = explored("macs_ratio<=0.25")
    best = best_of(trials.done, trials.budget)
    assert best.key[:2] == ("thin share=0.25", "train epochs=8")


def test_a_budget_that_cannot_be_kept_ends_at_the_nearest() -> None:
    trials = explored("size_bytes<=200", allowance_s=2000.0)
    best = best_of(trials.done, trials.budget)
    assert standing(best, trials.budget).miss > 0
    assert best.last.size_bytes == min(trial.last.size_bytes or 0 for trial in trials.done)


def test_it_costs_no_more_than_it_may() -> None:
    trials = explored("size_bytes<=200", allowance_s=300.0)
    assert trials.spent_s <= 300.0


def test_an_interrupted_search_goes_on_as_if_it_had_not_been() -> None:
    whole = explored("size_bytes<=5k error_increase<=0.05")
    half = Landscape("size_bytes<=5k error_increase<=0.05")
    half.done = whole.done[: len(whole.done) // 2]
    explored("", half)
    assert [trial.told for trial in half.done] == [trial.told for trial in whole.done]


def test_each_trained_network_is_tried_with_every_rounding() -> None:
    trials = explored("size_bytes<=14k")
    trained = {trial.key[:-1] for trial in trials.done if "train epochs" in str(trial.key[-2:-1])}
    assert trained
    for beginning in trained:
        endings = {trial.key[-1] for trial in trials.done if trial.key[:-1] == beginning}
        assert {"round fine=True", "round fine=False"} <= endings


def test_nothing_is_trained_whose_size_could_not_do() -> None:
    trials = explored("size_bytes<=5k")
    trained = [trial for trial in trials.done if "train epochs" in str(trial.key) and trial.why != "sibling"]
    assert trained and all(trial.last.size_bytes <= 5000 for trial in trained)
    assert any(trial.why == "bare" for trial in trials.done)


def test_where_errors_alone_are_limited_the_shrinking_is_as_strong_as_it_may_be() -> None:
    """The neighbours of the best in strength: the stronger one does not keep the errors."""
    trials = explored("error_increase<=0.01")
    best = best_of(trials.done, trials.budget)
    assert standing(best, trials.budget).miss == 0 and best.last.size_bytes <= 8_000
    middle = [trial for trial in trials.done if trial.key[:2] == ("narrow share=0.4096000000000001", "train epochs=8")]
    assert middle, "where it begins"


def test_training_that_does_not_work_here_is_tried_once() -> None:
    trials = explored("size_bytes<=14k", fails="train epochs")
    assert sum(bool(trial.reason) for trial in trials.done) == 1
    assert standing(best_of(trials.done, trials.budget), trials.budget).miss == 0


def test_a_space_that_is_exhausted_ends_the_search() -> None:
    trials = explored("size_bytes<=5k", fails="narrow")
    assert len(trials.done) <= 3 * (1 + 4) * (1 + 2) + 1, "of narrow one trial failed, the rest of the space is small"


@pytest.mark.trains
def test_bytes_without_weights_are_what_no_pass_can_go_below(tmp_path) -> None:  # type: ignore[no-untyped-def]
    small = tiny.artefact(tiny.network(width=4).eval(), tmp_path / "small")
    large = tiny.artefact(tiny.network(width=16).eval(), tmp_path / "large")
    floor = bytes_without_weights(large)
    assert 0 < floor < small.size_bytes < large.size_bytes
    assert abs(floor - bytes_without_weights(small)) < 50
