"""benchmarks/pruning_lines.py: what its arms leave of a small line network, and what is counted of it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from frugal.models.line_net import LineNet
from frugal.models.macs import count_macs
from frugal.models.saving import load_model, save_model

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def pruning_lines() -> Iterator[ModuleType]:
    pytest.importorskip("torch_pruning")
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("pruning_lines")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("pruning_lines", None)


@pytest.fixture
def bench(tmp_path: Path) -> SimpleNamespace:
    torch.manual_seed(0)
    model = LineNet(5, height=16, widths=(8, 16, 16), depths=(0, 1), hidden=8, layers=2, dropout=0.0).eval()
    asked = SimpleNamespace(macs=0.5, rate=1e-3, seed=0, cache=tmp_path)
    return SimpleNamespace(
        model=model,
        asked=asked,
        reference=(torch.zeros(1, 1, 16, 64),),
        workbench=lambda folder: SimpleNamespace(finetune=lambda network, **settings: network),
        recovered=lambda network, folder: network,
    )


def test_torch_pruning_reaches_the_budget_without_the_recurrent_layers(
    pruning_lines: ModuleType, bench: SimpleNamespace, tmp_path: Path
) -> None:
    pruned = pruning_lines.torch_pruning(bench, tmp_path / "arm")
    ratio = count_macs(pruned, bench.reference) / count_macs(bench.model, bench.reference)
    assert 0.3 < ratio <= 0.5
    assert pruned.recurrent.hidden_size == bench.model.recurrent.hidden_size
    save_model(pruned, tmp_path / "model")
    line = torch.rand(1, 1, 16, 40)
    with torch.no_grad():
        assert torch.equal(load_model(tmp_path / "model")(line), pruned.eval()(line)), "it is loaded again as it was"


def test_unstructured_weighs_what_joint_weighs(
    pruning_lines: ModuleType, bench: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="joint first"):
        pruning_lines.unstructured(bench, tmp_path / "arm")
    half = LineNet(5, height=16, widths=(4, 8, 8), depths=(0, 1), hidden=4, layers=2).eval()
    save_model(half, tmp_path / "joint-0" / "model")
    zeroed = pruning_lines.unstructured(bench, tmp_path / "arm")
    aim = pruning_lines.packed_bytes(half)
    assert 0.9 * aim < pruning_lines.packed_bytes(zeroed) <= aim
    assert pruning_lines._parameters(zeroed) < 0.7 * pruning_lines._parameters(bench.model)
    assert count_macs(zeroed, bench.reference) == count_macs(bench.model, bench.reference), "zeros save no operation"
