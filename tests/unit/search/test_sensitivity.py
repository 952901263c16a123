"""Each method alone: what is tried, what is left out and why, and what it lets expect."""

from __future__ import annotations

import pytest

from frugal.search.sensitivity import NO_TIME, Sensitivity, look
from tests.unit.search.landscape import Landscape, methods


def looked(**changes: object) -> tuple[Sensitivity, Landscape]:
    trials = Landscape("size_bytes<=20k", **changes)  # type: ignore[arg-type]
    return look(trials, methods()), trials  # type: ignore[arg-type]


def test_a_few_strengths_of_each_are_tried_the_cheap_ones_first() -> None:
    result, trials = looked()
    names = [trial.key[0].partition(" ")[0] for trial in trials.done]
    assert list(dict.fromkeys(names)) == ["round", "narrow", "thin"], "what trains is not tried alone"
    assert {name: names.count(name) for name in names} == {"round": 2, "narrow": 3, "thin": 2}
    assert [method.name for method in result.methods] == ["round", "narrow", "thin", "train"]
    assert result.left_out == {}
    assert sorted(result.found["narrow"]) == [0, 3, 7], "mildest, middle, strongest"


def test_sizes_of_several_methods_are_expected_to_multiply() -> None:
    result, _ = looked()
    shares = result.expected({"narrow": 0, "thin": 1, "quantisation": "round", "recovery": "train", "train": 3})
    assert shares["macs"] == pytest.approx(0.8 * 0.25)
    assert shares["size_bytes"] == pytest.approx(0.8 * 0.25 * 0.25)
    assert shares["cpu_ms"] == 1.0, "never measured"


def test_between_the_strengths_that_were_tried_lines_are_drawn() -> None:
    result, _ = looked()
    assert result.expected({"narrow": 1})["macs"] == pytest.approx(0.8**2), "straight in the logarithm"


def test_a_method_that_cannot_be_used_is_left_out_with_its_reason() -> None:
    result, _ = looked(fails="thin")
    assert result.left_out == {"thin": "InputError: no"}
    assert "thin" not in [method.name for method in result.methods]


def test_settings_beyond_the_strongest_that_works_are_left_out() -> None:
    result, trials = looked(fails="share=0.167")  # the strongest of narrow
    (narrow,) = [method for method in result.methods if method.name == "narrow"]
    assert narrow.strongest == 5, "three quarters of the way is tried next"
    assert sorted(result.found["narrow"]) == [0, 2, 5]
    assert any(trial.reason for trial in trials.done)


def test_what_leaves_the_same_file_is_no_method_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.unit.search.landscape.outcome", lambda plan: Landscape("macs<=1").given.row.replace(step="same")
    )
    result, _ = looked()
    assert result.left_out["round"] == "leaves the same file as the model as given"
    assert result.left_out["narrow"] == "removes nothing"


def test_a_quantisation_that_saves_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Landscape("macs<=1").given.row.replace(size_bytes=97_000)
    monkeypatch.setattr(
        "tests.unit.search.landscape.outcome", lambda plan: large.replace(details={"model_sha256": plan.told})
    )
    result, _ = looked()
    assert result.left_out["round"] == "saves less than 5%"


def test_without_time_the_rest_is_not_tried() -> None:
    result, trials = looked(allowance_s=4.0)
    assert len(trials.done) == 4
    assert result.left_out == {"thin": NO_TIME}


def test_a_method_of_no_use_leaves_the_space() -> None:
    result, trials = looked()
    plan = result.space.fixed({"narrow": 0, "recovery": "train", "train": 1})
    assert result.holds(plan) and result.is_training("train") and not result.is_training("thin")
    smaller = result.without("train", "no such loss")
    assert not smaller.holds(plan) and smaller.left_out == {"train": "no such loss"}
    assert "recovery" not in smaller.space.choices({}) and smaller.holds(trials.done[0])
