"""Answers against truths, by hand; F1 against scikit-learn stands in tests/reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frugal import metrics
from frugal.contract import InputError


def test_accuracy_is_told_as_an_error() -> None:
    scored = metrics.error_rate(["a", "b", "c", "a"], ["a", "b", "b", "b"])
    assert (scored.metric, scored.error, scored.samples) == ("error_rate", 0.5, 4)
    assert scored.low is not None and scored.high is not None and scored.low < 0.5 < scored.high


def test_characters_and_words() -> None:
    """chat/chut is 1 edit in 4 characters; `le chut` has one word of two wrong."""
    assert metrics.character_error_rate(["le chut"], ["le chat"]).error == pytest.approx(1 / 7)
    assert metrics.word_error_rate(["le chut"], ["le chat"]).error == pytest.approx(1 / 2)


def test_macro_f1_by_hand() -> None:
    """a: 2 of 2 found, 1 too many: F1 = 4/5. b: 1 of 2 found: F1 = 2/3. Mean 11/15."""
    scored = metrics.f1_error(["a", "a", "a", "b"], ["a", "a", "b", "b"])
    assert scored.error == pytest.approx(1 - 11 / 15)
    assert (scored.metric, scored.samples) == ("f1_error", 4)


def test_an_answer_outside_the_classes_counts_as_missed() -> None:
    """a: found 1 of 2: F1 = 2/3; x is no class of the truth."""
    assert metrics.f1_error(["a", "x"], ["a", "a"]).error == pytest.approx(1 / 3)


def test_mean_absolute_error_has_no_share() -> None:
    """Errors 1, 2 and 3: mean 2 +- 4.3027 / sqrt(3)."""
    scored = metrics.mean_absolute_error([1.0, 2.0, 7.0], ["2", "4", "4.0"])
    assert scored.error is None and scored.further is not None
    assert scored.further["mae"]["value"] == pytest.approx(2.0)
    assert scored.further["mae"]["high"] == pytest.approx(2 + 4.302653 / np.sqrt(3), rel=1e-5)
    with pytest.raises(InputError, match="labels that are no numbers"):
        metrics.mean_absolute_error([1.0], ["cat"])
    with pytest.raises(InputError, match="2 answers for 1 labels"):
        metrics.mean_absolute_error([1.0, 2.0], ["1"])


OWN = """
def share(outputs, truths):
    return sum(float(o["y"][0]) != float(t) for o, t in zip(outputs, truths)) / len(truths)

def each(outputs, truths):
    return [abs(float(o["y"][0]) - float(t)) for o, t in zip(outputs, truths)]

def far(outputs, truths):
    return 17.0

def fails(outputs, truths):
    return outputs[0]["logits"]

def nothing(outputs, truths):
    return {}

NUMBER = 3
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_own_metric.py").write_text(OWN)
    (tmp_path / "my_broken_metric.py").write_text("def f(:\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["/nowhere"])


@pytest.mark.usefixtures("own")
def test_a_function_beside_the_working_directory() -> None:
    outputs = [{"y": np.array([0.25])}, {"y": np.array([1.0])}]
    whole = metrics.own("my_own_metric:share", outputs, ["0", "1"])
    assert (whole.metric, whole.error, whole.low, whole.samples) == ("share", 0.5, None, 2)
    each = metrics.own("my_own_metric:each", outputs, ["0", "1"])
    assert each.error == pytest.approx(0.125) and each.low is not None


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my_own_metric:far", "returned 17.0; allowed: an error in [0, 1]"),
        ("my_own_metric:fails", "my_own_metric:fails raised KeyError ('logits'); allowed: a function of (outputs"),
        ("my_own_metric:nothing", "returned {}; allowed: an error in [0, 1]"),
        ("my_broken_metric:f", "my_broken_metric:f (invalid syntax"),
        ("my_own_metric:NUMBER", "is no function"),
        ("my_own_metric:gone", "--metric my_own_metric:gone"),
        ("no_such_metric:f", "No module named"),
        (":f", "--metric :f"),
    ],
)
def test_a_function_that_is_none_is_one_line(name: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        metrics.own(name, [{"y": np.array([1.0])}], ["1"])
    assert expected in str(caught.value)
