"""Every way of answering on the same items under the same meter: a candidate and a row each."""

import pytest

from frugal.benchmarking import BenchSettings
from frugal.contract import InputError
from frugal.need import network
from frugal.need.answering import answer
from frugal.need.comparing import compare
from frugal.need.linear import Linear
from frugal.need.majority import Majority
from frugal.need.nearest import Nearest
from frugal.need.rule import Rule
from frugal.need.tesseract import Tesseract
from frugal.report import need
from frugal.report.json import check_types

QUICK = BenchSettings(ci=0.5, cap_s=0.2, warm_up_s=0.05)


def test_a_candidate_for_each_way_in_the_order_given(strokes, tmp_path, make_classifier):
    from frugal.zoo.loading import resolve

    (tmp_path / "rules.py").write_text("def wide(image):\n    return '-' if (image > 150).any(0).sum() > 12 else '|'\n")
    model = resolve(make_classifier(tmp_path / "net", labels="-/\\|"))
    programs = (Rule(place=f"{tmp_path}/rules.py:wide"), Tesseract())
    candidates, rows, host = compare(
        strokes, (Majority(), Nearest()), programs, {"net": model}, settings=QUICK, folder=tmp_path
    )
    assert [each.name for each in candidates] == ["majority", "nearest-7", "rule-wide", "tesseract", "net"]
    found = {each.name: each for each in candidates}
    assert found["majority"].error == 0.75 and found["nearest-7"].error < 0.2
    assert found["rule-wide"].error == pytest.approx(0.5, abs=0.1)  # it knows two of four strokes
    assert found["tesseract"].error is None and "single images" in found["tesseract"].reason
    for each in candidates:
        if each.error is not None:
            assert each.error_low <= each.error <= each.error_high
            assert each.energy_mj.value > 0 and each.cpu_ms.value > 0 and each.size_bytes > 0
    assert {row.kind for row in rows} == {"alternative"} and {row.samples for row in rows} == {80}
    assert host["meter"] and found["rule-wide"].energy_mj.method == found["majority"].energy_mj.method


def test_the_report_ends_with_the_chosen_one_and_holds_the_verdict(strokes, monkeypatch):
    monkeypatch.setattr("frugal.need.answering.GRAPHS", (Majority(), Linear(cells=4)))
    report = answer(strokes, 0.1, QUICK, models=["none"])
    check_types(report)
    verdict = need.parse(report.sections["need"])
    assert report.rows[-1].step == verdict.chosen == "linear-hog-4" and verdict.decided_by == "only"
    assert report.name == "need-strokes" and verdict.samples == 80


def test_the_zoo_offers_what_answers_the_same_question(strokes):
    import dataclasses

    assert network.networks(strokes, ()) == {}
    digits = dataclasses.replace(strokes, labels=tuple("0123456789"))
    assert [name.partition("@")[0] for name in network.networks(digits, ())] == ["digits-xs", "mnist-xs"]
    lines = dataclasses.replace(strokes, task="lines", labels=())
    assert any(name.startswith("lines-fr-xs@") for name in network.networks(lines, ()))
    with pytest.raises(InputError, match="--model lines-fr-xs for the task lines; allowed: a model for characters"):
        network.networks(strokes, ["lines-fr-xs"])
