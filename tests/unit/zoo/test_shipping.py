"""A finished run becomes a folder of the zoo that loads, names its origin and no path of the machine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from frugal.cli.main import run
from frugal.contract import InputError
from frugal.report.json import write_report
from frugal.report.records import Report, Row
from frugal.runtime.language_model import open_language_model
from frugal.runtime.lm_folder import write_lm_folder
from frugal.runtime.ngram_training import train
from frugal.zoo import index
from frugal.zoo.loading import load
from frugal.zoo.shipping import ship


@pytest.fixture
def finished(tmp_path: Path, make_classifier) -> Path:  # type: ignore[no-untyped-def]
    run = tmp_path / "run"
    make_classifier(run / "artefact")
    model = run / "steps" / "0-train-abcdef01" / "model"
    model.mkdir(parents=True)
    (model / "model.json").write_text("{}")
    save_file({"matrix": np.full((3, 2), 0.1, np.float32), "scale": np.float32([1e-7])}, model / "weights.safetensors")
    train = Row(step="train", kind="train", method="Net", metric="error_rate", details={"digest": "abcdef0123"})
    int8 = Row(
        step="int8", kind="pass", method="Int8Static", metric="error_rate", error=0.25, error_low=0.2, error_high=0.3,
        samples=40, size_bytes=1234, parameters=7, macs=9, details={"error_case_folded": 0.125, "digest": "99"},
    )  # fmt: skip
    report = Report(
        name="r", created="2026-01-01", seed=3, unit="character", rows=(train, int8), training={"cpu_s": 12.0},
        about={"command": "frugal run recipe=r data.root=/secret/place out=/secret/out seed=3", "data": "Some"},
    )  # fmt: skip
    write_report(report, run / "report.json")
    return run


def test_a_shipped_run_loads_and_states_its_origin(finished: Path, tmp_path: Path) -> None:
    folder = ship(finished, "tiny", 1, note="A remark.", zoo=tmp_path / "zoo")
    assert load(folder).contract["task"] == "characters"
    weights = load_file(folder / "weights.safetensors")
    assert weights["matrix"].dtype == np.float16 and np.allclose(weights["matrix"], 0.1, rtol=1e-3)
    assert weights["scale"].dtype == np.float32 and weights["scale"] == np.float32(1e-7)
    origin = json.loads((folder / "origin.json").read_text())
    assert origin["command"] == "frugal run recipe=r seed=3"
    assert origin["error"] == {"metric": "error_rate", "value": 0.25, "samples": 40, "data": "Some"}
    card = (folder / "card.md").read_text()
    with np.load(folder / "parity.npz") as shipped, np.load(finished / "artefact" / "parity.npz") as own:
        assert not any(np.array_equal(image, other) for image in shipped["in.image"] for other in own["in.image"])
        assert len(shipped["in.image"]) == len(shipped["out.scores"])
    assert "25.00 % (20.00-30.00, 95 %) on 40 samples" in card and "12.50 %" in card and "A remark." in card
    assert "/secret" not in card


def test_a_version_is_never_overwritten(finished: Path, tmp_path: Path) -> None:
    ship(finished, "tiny", 1, zoo=tmp_path / "zoo")
    with pytest.raises(InputError, match="tiny@1 is taken"):
        ship(finished, "tiny", 1, zoo=tmp_path / "zoo")


def test_a_folder_without_a_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        ship(tmp_path, "tiny", 1, zoo=tmp_path / "zoo")


@pytest.fixture
def language_model(tmp_path: Path) -> Path:
    lines = ["la mer", "le chat"]
    trained = train({"t": lines}, lines, alphabet=" aelmrcht", order=2)
    how = {"sources": {"t": lines}, "held_out": lines, "alphabet": " aelmrcht", "alpha": 0.5, "beta": 1.0}
    write_lm_folder(tmp_path / "lm", trained, **how)
    return tmp_path / "lm"


def test_a_language_model_is_shipped_listed_and_found(
    language_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(index, "FOLDER", tmp_path / "zoo")
    folder = ship(language_model, "lm-x", 1, note="A remark.", zoo=tmp_path / "zoo")
    assert {path.name for path in folder.iterdir()} == {"lm.bin", "contract.json", "card.md"}
    assert open_language_model(index.find("lm-x")).order == 2
    assert run(["zoo"]) == 0
    _, line, *licence = capsys.readouterr().out.splitlines()
    bits = json.loads((folder / "contract.json").read_text())["bits_per_character"]
    assert line.split()[:3] == ["lm-x", "1", "lm"] and line.endswith(f"{bits:.3f} bits per character")
    assert licence == ["  weights: not stated", "  data: t, not stated"]
    assert run(["zoo", "lm-x"]) == 0
    card = capsys.readouterr().out
    assert card.startswith("# lm-x@1\n") and card.endswith("A remark.\n")
    with pytest.raises(InputError, match="lm-x@1 is taken"):
        ship(language_model, "lm-x", 1, zoo=tmp_path / "zoo")


def test_a_damaged_language_model_is_not_shipped(language_model: Path, tmp_path: Path) -> None:
    (language_model / "lm.bin").write_bytes(b"FRLM")
    with pytest.raises(InputError, match=r"lm\.bin"):
        ship(language_model, "lm-x", 1, zoo=tmp_path / "zoo")
    assert not (tmp_path / "zoo").exists()
