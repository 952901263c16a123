"""What a stranger's outputs say: every kind of output that is known, and those that say nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frugal.answers import decoded, numbers
from frugal.contract import Artefact, InputError


def stranger(**contract: Any) -> Artefact:
    return Artefact(path=Path("m"), contract={"outputs": [{"name": "y"}], "decoder": None, "labels": None, **contract})


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (np.array([[0.1, 3.0, -2.0], [9.0, 0.0, 0.0]], np.float32), ["1", "0"]),
        (np.array([2, 0], np.int64), ["2", "0"]),
        (np.array([[7]], np.int32), ["7"]),
        (np.array([[0.7], [0.2]], np.float32), ["1", "0"]),
        (np.array([True, False]), ["1", "0"]),
        (np.array(["chat", "chien"], dtype=object), ["chat", "chien"]),
    ],
)
def test_outputs_say_their_class(output: np.ndarray, expected: list[str]) -> None:
    assert decoded(stranger(), [{"y": output}]) == expected


def test_names_of_classes_are_used_where_a_contract_has_them() -> None:
    assert decoded(stranger(labels=["no", "yes"]), [{"y": np.array([[0.2, 0.8]])}]) == ["yes"]


def test_calls_follow_one_another() -> None:
    calls = [{"y": np.array([[1.0, 0.0]])}, {"y": np.array([[0.0, 1.0], [1.0, 0.0]])}]
    assert decoded(stranger(), calls) == ["0", "1", "0"]


@pytest.mark.parametrize("output", [np.array([[3.5]]), np.zeros((1, 4, 5)), np.array([[-0.1]])])
def test_outputs_that_do_not_say_their_class_are_one_line(output: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"does not say its class; try: --metric MODULE:FUNCTION"):
        decoded(stranger(), [{"y": output}])


def test_numbers_are_one_per_sample() -> None:
    calls = [{"y": np.array([[1.5]], np.float32)}, {"y": np.array([2], np.int64)}, {"y": np.array(3.0)}]
    assert numbers(stranger(), calls) == [1.5, 2.0, 3.0]
    with pytest.raises(InputError, match="more than one number per sample"):
        numbers(stranger(), [{"y": np.zeros((1, 2))}])
    with pytest.raises(InputError, match="more than one number per sample"):
        numbers(stranger(), [{"y": np.array(["a"])}])


def test_what_is_no_number_is_neither_right_nor_wrong() -> None:
    calls = [{"y": np.array([[np.nan, 0.0]], np.float32)}, {"y": np.array([[0.0, 1.0]], np.float32)}]
    with pytest.raises(InputError, match=r"output y of m/model\.onnx is not a number in 1 of 2 calls"):
        decoded(stranger(), calls)
    masked = np.array([[-np.inf, 1.0]], np.float32)
    assert decoded(stranger(), [{"y": masked}]) == ["1"]
    with pytest.raises(InputError, match="not a number in 1 of 1 calls"):
        numbers(stranger(), [{"y": np.array([np.inf], np.float32)}])
