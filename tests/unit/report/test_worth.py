"""Did it shrink, is it faster: every verdict, and that the page and the account say the same."""

from __future__ import annotations

import dataclasses
import json

import pytest

from frugal.report import markdown, worth
from frugal.report.records import Ratio, Report, Row
from frugal.report.words import voice
from frugal.report.worth_section import worse_text

BASE = Row(step="train", kind="train", method="Net", metric="error_rate", error=0.02, size_bytes=1000, macs=500)


def step(name: str = "next", **changes: object) -> Row:
    return BASE.replace(**{"step": name, "kind": "pass", **changes})


def ratio(value: float, low: float, high: float, of: str = "next", to: str = "train") -> Ratio:
    return Ratio(value=value, low=low, high=high, of_step=of, to_step=to, blocks=9)


def judged(row: Row, *ratios: Ratio) -> tuple[tuple[str, ...], tuple[str, ...]]:
    (found,) = worth.parse(json.loads(json.dumps(worth.account([BASE, row], ratios))))
    return found.better, found.worse


@pytest.mark.parametrize(
    ("changes", "ratios", "better", "worse"),
    [
        ({}, [], [], []),
        ({"size_bytes": 500, "macs": 250}, [(0.5, 0.4, 0.6)], ["smaller", "fewer operations", "faster"], []),
        ({"size_bytes": 500}, [(1.4, 1.3, 1.5)], ["smaller"], ["slower"]),
        ({"size_bytes": 500}, [(1.05, 0.9, 1.2)], ["smaller"], []),
        ({"size_bytes": 500}, [(1.015, 1.01, 1.02)], ["smaller"], []),
        ({"size_bytes": 1200}, [], [], ["larger"]),
        ({"size_bytes": 1001}, [], [], []),
        ({"macs": 600, "size_bytes": 900}, [], ["smaller"], ["more operations"]),
        ({"error": 0.03}, [], [], ["less accurate for nothing"]),
        ({"error": 0.03, "size_bytes": 500}, [], ["smaller"], []),
        ({"error": 0.01}, [], ["more accurate"], []),
        ({"error": None, "macs": None}, [], [], []),
    ],
)
def test_verdicts(changes: dict, ratios: list, better: list[str], worse: list[str]) -> None:
    assert judged(step(**changes), *(ratio(*each) for each in ratios)) == (tuple(better), tuple(worse))


def test_each_step_is_held_against_the_one_before_it() -> None:
    rows = [BASE, step("prune", size_bytes=400), step("int8", size_bytes=500)]
    first, second = worth.parse(worth.account(rows, [ratio(0.5, 0.4, 0.6, "int8", "train")]))
    assert (first.before, second.before) == ("train", "prune")
    assert first.size_ratio == 0.4 and second.size_ratio == 1.25 and second.worse == ("larger",)
    assert second.time is None, "its ratio to the first step is no ratio to the step before"


def report(row: Row, *ratios: Ratio) -> Report:
    return Report(
        name="r", created="2026-01-01", seed=0, unit="character", rows=(BASE, row), ratios=ratios,
        sections={"worth": worth.account([BASE, row], ratios)},
    )  # fmt: skip


def test_the_page_names_the_step_that_did_harm_and_what_stayed_float() -> None:
    kept = [{"operator": "LSTM", "nodes": ["n1", "n2"], "why": "no such kernel"}]
    slow = step("int8", size_bytes=400, details={"int8_weight_share": 0.9, "kept_float": kept})
    told = markdown.render(report(slow, ratio(2.2, 1.3, 3.6, "int8")))
    assert "These steps made something worse: int8." in told
    assert "SLOWER" in told and "2.20 (1.30–3.60)" in told and "Stayed float in int8: 2 LSTM: no such kernel." in told
    assert [each.step for each in worth.worse_steps(report(slow, ratio(2.2, 1.3, 3.6, "int8")))] == ["int8"]
    (found,) = worth.worse_steps(report(slow, ratio(2.2, 1.3, 3.6, "int8")))
    assert worse_text(voice("en"), found).startswith("int8: SLOWER than train; CPU time to that step: 2.20")
    assert "PLUS LENT" in worse_text(voice("fr"), found)


def test_a_report_without_the_account_names_none() -> None:
    assert worth.worse_steps(dataclasses.replace(report(step()), sections={})) == []


@pytest.mark.parametrize("foreign", [[{}], [{"step": "a"}], 3, [{**worth.account([BASE, step()], [])[0], "time": [1]}]])
def test_foreign_accounts_are_refused(foreign: object) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        worth.parse(foreign)
