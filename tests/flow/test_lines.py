"""The lines task from end to end on printed words: recipes, going on from a trained network, adaptation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import frugal
from frugal.cli.main import run
from frugal.testing import tiny_lines

pytestmark = pytest.mark.trains
SMALL = (
    *("model.widths=[8,12,16]", "model.depths=[0,1]", "model.hidden=16", "model.layers=1", "bench=debug"),
    *("data.batch_size=8", "data.joined=0.0", "training.check_val_every_n_epoch=1", "initial=null"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lines.write_lines(tmp_path_factory.mktemp("lines"), writers=24, lines=3)


@pytest.fixture(scope="module")
def finished(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "small"
    labels = f"task.labels='{tiny_lines.LABELS}'"
    arguments = [f"data.root={folder}", f"out={out}", labels, "training.max_epochs=2", "data.lines_per_epoch=64"]
    assert run(["run", "recipe=lines_small", *SMALL, *arguments]) == 0
    return out


def test_a_run_ends_in_an_int8_artefact_that_reads(finished: Path, folder: Path) -> None:
    contract = json.loads((finished / "artefact/contract.json").read_text())
    assert contract["task"] == "lines" and contract["decoder"] == "ctc" and contract["precision"] == "int8"
    assert contract["blank"] == len(contract["labels"]) == len(tiny_lines.LABELS)
    reader = frugal.load(finished / "artefact")
    images = [tiny_lines.drawn("lune", np.random.default_rng(1)), np.full((10, 10), 255, np.uint8)]
    together = reader.predict(images)
    assert [p.value for p in together] == [reader.predict([image])[0].value for image in images]


def test_the_report_counts_words_and_accents(finished: Path) -> None:
    report = json.loads((finished / "report.json").read_text())
    assert report["unit"] == "line"
    assert all(row["metric"] == "cer" for row in report["rows"])
    assert {"error_wer", "error_accents", "error_cer_raw", "worst_decile"} <= report["rows"][-1]["details"].keys()


def test_training_goes_on_with_another_alphabet(finished: Path, folder: Path, tmp_path: Path) -> None:
    labels = f"task.labels='{tiny_lines.LABELS}zè'"
    arguments = [f"data.root={folder}", f"out={tmp_path / 'grown'}", labels, "training.max_epochs=1"]
    small = [word for word in SMALL if word != "initial=null"]
    assert run(["run", "recipe=lines_small", *small, *arguments, f"initial={finished}", "data.lines_per_epoch=16"]) == 0
    contract = json.loads((tmp_path / "grown/artefact/contract.json").read_text())
    assert "".join(contract["labels"]) == f"{tiny_lines.LABELS}zè"


def test_adapt_ends_in_an_artefact_with_the_same_contract(finished: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    command = ["adapt", "--model", str(finished), "--data", str(folder), "--out", str(out), "--epochs", "1"]
    assert run([*command, "--lines", "10", "--general", str(folder)]) == 0
    before, after = (json.loads((path / "artefact/contract.json").read_text()) for path in (finished, out))
    same = ("task", "decoder", "labels", "blank", "height", "time_stride", "inputs", "outputs", "precision")
    assert {key: before[key] for key in same} == {key: after[key] for key in same}
    steps = [row["step"] for row in json.loads((out / "report.json").read_text())["rows"]]
    assert steps == ["given", "adapt", "int8"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--model", "nonesuch", "--data", "."], "nonesuch"),
        (["--model", "chars-xs", "--data", "."], "lines"),
        (["--model", "chars-xs", "--data", ".", "--lines", "0"], "1 or more"),
    ],
)
def test_adapt_refuses_in_one_line(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["adapt", *arguments]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("error: ") and complaint in line
