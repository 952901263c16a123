"""What is tried after the sensitivity: what should suit, then draws that learn, the same for the same seed."""

from __future__ import annotations

from frugal.gate import parse_budget
from frugal.report.records import Report
from frugal.search.sampling import draw, expected, siblings
from frugal.search.sensitivity import Sensitivity, look
from tests.unit.search.landscape import Landscape, given_row, methods


def looked(budget: str) -> tuple[Landscape, Sensitivity, Report]:
    trials = Landscape(budget)
    first = Report(name="", created="", seed=None, unit="", rows=(given_row(),))
    return trials, look(trials, methods()), first  # type: ignore[arg-type]


def test_the_mildest_that_should_keep_the_ceilings_comes_first() -> None:
    trials, sensitivity, first = looked("size_bytes<=14k")
    asked = list(expected(sensitivity, first, trials.budget))
    assert asked[0] == {"narrow": 2, "recovery": "train", "train": 1, "quantisation": "round", "round": 0}
    assert (
        sensitivity.expected(asked[0])["size_bytes"]
        <= 0.14
        < sensitivity.expected({**asked[0], "narrow": 1})["size_bytes"]
    )
    assert asked[-1]["train"] == 3, "at the end with the longest recovery"
    assert all(sensitivity.expected(each)["size_bytes"] <= 0.14 for each in asked)


def test_without_a_ceiling_on_costs_a_middle_strength_is_where_to_begin() -> None:
    trials, sensitivity, first = looked("error_increase<=0.01")
    assert {each["narrow"] for each in expected(sensitivity, first, trials.budget) if "narrow" in each} == {3}


def test_draws_depend_on_the_seed_the_number_and_what_was_told() -> None:
    trials, sensitivity, _ = looked("size_bytes<=14k")
    space, told = sensitivity.space, sensitivity.trials
    first = draw(space, told, trials.budget, seed=3, number=5)
    assert draw(space, told, trials.budget, seed=3, number=5) == first
    others = [draw(space, told, trials.budget, seed=3, number=number) for number in range(6, 12)]
    assert any(other != first for other in others)
    assert space.fixed(first).key, "what is drawn is a plan of the space"


def test_draws_learn_what_is_good() -> None:
    """After trials of which only the two strongest of narrow keep the budget, these are drawn more than by chance."""
    budget = parse_budget("size_bytes<=25k")
    trials, sensitivity, _ = looked("size_bytes<=25k")
    space, told = sensitivity.space, []
    for strength in range(-1, 8):
        for training in range(4):
            parameters = {"narrow": strength, "recovery": "train", "train": training}
            told.append((parameters, trials.run(space.fixed(parameters), "sampled", parameters)))
    drawn = [draw(space, told, budget, seed=0, number=number)["narrow"] for number in range(30)]
    assert sum(strength >= 6 for strength in drawn) > 3 * 30 * 2 / 9


def test_siblings_differ_in_their_quantisation_alone() -> None:
    _, sensitivity, _ = looked("size_bytes<=14k")
    trained = {"narrow": 2, "recovery": "train", "train": 1, "quantisation": "round", "round": 0}
    plans = [sensitivity.space.fixed(each) for each in siblings(sensitivity.space, trained)]
    assert {plan.key[:2] for plan in plans} == {sensitivity.space.fixed(trained).key[:2]}
    assert [plan.key[2:] for plan in plans] == [(), ("round fine=True",), ("round fine=False",)]
