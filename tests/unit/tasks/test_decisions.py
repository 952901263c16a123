"""What a finished model decides: by its decoder, by its outputs, against truths or against itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from frugal.contract import Batch, InputError, Prediction
from frugal.tasks.decisions import Decisions, decided

PORTS = {"inputs": [{"name": "x", "dtype": "float32", "shape": ["batch", 4]}],
         "outputs": [{"name": "y", "dtype": "float32", "shape": ["batch", 3]}]}  # fmt: skip
CLASSIFIER = {**PORTS, "task": "characters", "decoder": "classification", "labels": ["a", "b", "c"]}
SCORES = {"y": np.array([[0.1, 0.7, 0.2], [0.9, 0.05, 0.05]], np.float32)}


def values(task: Decisions) -> list[str]:
    return [answer.value for answer in task.decode(SCORES)]


def test_a_decoder_gives_labels_and_without_one_classes_have_numbers() -> None:
    assert values(Decisions(given=CLASSIFIER)) == ["b", "a"]
    assert values(Decisions(given=PORTS)) == ["1", "0"]


def test_a_line_is_read_by_its_decoder() -> None:
    task = Decisions(
        given={**PORTS, "task": "lines", "decoder": "ctc", "labels": ["a", "b"], "blank": 2}, has_truths=True
    )
    scores = np.array([[[0.9, 0.1, 0.0], [0.2, 0.0, 0.8], [0.1, 0.7, 0.2]]])
    assert task.decode({"y": scores})[0].value == "ab"
    assert (task.metric.name, task.metric.unit) == ("cer", "line")
    (tally,) = task.score([Prediction(value="ab", confidence=1.0)], ["abb"])
    assert (tally.errors, tally.total) == (1.0, 3.0)


def test_without_truths_the_error_is_disagreement() -> None:
    task = Decisions(given=CLASSIFIER)
    assert (task.metric.name, task.metric.unit) == ("disagreement", "character")
    assert [tally.errors for tally in task.score(task.decode(SCORES), ["b", "c"])] == [0.0, 1.0]
    assert task.truths(Batch(inputs={}, targets=["b"], ids=("s",))) == ["b"]
    assert Decisions(given=CLASSIFIER, has_truths=True).metric.name == "error_rate"
    assert Decisions(given=PORTS).metric.unit == "sample"


def test_decisions_of_several_outputs_are_taken_together() -> None:
    steps = np.array([[[0.9, 0.1], [0.2, 0.8]]])
    assert [a.value for a in decided([steps, np.array([[7]]), np.array([0.5])])] == ["0 1 7"]


@pytest.mark.parametrize("outputs", [[np.zeros((2, 1), np.float32)], [np.zeros(2, np.float32)], []])
def test_a_regression_decides_nothing(outputs: list[np.ndarray]) -> None:
    with pytest.raises(InputError, match="decide nothing"):
        decided(outputs)


def test_truths_for_an_unknown_decoder_and_training_are_refused() -> None:
    with pytest.raises(InputError, match="decoder beam; allowed: the decoder classification or ctc"):
        Decisions(given={**PORTS, "decoder": "beam"}, has_truths=True)
    task = Decisions(given=CLASSIFIER)
    for call in (task.front, task.tail, lambda: task.loss(SimpleNamespace(), SimpleNamespace())):  # type: ignore[arg-type]
        with pytest.raises(InputError, match="ONNX file already"):
            call()


def test_what_it_is_does_not_depend_on_where_the_model_lies() -> None:
    from frugal.fingerprint import describe

    assert str(Path.cwd()) not in str(describe(Decisions(given=CLASSIFIER)))
    assert Decisions(given=CLASSIFIER).signature.inputs[0].name == "x"
