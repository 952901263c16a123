"""`frugal doctor`: the machine, and a model with every fault that it knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.cli.main import run
from frugal.passes.float16 import Float16
from frugal.passes.int8_dynamic import Int8Dynamic
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_static import Int8Static
from frugal.passes.int8_weights import Int8Weights
from tests.unit.passes.line_graphs import line_artefact, line_model, line_samples


def test_the_machine(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mnist").mkdir()
    monkeypatch.setenv("FRUGAL_DATA", str(tmp_path))
    assert run(["doctor"]) == 0
    out = capsys.readouterr().out
    for expected in ("python 3.", "onnxruntime ", "cpu:", "meter B:", "RAPL", "meter C:", "extra train:", "mnist"):
        assert expected in out


def test_every_meter_says_whether_it_reads_and_whether_it_was_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("meter ")]
    named = "recording", "Joulescope", "Power Profiler", "RAPL", "Apple", "Jetson", "Raspberry Pi 5", "NVML", "CPU time"
    for name, line in zip(named, lines, strict=True):
        assert name in line, line
    assert [line.split()[1] for line in lines] == ["A:"] * 3 + ["B:"] * 5 + ["C:"]
    for line in lines[1:]:
        assert "available" in line and ("not tried on hardware" in line) != ("CPU time" in line), line


def test_a_sound_artefact(
    make_classifier: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", str(make_classifier(tmp_path / "m"))]) == 0
    out = capsys.readouterr().out
    assert "image uint8 [batch, 28, 28] in 0..255" in out
    assert "opset:            onnx 18" in out and "classification" in out
    assert "warnings:         none" in out


def test_an_artefact_whose_model_was_exchanged(
    make_classifier: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_classifier(tmp_path / "m")
    contract = json.loads((folder / "contract.json").read_text())
    (folder / "contract.json").write_text(json.dumps({**contract, "model_sha256": "0" * 64}))
    assert run(["doctor", str(folder)]) == 0
    assert "model_sha256 differs" in capsys.readouterr().out


def test_a_model_with_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = helper.make_graph(
        [
            helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
            helper.make_node("ConvInteger", ["q", "w"], ["c"]),
            helper.make_node("Magic", ["c"], ["y"], domain="org.else"),
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 1, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, None)],
        [
            numpy_helper.from_array(np.float32(0.1), "s"),
            numpy_helper.from_array(np.int8(0), "z"),
            numpy_helper.from_array(np.ones((2, 1, 3, 3), np.int8), "w"),
        ],
    )
    opsets = [helper.make_opsetid("", 22), helper.make_opsetid("org.else", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), tmp_path / "m.onnx")
    assert run(["doctor", str(tmp_path / "m.onnx")]) == 0
    out = capsys.readouterr().out
    for expected in ("x[0]", "ir_version 10", "opset 22", "ConvInteger", "int8", "org.else.Magic"):
        assert any(expected in line for line in out.splitlines() if line.startswith("warning")), expected
    assert "parameters:       18 (18 not zero)" in out


def warnings(capsys: pytest.CaptureFixture[str], model: Path) -> list[str]:
    assert run(["doctor", str(model)]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning:")]


def test_recurrent_weights_that_the_graph_computes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = line_artefact(tmp_path / "unfolded", folded=False)
    (line,) = warnings(capsys, given.model_path)
    assert "recurrent weights are computed in the graph" in line and "simplify" in line
    assert not warnings(capsys, line_artefact(tmp_path / "folded").model_path)


@pytest.mark.parametrize("pass_", [Int8Weights(), Float16()], ids=["int8_weights", "float16"])
def test_weights_stored_small_are_no_computed_ones(
    pass_: Int8Weights | Float16, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pass_(line_artefact(tmp_path / "given", "GRU"), tmp_path / "made", line_samples())
    assert not [line for line in warnings(capsys, tmp_path / "made") if "computed in the graph" in line]


def test_layers_that_stayed_float(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = line_artefact(tmp_path / "given")
    static = Int8Static()(given, tmp_path / "static", line_samples())
    (line,) = warnings(capsys, static.path)
    assert "1 x LSTM" in line and "int8_hybrid" in line
    dynamic = Int8Dynamic()(given, tmp_path / "dynamic", line_samples())
    (line,) = warnings(capsys, dynamic.path)
    assert "floats between integer layers: 2 x Conv, 2 x Relu, 1 x ReduceMax" in line and "int8_static" in line
    assert not warnings(capsys, Int8Hybrid()(given, tmp_path / "hybrid", line_samples()).path)


def test_weights_in_all_8_bits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = line_artefact(tmp_path / "given")
    for number, pass_ in enumerate((Int8Hybrid(reduce_range=False), Int8Dynamic(reduce_range=False))):
        made = pass_(given, tmp_path / str(number), line_samples())
        assert any("reduce_range=true" in line for line in warnings(capsys, made.path))


def test_dimensions_that_only_the_tracer_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = line_model()
    for dim, name in zip(model.graph.input[0].type.tensor_type.shape.dim, ("batch", "s0", "s77"), strict=True):
        dim.dim_param = name
    onnx.save(model, tmp_path / "m.onnx")
    (line,) = warnings(capsys, tmp_path / "m.onnx")
    assert "image[1], image[2]" in line


def test_what_is_no_model_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.onnx").write_text("text")
    assert run(["doctor", str(tmp_path / "m.onnx")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
