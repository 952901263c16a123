"""benchmarks/peers/compression.py: a cell from a tool that is made here, one that fails, and the table of both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from frugal.contract import Artefact, InputError, Samples
from frugal.evaluation import Evaluation, evaluate
from frugal.flow import predict_onnx
from frugal.models.char_net import CharNet
from frugal.models.line_net import LineNet
from frugal.passes.int8_static import Int8Static
from frugal.tasks.characters import Characters
from tests.flow.script_modules import PEERS, imported
from tests.unit.glyphs import Glyphs

MODULES = ("engines", "subjects", "cells", "compression_table", "compression", "twins")
TASK = Characters(labels="abcd")
COPIES = '''
"""Quantises nothing, or fails."""
import shutil

PACKAGES = ("numpy",)

def quantise(source, target, feeds, *, broken=False):
    print("tools may print")
    assert len(feeds) == 32 and feeds[0]["image"].shape == (1, 28, 28)
    if broken:
        raise ValueError("no int8\\nfor you")
    shutil.copy(source, target)
'''

SIZES = {"error_low": 0.1, "error_high": 0.1, "size_bytes": 1000, "int8_weight_share": 0.5, "cpu_ms": {"value": 1.0}}


@pytest.fixture(scope="module")
def peers() -> Iterator[SimpleNamespace]:
    with imported(MODULES) as modules:
        yield modules


@pytest.fixture(scope="module")
def cells(peers: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, SimpleNamespace]]:
    """Of one network: ours, a tool that copies the file, and one that fails."""
    from frugal import export

    tmp_path = tmp_path_factory.mktemp("peers")
    data = Glyphs()
    data.setup("fit")
    source = export(CharNet(4, widths=(4, 8), depths=(1, 1)), TASK, tmp_path / "source")
    batch = next(iter(data.test_dataloader()))
    feeds = [{"image": batch.inputs["image"].numpy()[i : i + 1]} for i in range(32)]

    def errors(artefact: Artefact) -> Evaluation:
        return evaluate(predict_onnx(artefact), TASK, data.test_dataloader())

    subject = SimpleNamespace(
        name="glyphs",
        digest="d",
        int8=(Int8Static(tolerance=10.0),),
        task=TASK,
        float_artefact=lambda folder: source,
        feeds=lambda: feeds,
        errors=errors,
        quantised=lambda model, target, feeds: Int8Static(tolerance=10.0)(model, target, Samples(calibration=feeds)),
    )
    ground = peers.cells.Ground(subject, tmp_path / "cache")
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "quantise.py").write_text(COPIES)
    (tmp_path / "copies" / "requirements.txt").write_text("numpy")
    (tmp_path / "quantising.py").write_text((PEERS / "quantising.py").read_text())
    tools = {
        "frugal": peers.cells.TOOLS["frugal"],
        "copies": peers.cells.Tool(name="copies", title="copies", folder="copies"),
        "broken": peers.cells.Tool(name="broken", title="broken", folder="copies", options={"broken": True}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers.cells, "HERE", tmp_path)
        patch.setattr(peers.cells, "interpreter", lambda *arguments, **options: Path(sys.executable))
        yield {name: peers.cells.Cell(ground=ground, tool=tool) for name, tool in tools.items()}


@pytest.fixture(scope="module")
def rows(
    peers: SimpleNamespace, cells: dict[str, SimpleNamespace], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, object]]:
    cache = tmp_path_factory.mktemp("cache")
    return {
        name: peers.cells.measure_cell(cell, cache, install=False, cap_s=0.5) | {"model": "glyphs"}
        for name, cell in cells.items()
    }


def test_a_cell_is_scored_sized_and_timed_against_ours(rows: dict[str, dict[str, object]]) -> None:
    ours, copies = rows["frugal"], rows["copies"]
    assert ours["ratio_to_ours"]["low"] <= 1.05 and ours["ratio_to_ours"]["high"] >= 0.95, "ours against itself"  # type: ignore[index]
    assert ours["int8_weight_share"] > 0.5 and copies["int8_weight_share"] == 0  # type: ignore[operator]
    assert copies["error_increase"] == {"value": 0.0, "low": 0.0, "high": 0.0}, "the same file errs the same"
    assert copies["size_bytes"] > 1.5 * ours["size_bytes"]  # type: ignore[operator]
    assert copies["ratio_to_ours"]["of"] == "cpu_time"  # type: ignore[index]
    assert copies["tool_versions"]["numpy"] == np.__version__  # type: ignore[index]
    json.dumps(rows, allow_nan=False)


def test_a_file_that_stands_is_timed_and_not_made_again(
    peers: SimpleNamespace,
    cells: dict[str, SimpleNamespace],
    rows: dict[str, dict[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def again(*arguments: object, **options: object) -> Path:
        raise peers.engines.EngineFailure("made again")

    monkeypatch.setattr(peers.cells, "interpreter", again)
    cell = cells["copies"]
    stored = rows["copies"] | {"identity": cell.identity | {"ours": "other"}}
    timed = peers.cells.measure_cell(cell, tmp_path, install=False, cap_s=0.5, stored=stored)
    assert timed["error"] == rows["copies"]["error"] and timed["ratio_to_ours"] != rows["copies"]["ratio_to_ours"]
    stored["model_sha256"] = "another file"
    assert peers.cells.measure_cell(cell, tmp_path, install=False, cap_s=0.5, stored=stored)["reason"] == "made again"


def test_a_tool_that_fails_is_a_row_that_says_why(peers: SimpleNamespace, rows: dict[str, dict[str, object]]) -> None:
    assert rows["broken"]["reason"] == "ValueError: no int8 for you"
    lines = peers.compression_table.table(list(rows.values()))
    assert len(lines) == 5 and "**not measured**: ValueError" in lines[-1]
    assert len({line.count("|") for line in lines}) == 1


def row(tool: str, *, ratio: float, moved: float = 0.0) -> dict[str, object]:
    increase = {"value": moved, "low": moved, "high": moved}
    times = {"value": ratio, "low": ratio - 0.01, "high": ratio + 0.01}
    return {"model": "m", "tool": tool, "title": tool, "error": 0.1 + moved, "error_increase": increase,
            "ratio_to_ours": times}  # fmt: skip


def test_claims_hold_ours_against_the_fastest_other(peers: SimpleNamespace) -> None:
    claims = peers.compression_table.claims
    rows = [row("float", ratio=0.5), row("frugal", ratio=1.0, moved=0.001), row("a", ratio=1.6), row("b", ratio=1.2)]
    assert claims(rows)[-1] == "| m | +0.10 | b | -0.10 | 1.2 (1.19-1.21) | yes | yes |"
    slow_and_wrong = [row("frugal", ratio=1.0, moved=0.003), row("a", ratio=0.97)]
    assert claims(slow_and_wrong)[-1].endswith("| **no** | **no** |")
    assert claims([row("frugal", ratio=1.0)])[-1] == "| m | - | - | - | - | - | - |", "nothing to hold it against"


def test_a_twin_keeps_the_trunk_and_draws_another_head(peers: SimpleNamespace) -> None:
    model = LineNet(4, height=16, widths=(4, 6, 8), depths=(0, 1), hidden=5)
    for name, changed in peers.twins.TWINS.items():
        other = peers.twins.twin(model, changed)
        state, before = other.state_dict(), model.state_dict()
        shared = [key for key in before if key.startswith(peers.twins.TRUNK)]
        assert shared and all(torch.equal(state[key], before[key]) for key in shared), name
        assert ("recurrent.weight_ih_l0" in state) == (name == "gru")
    assert isinstance(peers.twins.twin(model, peers.twins.TWINS["gru"]).recurrent, torch.nn.GRU)


def test_subjects_are_described_and_named_on_the_command_line(peers: SimpleNamespace, tmp_path: Path) -> None:
    network = LineNet(4, height=16, widths=(4, 6, 8), depths=(0, 1), hidden=5, layers=1, cell="gru")
    assert peers.subjects.described(network) == "5 convolutions, 1 bidirectional GRU layer of 5"
    assert peers.subjects.named(["gru=runs/gru"]) == {"gru": "runs/gru"}
    for wrong in ("gru", "=runs/gru", "gru=", "a/b=runs/gru"):
        with pytest.raises(InputError, match="NAME=RUN"):
            peers.subjects.named([wrong])
    known = peers.subjects.subjects(tmp_path, {"gru": "runs/gru"})
    assert list(known) == [*peers.subjects.ZOO, "gru"]
    with pytest.raises(InputError, match="no model 'runs/gru'"):
        _ = known["gru"].digest


def test_a_twin_that_is_not_given_is_a_row_that_says_so(
    peers: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers.compression, "_row", lambda cell, asked: row(cell.tool.name, ratio=1.0) | SIZES)
    stored = {**row("nncf", ratio=2.5), **SIZES, "model": "gru"}
    (tmp_path / "gru__nncf.json").write_text(json.dumps(stored))
    assert peers.compression.main(["--data", str(tmp_path), "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert (
        "no --subject convolutional=RUN" in shown and shown.count("no --subject gru=RUN") == len(peers.cells.TOOLS) - 1
    )
    assert "2.5 (2.49-2.51)" in shown, "what was measured before is shown"
    assert shown.count("**not measured**: no --subject") < shown.count("**not measured**"), "no stage was run"
    assert peers.compression.main(["--data", str(tmp_path), "--cell", "gru/nncf"]) == 2
