"""How far two answers lie apart, and what the contract says about floats."""

from __future__ import annotations

import numpy as np

from frugal.passes.writing import compared, kept_float
from tests.unit.passes.line_graphs import line_model

SCORES = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.6, 0.4], [0.3, 0.7]]], np.float32)
IDS = np.array([[0, -1], [-1, 1]])


def test_integers_do_not_count_as_a_difference_but_as_decisions() -> None:
    moved = IDS.copy()
    moved[1, 0] = 150
    found = compared({"scores": SCORES, "ids": IDS}, {"scores": SCORES, "ids": moved})
    assert found == {"max_abs": 0.0, "equal_decisions": 0.5, "samples": 2}


def test_a_step_whose_best_class_changed_is_another_decision() -> None:
    moved = SCORES.copy()
    moved[0, 1] = [0.55, 0.45]
    found = compared({"scores": SCORES, "ids": IDS}, {"scores": moved, "ids": IDS})
    assert (round(found["max_abs"], 6), found["equal_decisions"]) == (0.35, 0.5)


def test_integers_alone_are_compared_exactly() -> None:
    assert compared({"ids": IDS}, {"ids": IDS + 1}) == {"max_abs": 0.0, "equal_decisions": 0.0, "samples": 2}


def test_floats_are_named_by_operator_and_the_methods_own_reason_comes_first() -> None:
    entries = kept_float(line_model("GRU"), {"Conv": "asked for", "between": "anything else"})
    found = {entry["operator"]: (len(entry["nodes"]), entry["why"]) for entry in entries}
    assert found["Conv"] == (2, "asked for")
    assert found["Relu"] == (2, "anything else")
    assert found["GRU"] == (1, "onnxruntime has no integer GRU")
    assert found["Mul"][1].startswith("turns the raw input")
    assert found["Softmax"][1].startswith("follows the last layer")
