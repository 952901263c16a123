"""Pipelines of methods: their order, their names, and that the same choices give the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from frugal.search.space import Plan, Space
from tests.unit.search.landscape import methods

SPACE = Space(tuple(methods()))


def test_left_out_is_the_default() -> None:
    assert SPACE.fixed({}) == Plan()
    assert SPACE.fixed({}).told == "as given" and SPACE.fixed({}).steps() == {}


def test_shrinking_comes_before_recovery_and_rounding_last() -> None:
    plan = SPACE.fixed({"narrow": 2, "recovery": "train", "train": 3, "quantisation": "round"})
    assert [method.name for method, _ in plan.chosen] == ["narrow", "train", "round"]
    assert plan.epochs == 8
    assert plan.told == "narrow share=0.5120000000000001, train epochs=8, round fine=True"


def test_places_decide_the_order_of_two_that_shrink() -> None:
    both = {"narrow": 0, "thin": 0}
    assert [m.name for m, _ in SPACE.fixed({**both, "place of narrow": 1}).chosen] == ["thin", "narrow"]
    assert [m.name for m, _ in SPACE.fixed({**both, "place of thin": 1}).chosen] == ["narrow", "thin"]


def test_recovery_after_each_is_mild_in_between_and_has_a_name_of_its_own() -> None:
    plan = SPACE.fixed(
        {"narrow": 0, "thin": 0, "recovery": "train", "train": 3, "recover after each": True, "quantisation": "round"}
    )
    assert list(plan.steps()) == ["narrow", "train", "thin", "train-2", "round"]
    assert [strength for _, strength in plan.chosen] == [0, 0, 0, 3, 0]


def test_choices_lead_back_to_the_same_plan() -> None:
    parameters: dict[str, Any] = {"narrow": 1, "thin": 1, "place of narrow": 1, "recovery": "train", "train": 2}
    choices = SPACE.choices(parameters)
    assert SPACE.fixed({name: chosen for name, (chosen, _) in choices.items()}) == SPACE.fixed(parameters)
    assert all(chosen in offered for chosen, offered in choices.values())
    assert "round" not in choices, "its strength is asked only where it is chosen"


def test_a_plan_is_found_by_its_key() -> None:
    plan = SPACE.fixed({"thin": 1, "recovery": "train", "quantisation": "round", "round": 1})
    assert Plan.of(plan.key, methods()).key == plan.key
    assert Plan.of(plan.key, methods()).steps() == plan.steps()


def test_every_choice_is_asked_once() -> None:
    asked: list[str] = []

    def last(name: str, choices: Sequence[Any]) -> Any:
        asked.append(name)
        return choices[-1]

    SPACE.plan(last)
    assert len(set(asked)) == len(asked)
