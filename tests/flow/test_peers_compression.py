"""benchmarks/peers/compression.py: a cell from a tool that is made here, one that fails, and the table of both."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from frugal.contract import Artefact
from frugal.evaluation import Evaluation, evaluate
from frugal.flow import predict_onnx
from frugal.models.char_net import CharNet
from frugal.passes.int8_static import Int8Static
from frugal.tasks.characters import Characters
from tests.unit.glyphs import Glyphs

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
MODULES = ("engines", "subjects", "cells", "compression_table")
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


@pytest.fixture(scope="module")
def peers() -> Iterator[SimpleNamespace]:
    sys.path.insert(0, str(PEERS))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    finally:
        sys.path.remove(str(PEERS))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def rows(peers: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, object]]]:
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
        kind="convolutions",
        task=lambda contract: TASK,
        int8=Int8Static(tolerance=10.0),
        float_artefact=lambda folder: source,
        feeds=lambda: feeds,
        errors=errors,
        selection_error=lambda artefact: errors(artefact).error,
    )
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "quantise.py").write_text(COPIES)
    (tmp_path / "quantising.py").write_text((PEERS / "quantising.py").read_text())
    tools = {
        "frugal": peers.cells.TOOLS["frugal"],
        "copies": peers.cells.Tool(name="copies", title="copies", folder="copies"),
        "broken": peers.cells.Tool(name="broken", title="broken", folder="copies", options={"broken": True}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(peers.cells, "HERE", tmp_path)
        patch.setattr(peers.cells, "interpreter", lambda *arguments, **options: Path(sys.executable))
        yield {
            name: peers.cells.measure_cell(
                peers.cells.Cell(subject=subject, tool=tool), tmp_path / "cache", install=False, cap_s=0.5
            )
            for name, tool in tools.items()
        }


def test_a_cell_is_scored_sized_and_timed_against_ours(rows: dict[str, dict[str, object]]) -> None:
    ours, copies = rows["frugal"], rows["copies"]
    assert ours["int8_weight_share"] > 0.5 and copies["int8_weight_share"] == 0  # type: ignore[operator]
    assert copies["error_increase"] == {"value": 0.0, "low": 0.0, "high": 0.0}, "the same file errs the same"
    assert copies["size_bytes"] > 1.5 * ours["size_bytes"]  # type: ignore[operator]
    assert copies["ratio_to_ours"]["of"] == "cpu_time"  # type: ignore[index]
    assert copies["tool_versions"]["numpy"] == np.__version__  # type: ignore[index]
    json.dumps(rows, allow_nan=False)


def test_a_tool_that_fails_is_a_row_that_says_why(peers: SimpleNamespace, rows: dict[str, dict[str, object]]) -> None:
    assert rows["broken"]["reason"] == "ValueError: no int8 for you"
    lines = peers.compression_table.table(list(rows.values()))
    assert len(lines) == 5 and "**not measured**: ValueError" in lines[-1]
    assert len({line.count("|") for line in lines}) == 1
