"""frugal compress on generated data: a network of one's own, artefacts, strangers' ONNX, interruptions, bad input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import frugal
from frugal.benchmarking import BenchSettings
from frugal.cli.main import run
from frugal.contract import InputError
from frugal.flow import Flow
from frugal.models.char_net import CharNet
from frugal.search import methods as found_methods
from frugal.search import searching
from frugal.search.searching import SearchSettings
from frugal.tasks.characters import Characters
from frugal.training import Training
from tests.conftest import write_classifier
from tests.unit.glyphs import Glyphs

pytestmark = pytest.mark.trains

TASK = Characters(labels="abcd")
QUICK = BenchSettings(ci=0.5, cap_s=0.3, warm_up_s=0.05)
TRAINING = Training(max_epochs=2, accelerator="cpu")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three methods with two strengths each: what a search does does not depend on how many there are."""
    wanted = {"prune_structured": [2, 4], "finetune": [0], "int8_static": [0, 2]}

    def find(groups: tuple[str, ...], *, folders: tuple[Path, ...] = ()) -> list[found_methods.Method]:
        known = found_methods.find_methods(groups, folders=folders)
        return [method.only(wanted[method.name]) for method in known if method.name in wanted]

    monkeypatch.setattr(searching, "find_methods", find)
    monkeypatch.setattr(searching, "PATIENCE", 1)


def compressed(out: Path, budget: str, cap_cpu_s: float = 300.0) -> frugal.compression.Result:  # type: ignore[name-defined]
    torch.manual_seed(0)
    net = CharNet(4, widths=(8, 16), depths=(1, 1), dropout=0.0)
    return frugal.compress(
        net, budget=budget, data=Glyphs(), task=TASK, out=out, training=TRAINING, bench=QUICK,
        search=SearchSettings(cap_cpu_s=cap_cpu_s),
    )  # fmt: skip


def trials(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "trials.jsonl").read_text().splitlines()]


@pytest.mark.usefixtures("few")
def test_a_network_of_ones_own_keeps_its_budget(tmp_path: Path) -> None:
    result = compressed(tmp_path / "out", "size_bytes<=5k macs_ratio<=0.6")
    rows, search = result.report.rows, result.report.sections["search"]
    assert result.report.violations == () and rows[0].step == "given" and len(rows) >= 3
    assert rows[-1].size_bytes == result.artefact.size_bytes <= 5000
    assert rows[-1].macs <= 0.6 * rows[0].macs
    assert rows[0].samples == 64 and search["samples"] == 64
    chosen = next(trial for trial in search["trials"] if trial["number"] == search["chosen"])
    assert chosen["misses"] == [] and [row.step for row in rows[1:]] == [
        part.partition(" ")[0] for part in chosen["told"].split(", ")
    ]
    assert result.model is not None and result.model(torch.zeros(2, 1, 28, 28)).shape == (2, 4)


@pytest.mark.usefixtures("few")
def test_every_trial_has_its_cost_and_the_interval_of_its_error(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = compressed(out, "size_bytes<=5k macs_ratio<=0.6")
    tried = result.report.sections["search"]["trials"]
    assert len(tried) == len(trials(out)) >= 6
    for trial in tried:
        assert trial["cpu_s"] > 0 and (
            trial.get("reason") or trial["error_low"] <= trial["error"] <= trial["error_high"]
        )
    ledger = [json.loads(line) for line in (out / "ledger.jsonl").read_text().splitlines()]
    assert sum(line["cpu_s"] for line in ledger) == pytest.approx(sum(t["cpu_s"] for t in tried), rel=0.05)
    assert {line["what"] for line in ledger} >= {"trial 0", "finetune"}
    assert all(line["energy_j"]["value"] > 0 for line in ledger), "else nobody knows when it has paid for itself"
    beginnings = [path.name for path in (out / "trials").glob("2-prune_structured.network-*")]
    assert len(beginnings) == len({t["told"].split(", ")[0] for t in tried if t["told"].startswith("prune")})
    page = (out / "report.html").read_text()
    assert "How it was found" in page and "Who pays for it" in page and "Did it shrink" in page


@pytest.mark.usefixtures("few")
def test_the_search_sees_no_test_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    known = Glyphs.test_dataloader
    monkeypatch.setattr(Glyphs, "test_dataloader", lambda self: asked.append(len(trials(tmp_path))) or known(self))
    result = compressed(tmp_path, "size_bytes<=5k macs_ratio<=0.6")
    assert set(asked) == {len(result.report.sections["search"]["trials"])}, "asked for only when all trials are over"
    before = next(iter(tmp_path.glob("trials/*-given-*"))) / "predictions.tsv"
    after = next(iter(tmp_path.glob("steps/*-given-*"))) / "predictions.tsv"
    assert "g1-0" in before.read_text() and "g2-0" not in before.read_text(), "the selection samples are g1"
    assert "g2-0" in after.read_text() and "g1-0" not in after.read_text()


@pytest.mark.usefixtures("few")
def test_an_interrupted_search_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = compressed(tmp_path / "whole", "size_bytes<=5k macs_ratio<=0.6")
    known, calls = Flow.stage, []

    def interrupting(self: Flow, *arguments: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return known(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Flow, "stage", interrupting)
    with pytest.raises(KeyboardInterrupt):
        compressed(tmp_path / "out", "size_bytes<=5k macs_ratio<=0.6")
    kept = trials(tmp_path / "out")
    assert kept and "interrupted" in (tmp_path / "out" / "ledger.jsonl").read_text()
    second = compressed(tmp_path / "out", "size_bytes<=5k macs_ratio<=0.6")
    assert trials(tmp_path / "out")[: len(kept)] == kept, "what was tried is not tried again"
    told = [[t["told"] for t in r.report.sections["search"]["trials"]] for r in (whole, second)]
    assert told[0] == told[1]
    assert whole.artefact.contract["model_sha256"] == second.artefact.contract["model_sha256"]


def test_a_model_that_keeps_its_budget_is_left_as_it_is(tmp_path: Path) -> None:
    result = compressed(tmp_path, "size_bytes<=1M")
    assert [row.step for row in result.report.rows] == ["given"] and len(trials(tmp_path)) == 1


def samples(folder: Path, *, labelled: bool) -> Path:
    images = np.random.default_rng(3).integers(0, 256, (36, 28, 28), dtype=np.uint8)
    named = {"labels": np.arange(36) % 3} if labelled else {}
    np.savez(folder / "samples.npz", image=images, **named)
    return folder / "samples.npz"


def test_a_strangers_onnx_takes_passes_and_is_compared_with_itself(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "artefact")
    shutil.copy(tmp_path / "artefact" / "model.onnx", tmp_path / "strange.onnx")
    given = (tmp_path / "strange.onnx").read_bytes()
    out, data = tmp_path / "out", samples(tmp_path, labelled=False)
    command = ["compress", str(tmp_path / "strange.onnx"), "--data", str(data), "--out", str(out), "--cap", "60s"]
    assert run([*command, "--budget", "size_bytes_ratio<=0.6"]) == 0
    said = capfd.readouterr()
    assert "error is disagreement" in said.out and "trial 0: as given" in said.err
    report = json.loads((out / "report.json").read_text())
    assert [row["metric"] for row in report["rows"]] == ["disagreement"] * 2 and report["rows"][0]["error"] == 0
    assert report["rows"][0]["samples"] == 12, "a third of 36"
    assert report["rows"][1]["size_bytes"] <= 0.6 * report["rows"][0]["size_bytes"]
    assert (tmp_path / "strange.onnx").read_bytes() == given
    assert (out / "command.txt").read_text().startswith("frugal ") and (out / "versions.json").is_file()
    assert json.loads((out / "config.json").read_text())["budget"]["arguments"]["size_bytes_ratio"] == 0.6
    assert sorted(path.name for path in (out / "artefact").iterdir()) == [
        "card.md", "contract.json", "model.onnx", "parity.npz",
    ]  # fmt: skip
    assert run([*command, "--budget", "size_bytes<=1500"]) == 1
    assert "the nearest: int8" in capfd.readouterr().out


def test_an_artefact_with_truths_is_scored_by_its_decoder(tmp_path: Path) -> None:
    write_classifier(tmp_path / "artefact")
    command = ["compress", str(tmp_path / "artefact"), "--data", str(samples(tmp_path, labelled=True))]
    assert run([*command, "--budget", "weight_bytes_ratio<=0.5", "--out", str(tmp_path / "out"), "--cap", "60s"]) == 0
    rows = json.loads((tmp_path / "out" / "report.json").read_text())["rows"]
    assert rows[0]["metric"] == "error_rate" and 0 < rows[0]["error"] < 1


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ("size_bytes<=10", "the graph without any weight"),
        ("error_increase<=-0.5", "impossible"),
        ("macs_ratio<=0.5", "nothing that can be done to this model lowers macs"),
        ("size_bite<=10", "size_bytes"),
        ("cer<=0.1", "disagreement"),
        ("size_bytes<=1k size_kb<=1", "one of the two"),
    ],
)
def test_an_impossible_budget_is_one_line(
    budget: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "artefact")
    data = samples(tmp_path, labelled=False)
    command = ["compress", str(tmp_path / "artefact"), "--data", str(data), "--out", str(tmp_path / "out")]
    assert run([*command, "--budget", budget]) == 2
    captured = capfd.readouterr()
    errors = [line for line in captured.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and said in errors[0] and captured.err.rstrip().endswith(errors[0]) and captured.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.onnx"], "nothing.onnx"),
        (["artefact"], "--data"),
        (["artefact", "--data", "none.npz"], "none.npz"),
        (["artefact", "--data", "few.npz"], "9 or more"),
        (["artefact", "--data", "wrong.npz"], "run"),
        (["artefact", "--data", "few.npz", "--cap", "soon"], "--cap soon"),
        (["artefact", "--data", "samples.npz", "--config-dir", "none"], "--config-dir none"),
        (["bare"], "config.yaml"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_classifier(tmp_path / "artefact")
    samples(tmp_path, labelled=False)
    np.savez("few.npz", image=np.zeros((4, 28, 28), np.uint8))
    np.savez("wrong.npz", image=np.zeros((12, 20, 20), np.uint8))
    (tmp_path / "bare" / "steps").mkdir(parents=True)
    assert run(["compress", *arguments, "--budget", "size_bytes<=2k"]) == 2
    captured = capfd.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and said in lines[0]


def test_steps_and_budget_at_once_are_refused(tmp_path: Path) -> None:
    net = CharNet(4, widths=(4,), depths=(1,))
    with pytest.raises(InputError, match="one of them"):
        frugal.compress(net, {}, budget="size_bytes<=1k", data=Glyphs(), task=TASK, out=tmp_path)
    with pytest.raises(InputError, match="one of them"):
        frugal.compress(net, data=Glyphs(), task=TASK, out=tmp_path)


@pytest.mark.usefixtures("few")
def test_a_run_folder_knows_its_data_and_a_compressed_one_can_be_compressed(tmp_path: Path) -> None:
    settings = ["recipe=debug_tiny", "data.limit=48", "training.max_epochs=1", "stages.recover.epochs=1"]
    assert run(["run", *settings, f"out={tmp_path / 'run'}"]) == 0
    budget = ["--budget", "macs_ratio<=0.8", "--cap", "120s"]
    assert run(["compress", str(tmp_path / "run"), *budget, "--out", str(tmp_path / "small")]) == 0
    first, last = (json.loads((tmp_path / name / "report.json").read_text())["rows"][0] for name in ("run", "small"))
    assert first["step"] == "train" and last["step"] == "given" and first["size_bytes"] == last["size_bytes"]
    assert first["error"] == last["error"], "the same network on the same test samples"
    assert (
        run(["compress", str(tmp_path / "small"), "--budget", "size_bytes<=1M", "--out", str(tmp_path / "same")]) == 0
    )
