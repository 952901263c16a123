"""Words of `frugal compress`: the cap, and what it says at the end."""

from __future__ import annotations

import pytest

from frugal import load
from frugal.cli.compress import _experiment, _verdict, parse_minutes
from frugal.contract import InputError
from frugal.report.records import Report
from tests.unit.search.landscape import given_row


@pytest.mark.parametrize(("text", "seconds"), [("15", 900.0), ("15m", 900.0), ("90s", 90.0), ("0.5", 30.0)])
def test_the_cap_is_in_cpu_minutes(text: str, seconds: float) -> None:
    assert parse_minutes(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "-3", "inf", "nan"])
def test_a_foreign_cap_is_one_line(text: str) -> None:
    with pytest.raises(InputError, match="CPU minutes above 0"):
        parse_minutes(text)


def report(*, kept: bool, broken: bool) -> Report:
    found = {"kept": kept, "samples": 157, "cpu_s": 61.4, "chosen": 1, "trials": [{"number": 1, "told": "int8"}] * 2}
    violations = ({"name": "error", "asked": 0.1, "found": 0.2, "step": "int8"},) if broken else ()
    return Report(
        name="r", created="", seed=0, unit="character", rows=(given_row(),), sections={"search": found},
        violations=violations,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "broken", "said"),
    [
        (True, False, "kept by: int8 (2 trials, 61 CPU s)"),
        (True, True, "kept on the 157 samples of the search, not on the test samples: int8 (2 trials, 61 CPU s)"),
        (False, True, "cannot be kept with what was tried; the nearest: int8 (2 trials, 61 CPU s)"),
    ],
)
def test_the_verdict_tells_what_was_kept_where(kept: bool, broken: bool, said: str) -> None:
    assert _verdict(report(kept=kept, broken=broken)) == said


@pytest.mark.parametrize("name", ["lines-fr-xs@4", "lines-fr-xs", "lines-fr-s"])
def test_a_zoo_model_of_lines_is_shown_lines_of_its_own_height(name: str) -> None:
    height = load(name).contract["height"]
    experiment = _experiment(name, [])
    assert (experiment.task.front().height, experiment.data.height) == (height, height)
    own = experiment.task.contract()
    for key, default in (("widen", 1.0), ("second_look", None)):
        assert own.get(key) == load(name).contract.get(key, default)
    assert experiment.model(num_outputs=5).hparams["height"] == height
