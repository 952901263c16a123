"""int8 of a line recogniser with a recurrent layer: static, dynamic, hybrid."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest

from frugal.contract import Artefact, InputError, Samples
from frugal.passes.int8_dynamic import Int8Dynamic
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_static import Int8Static
from frugal.runtime.counting import count
from frugal.runtime.session import open_session
from tests.unit.passes.line_graphs import line_artefact, line_samples


def operators(artefact: Artefact) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load(artefact.model_path).graph.node)


def why(artefact: Artefact) -> dict[str, str]:
    return {entry["operator"]: entry["why"] for entry in artefact.contract["kept_float"]}


@pytest.mark.parametrize("calibration", ["minmax", "percentile"])
@pytest.mark.parametrize("folded", [True, False], ids=["folded", "unfolded"])
def test_hybrid_makes_every_layer_integer(folded: bool, calibration: str, tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given", folded=folded, layers=2 if folded else 1)
    pass_ = Int8Hybrid(calibration=calibration)  # type: ignore[arg-type]
    made = pass_(given, tmp_path / "made", line_samples())
    assert made.contract["precision"] == "int8"
    found = operators(made)
    assert found["DynamicQuantizeLSTM"] == (2 if folded else 1) and not found["LSTM"] and not found["Slice"]
    assert {entry.domain: entry.version for entry in onnx.load(made.model_path).opset_import} == {
        "": 18,
        "com.microsoft": 1,
    }
    assert set(why(made)) == {"Mul", "Add", "Softmax"}, "only front and tail stay float"
    assert made.contract["parity"]["max_abs"] < 0.2
    assert made.contract["int8_weight_share"] > 0.5


def test_the_bytes_are_the_same_every_time(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given")
    files = [Int8Hybrid()(given, tmp_path / name, line_samples()).model_path.read_bytes() for name in ("a", "b")]
    assert files[0] == files[1]


def test_static_leaves_the_lstm_and_says_so(tmp_path: Path) -> None:
    made = Int8Static()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    assert made.contract["precision"] == "mixed"
    assert "int8_hybrid" in why(made)["LSTM"]


def test_hybrid_leaves_a_gru_and_says_so(tmp_path: Path) -> None:
    made = Int8Hybrid()(line_artefact(tmp_path / "given", "GRU"), tmp_path / "made", line_samples())
    assert made.contract["precision"] == "mixed"
    assert operators(made)["GRU"] == 1
    assert why(made)["GRU"] == "onnxruntime has no integer GRU"
    node = next(n for n in onnx.load(made.model_path).graph.node if n.op_type == "GRU")
    assert [e["nodes"] for e in made.contract["kept_float"] if e["operator"] == "GRU"] == [[node.name]]


def test_without_an_lstm_hybrid_is_static(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given", "GRU")
    hybrid = Int8Hybrid()(given, tmp_path / "hybrid", line_samples())
    static = Int8Static()(given, tmp_path / "static", line_samples())
    assert hybrid.model_path.read_bytes() == static.model_path.read_bytes()


def test_dynamic_makes_lstm_and_products_integer_and_no_convolution(tmp_path: Path) -> None:
    made = Int8Dynamic()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    found = operators(made)
    assert (found["DynamicQuantizeLSTM"], found["MatMulInteger"], found["ConvInteger"]) == (1, 1, 0)
    assert made.contract["precision"] == "mixed"
    assert "int8_static" in why(made)["Conv"]
    assert made.contract["parity"]["max_abs"] < 0.2


def test_dynamic_convolutions_when_asked_for(tmp_path: Path) -> None:
    pass_ = Int8Dynamic(operators=["Conv"])
    made = pass_(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    found = operators(made)
    assert (found["ConvInteger"], found["LSTM"], found["MatMul"]) == (2, 1, 1)


def test_dynamic_needs_no_calibration_samples_where_there_is_parity(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given")
    with pytest.raises(InputError, match="no samples"):
        Int8Dynamic()(given, tmp_path / "made", Samples(calibration=[]))


@pytest.mark.parametrize("operators", [[], ["GRU"]])
def test_dynamic_refuses_other_operators(operators: list[str]) -> None:
    with pytest.raises(InputError, match="allowed: LSTM, MatMul, Conv"):
        Int8Dynamic(operators=operators)


def test_what_is_int8_already_is_refused(tmp_path: Path) -> None:
    made = Int8Dynamic(operators=["LSTM"])(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    for pass_ in (Int8Hybrid(), Int8Static(), Int8Dynamic()):
        with pytest.raises(InputError, match="int8 already"):
            pass_(made, tmp_path / "again", line_samples())


def test_the_result_of_a_product_that_goes_on_as_floats_is_not_rounded(tmp_path: Path) -> None:
    made = Int8Static()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    graph = onnx.load(made.model_path).graph
    product = next(node for node in graph.node if node.op_type == "MatMul")
    assert [node.op_type for node in graph.node if product.output[0] in node.input] == ["Add"]


def test_the_maximum_over_columns_shares_its_inputs_scale(tmp_path: Path) -> None:
    made = Int8Static()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    graph = onnx.load(made.model_path).graph
    maximum = next(node for node in graph.node if node.op_type == "ReduceMax")
    before = next(node for node in graph.node if maximum.input[0] in node.output)
    after = next(node for node in graph.node if maximum.output[0] in node.input)
    assert (before.op_type, after.op_type) == ("DequantizeLinear", "QuantizeLinear")
    assert before.input[1:] == after.input[1:]


def test_parity_samples_of_different_widths_are_stored_as_one_batch(tmp_path: Path) -> None:
    made = Int8Hybrid()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    with np.load(made.path / "parity.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    assert arrays["in.image"].shape == (4, 16, 72)
    assert arrays["out.ids"].dtype == np.int64
    answers = open_session(made.model_path)({"image": arrays["in.image"]})
    np.testing.assert_array_equal(answers["ids"], arrays["out.ids"])


@pytest.mark.parametrize("width", [16, 40, 333])
def test_counts_agree_with_the_float_model_at_any_width(width: int, tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given", layers=2)
    shapes = {"image": (1, 16, width)}
    original = count(given.model_path, shapes)
    passes = {"hybrid": Int8Hybrid(), "dynamic": Int8Dynamic(), "tensor": Int8Hybrid(per_channel=False)}
    for name, pass_ in passes.items():
        found = count(pass_(given, tmp_path / name, line_samples()).model_path, shapes)
        assert (found.macs, found.parameters) == (original.macs, original.parameters), name
        assert found.unknown_operators == ()
        assert 0.9 * found.parameters < found.nonzero_parameters <= found.parameters


def test_the_share_of_int8_is_that_of_the_initialisers(tmp_path: Path) -> None:
    made = Int8Hybrid()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    stored = [onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(made.model_path).graph.initializer]
    weights = sum(array.nbytes for array in stored if array.dtype == np.int8 and array.any())
    share = weights / sum(array.nbytes for array in stored)
    assert json.loads((made.path / "contract.json").read_text())["int8_weight_share"] == pytest.approx(share, abs=1e-4)
