"""`frugal demo`: the recipe where it can be trained, a model of the zoo where it cannot."""

import importlib.util

import pytest

from frugal.cli import demo
from frugal.cli.main import run
from frugal.report.json import read_report
from frugal.zoo import index


def test_with_everything_installed_it_runs_the_recipe(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("frugal.cli.run.run_overrides", lambda overrides: asked.append(overrides) or 0)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert run(["demo"]) == 0
    assert run(["demo", "--out", str(tmp_path)]) == 0
    assert asked == [["recipe=digits"], ["recipe=digits", f"out={tmp_path}"]]


@pytest.fixture
def base_only(monkeypatch, tmp_path, make_classifier):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in demo.NEEDED else find_spec(name))
    monkeypatch.setattr(index, "FOLDER", tmp_path / "zoo")
    monkeypatch.setattr(demo, "CAP_S", 0.5)
    monkeypatch.setattr(demo, "WARM_UP_S", 0.1)
    return lambda: make_classifier(tmp_path / "zoo" / "chars-xs@1")


def test_without_training_it_measures_checks_and_reports_a_model_of_the_zoo(base_only, tmp_path, capsys, monkeypatch):
    base_only()
    out = tmp_path / "out"
    assert run(["demo", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert "note: torch is not installed" in captured.err
    assert "pip install 'frugal-ml[train]'" in captured.err
    assert captured.out.endswith(f"report: {out / 'report.html'}\n")
    assert "0 of 2 ceilings broken" in captured.out
    report = read_report(out / "report.json")
    assert report.parity == {"max_abs": 0.0, "equal_decisions": 1.0, "samples": 4}
    assert report.rows[0].error is None
    assert report.rows[0].cpu_ms.value > 0
    assert report.rows[0].macs == 784 * 3
    assert "<html" in (out / "report.html").read_text()
    monkeypatch.setattr(demo, "BUDGET", "size_bytes<=10")
    assert run(["demo", "--out", str(out)]) == 1
    assert read_report(out / "report.json").violations[0]["name"] == "size_bytes"


def test_an_empty_zoo_names_the_extra(base_only, tmp_path, capsys):
    assert run(["demo", "--out", str(tmp_path)]) == 2
    assert "a zoo without a model of characters; try: pip install" in capsys.readouterr().err
