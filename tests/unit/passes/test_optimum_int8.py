"""optimum's quantiser as a pass: its operators come out, its settings are checked, its absence is one line."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import onnx
import pytest

from frugal.contract import InputError
from frugal.passes.optimum_int8 import OptimumInt8
from tests.unit.passes.line_graphs import line_artefact, line_samples


@pytest.mark.parametrize(
    ("is_static", "integer", "absent"),
    [
        (False, {"ConvInteger": 2, "MatMulInteger": 1}, "QuantizeLinear"),
        (True, {"Conv": 2, "MatMul": 1}, "ConvInteger"),
    ],
    ids=["dynamic", "static"],
)
def test_it_makes_what_optimum_makes(is_static: bool, integer: dict[str, int], absent: str, tmp_path: Path) -> None:
    pytest.importorskip("optimum.onnxruntime")
    given = line_artefact(tmp_path / "given")
    made = OptimumInt8(is_static=is_static)(given, tmp_path / "made", line_samples())
    found = Counter(node.op_type for node in onnx.load(made.model_path).graph.node)
    assert integer.items() <= found.items()
    assert absent not in found
    assert made.contract["int8_weight_share"] > 0.15
    assert made.contract["parity"]["max_abs"] < 0.3


def test_settings_are_checked() -> None:
    with pytest.raises(InputError, match="allowed: avx2, avx512"):
        OptimumInt8(processor="sse2")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="allowed: 1 or more"):
        OptimumInt8(samples=0)


def test_without_optimum_it_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optimum.onnxruntime", None)
    with pytest.raises(InputError, match=r"frugal-ml\[hf\]"):
        OptimumInt8()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
