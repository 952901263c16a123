"""The ledger adds up what is known and never turns unknown joules into 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from frugal import ledger


def _line(cpu_s: float, value: float | None, method: str = "C") -> dict[str, object]:
    energy = (
        {"value": None, "reason": "no meter"}
        if value is None
        else {
            "value": value,
            "low": value / 2,
            "high": value * 2,
            "method": method,
        }
    )
    return {"what": "train", "fit": "x/0", "cpu_s": cpu_s, "energy_j": energy}


def test_sum_of_lines() -> None:
    total = ledger.total([_line(1.5, 10.0), _line(2.5, 30.0)])
    assert total["cpu_s"] == pytest.approx(4.0)
    assert total["energy_j"] == {"value": 40.0, "low": 20.0, "high": 80.0, "method": "C"}


def test_a_fit_that_was_taken_up_again_is_one_training() -> None:
    again = {**_line(2.5, 30.0), "fit": "y/0"}
    total = ledger.total([_line(1.5, 10.0), _line(2.5, 30.0), again])
    assert total["trainings"] == 2 and total["cpu_s"] == pytest.approx(6.5)


def test_a_pass_costs_and_is_no_training() -> None:
    lines = [_line(1.5, 10.0), {**_line(2.5, 30.0), "what": "int8", "fit": "z/0", "kind": "pass"}]
    total = ledger.total(lines)
    assert total["trainings"] == 1 and total["cpu_s"] == pytest.approx(4.0) and total["energy_j"]["value"] == 40.0
    assert [(part["what"], part["trainings"]) for part in ledger.account(lines)] == [("train", 1), ("int8", 0)]
    assert [ledger.is_training(line) for line in [*lines, {**lines[1], "kind": "trial"}]] == [True, False, False]


def test_one_unknown_makes_the_sum_unknown() -> None:
    assert ledger.total([_line(1, 10.0), _line(1, None)])["energy_j"] == {"value": None, "reason": "no meter"}


def test_two_methods_are_never_added() -> None:
    assert "different methods" in ledger.total([_line(1, 1.0, "B"), _line(1, 1.0, "C")])["energy_j"]["reason"]


def test_nothing_trained_is_not_zero_joules() -> None:
    assert ledger.total([])["energy_j"]["value"] is None


def test_a_line_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger.append(path, _line(1, 1.0))
    with path.open("a") as file:
        file.write('{"what": "tr')
    assert len(ledger.read(path)) == 1
    assert ledger.recorded_cpu_s(path, "x/0") == 1


def test_a_line_after_a_cut_one_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"what": "tr')
    ledger.append(path, _line(1, 1.0))
    ledger.append(path, _line(2, 1.0))
    assert [line["cpu_s"] for line in ledger.read(path)] == [1, 2]
