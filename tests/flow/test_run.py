"""Whole runs of tiny recipes through the command line: results, reuse, outside plug-ins, sweeps, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import frugal
from frugal.cli.main import run

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run of debug_tiny."""
    out = tmp_path_factory.mktemp("runs") / "tiny"
    assert run(["run", "recipe=debug_tiny", f"out={out}"]) == 0
    return out


def _report(out: Path) -> dict:
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


def _reused(out: Path) -> dict[str, bool]:
    return {row["step"]: row["details"]["reused"] for row in _report(out)["rows"]}


def test_every_step_leaves_a_measured_row(tiny: Path) -> None:
    report = _report(tiny)
    assert [row["step"] for row in report["rows"]] == ["train", "prune", "recover", "int8"]
    assert [row["kind"] for row in report["rows"]] == ["train", "stage", "stage", "pass"]
    for row in report["rows"]:
        assert 0 <= row["error_low"] <= row["error"] <= row["error_high"] <= 1
        assert row["samples"] == 128
        assert row["cpu_ms"]["low"] <= row["cpu_ms"]["value"] <= row["cpu_ms"]["high"]
        assert row["energy_mj"]["method"] in "ABC"
        assert row["peak_memory_bytes"]["value"] > 1e6


def test_pruning_and_int8_really_shrink(tiny: Path) -> None:
    train, prune, _, int8 = _report(tiny)["rows"]
    assert prune["macs"] < 0.6 * train["macs"]
    assert prune["weight_bytes"] < 0.6 * train["weight_bytes"]
    assert int8["weight_bytes"] < 0.6 * prune["weight_bytes"]
    assert int8["macs"] == prune["macs"]
    assert int8["parameters"] == prune["parameters"]


def test_the_run_folder_holds_what_the_contract_names(tiny: Path) -> None:
    for name in ("report.json", "report.html", "ledger.jsonl", "config.yaml", "command.txt", "versions.json"):
        assert (tiny / name).stat().st_size > 0
    for name in ("model.onnx", "contract.json", "parity.npz", "card.md"):
        assert (tiny / "artefact" / name).stat().st_size > 0
    assert not list(tiny.glob("*hydra*")) and not list(tiny.glob("**/multirun.yaml"))
    ledger = [json.loads(line) for line in (tiny / "ledger.jsonl").read_text().splitlines()]
    assert [line["what"] for line in ledger] == ["train", "recover", "int8"]
    assert _report(tiny)["training"]["cpu_s"] == pytest.approx(sum(line["cpu_s"] for line in ledger))
    assert _report(tiny)["parity"]["max_abs"] < 1e-3


def test_the_artefact_is_read_without_us_and_with_us(tiny: Path) -> None:
    script = Path(__file__).parents[2] / "export" / "python" / "run_onnx.py"
    done = subprocess.run(
        [sys.executable, "-P", str(script), str(tiny / "artefact"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    reader = frugal.load(tiny / "artefact")
    assert reader.size_bytes == (tiny / "artefact" / "model.onnx").stat().st_size


def test_a_second_run_reuses_every_step(tiny: Path, tmp_path: Path) -> None:
    before = (tiny / "artefact" / "model.onnx").read_bytes()
    assert run(["run", "recipe=debug_tiny", f"out={tiny}"]) == 0
    assert all(_reused(tiny).values())
    assert (tiny / "artefact" / "model.onnx").read_bytes() == before


def test_another_ratio_runs_only_what_depends_on_it(tiny: Path) -> None:
    assert run(["run", "recipe=debug_tiny", f"out={tiny}", "stages.prune.ratio=0.25"]) == 0
    assert _reused(tiny) == {"train": True, "prune": False, "recover": False, "int8": False}


NET = '''"""A net of our own."""
from torch import nn


class MyNet(nn.Module):
    def __init__(self, num_outputs, *, width=4):
        super().__init__()
        self.hparams = {"num_outputs": num_outputs, "width": width}
        self.body = nn.Sequential(nn.Conv2d(1, width, 5, stride=4), nn.ReLU(), nn.Flatten())
        self.classifier = nn.Linear(width * 36, num_outputs)

    def forward(self, image):
        return self.classifier(self.body(image))
'''
STAGE = '''"""A stage of our own."""
import copy
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shrink:
    factor: float = 0.5

    def __call__(self, model, workbench):
        smaller = copy.deepcopy(model)
        for parameter in smaller.parameters():
            parameter.data.mul_(self.factor)
        return smaller
'''
RECIPE = """# @package _global_
defaults:
  - /stage@stages.shrink: mine
  - override /bench: debug
  - override /model: mine
name: mine
training: {max_epochs: 1, ema_decay: null}
data: {limit: 64}
"""


def test_plug_ins_from_outside_and_editing_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_net_module.py").write_text(NET)
    (tmp_path / "my_stage_module.py").write_text(STAGE)
    for group, name, target in (
        ("model", "mine", "_target_: my_net_module.MyNet\n_partial_: true\n"),
        ("stage", "mine", "_target_: my_stage_module.Shrink\n"),
        ("recipe", "mine", RECIPE),
    ):
        (tmp_path / "conf" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "conf" / group / f"{name}.yaml").write_text(target)
    command = [sys.executable, "-m", "frugal", "run", "--config-dir", "conf", "recipe=mine", "out=out"]

    def go() -> dict[str, bool]:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return _reused(tmp_path / "out")

    assert go() == {"train": False, "shrink": False}
    assert go() == {"train": True, "shrink": True}
    (tmp_path / "my_stage_module.py").write_text(STAGE + "\n# edited\n")
    assert go() == {"train": True, "shrink": False}
    (tmp_path / "my_net_module.py").write_text(NET + "\n# edited\n")
    assert go() == {"train": False, "shrink": False}


def test_a_sweep_runs_every_combination_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["run", "-m", "recipe=debug_batch", "seed=1,2"]) == 0
    reports = sorted(tmp_path.glob("runs/debug_batch/*/report.json"))
    assert [json.loads(path.read_text())["seed"] for path in reports] == [1, 2]
    assert not list(tmp_path.rglob("multirun.yaml"))


def test_the_runs_of_a_sweep_with_one_out_keep_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["run", "-m", "recipe=debug_batch", "seed=1,2", "out=mine"]) == 0
    folders = sorted(path.parent.name for path in tmp_path.glob("mine/*/report.json"))
    assert folders == ["recipe=debug_batch,seed=1", "recipe=debug_batch,seed=2"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recipe=nonesuch"], "nonesuch"),
        (["recipe=debug_tiny", "training.max_epoch=3"], "max_epoch"),
        (["recipe=debug_tiny", "trainin.max_epochs=3"], "trainin"),
        (["recipe=debug_tiny", "stages.prune.ratio=1.5"], "1.5"),
        (["recipe=debug_tiny", "data=mnist", "data.root=/no/such/folder"], "download"),
        (["recipe=debug_tiny", "out=/proc/nowhere"], "cannot be written"),
        (["--config-dir", "/no/such/folder"], "not a folder"),
        (["-m", "recipe=nonesuch", "seed=1,2"], "nonesuch"),
        (["recipe=debug_tiny", "seed=abc=def,"], "seed"),
        (["recipe=debug_tiny", "data.limit=many"], "data.limit=many; allowed: a whole number, or null; try: "),
        (["recipe=debug_tiny", "model.widths=3"], "model.widths=3; allowed: a list, each a whole number"),
        (["recipe=debug_tiny", "passes.int8.tolerance=low"], "passes.int8.tolerance=low; allowed: a number"),
        (["recipe=debug_tiny", "seed=1.5"], "seed=1.5"),
        (["recipe=debug_tiny", "seed=-1"], "whole number"),
        (["recipe=debug_tiny", "seed=abc"], "seed=abc; allowed: a whole number"),
        (["recipe=debug_tiny", "seed="], "seed=; allowed: a whole number"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["run", *arguments]) == 2
    captured = capfd.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and said in lines[0]
    assert captured.out == ""
    assert not list(tmp_path.rglob("report.json"))
