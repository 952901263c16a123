"""The ready pipelines run, shrink as they say, and are judged step by step; --strict fails a step that did harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from frugal.cli.main import run

pytestmark = pytest.mark.trains

SMALL = ["model.widths=[8,8,16]", "model.depths=[1,1,1]", "data.limit=48", "training.max_epochs=1", "bench=debug",
         "training.ema_decay=null"]  # fmt: skip


def report(out: Path, *settings: str, code: int = 0) -> dict:
    assert run(["run", *SMALL, *settings, f"out={out}"]) == code
    return json.loads((out / "report.json").read_text())


@pytest.mark.parametrize(
    ("name", "settings", "most_macs"),
    [
        ("accurate", ["stages.round.epochs=1"], 1.0),
        ("balanced", ["stages.recover.epochs=1"], 0.6),
        (
            "tiny",
            ["model.widths=[16,32,64]", "stages.recover.epochs=1", "stages.prune.epochs=1", "stages.prune.steps=2"],
            0.5,
        ),
    ],
)
def test_ready_pipelines_shrink(name: str, settings: list[str], most_macs: float, tmp_path: Path) -> None:
    told = report(tmp_path, f"pipeline={name}", *settings)
    first, last = told["rows"][0], told["rows"][-1]
    assert last["size_bytes"] < 0.7 * first["size_bytes"] and last["macs"] <= most_macs * first["macs"]
    assert last["details"]["precision"] == "int8"
    worth = told["sections"]["worth"]
    assert [step["step"] for step in worth] == [row["step"] for row in told["rows"][1:]]
    assert "smaller" in worth[-1]["better"] and worth[-1]["int8_share"] > 0.5
    assert all(why for _, count, why in worth[-1]["kept_float"] if count)
    assert told["sections"]["harm"]["samples"] == 48


def test_a_step_that_made_something_worse_is_named_and_fails_under_strict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("frugal.report.worth._judged", lambda entry: (["smaller"], ["slower"]))
    command = ["run", *SMALL, "pipeline=int8", f"out={tmp_path}"]
    assert run(command) == 0
    assert "worse: int8: SLOWER than train; CPU time to that step: " in capfd.readouterr().err
    assert run([*command, "--strict"]) == 1
    monkeypatch.setattr("frugal.report.worth._judged", lambda entry: (["smaller"], []))
    assert run([*command, "--strict"]) == 0
