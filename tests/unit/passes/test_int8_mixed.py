"""Mixed precision: as few layers as the error demands stay float."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import onnx
import pytest

from frugal.contract import Artefact, InputError
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_mixed import WHY, Int8Mixed, kept_layers, layers
from frugal.passes.preparing import prepared
from tests.unit.passes.line_graphs import line_artefact, line_samples

COSTS = {"a": 0.001, "b": 0.05, "c": 0.002, "d": 0.03}


def additive(keep: Sequence[str]) -> float:
    """Every rounded layer adds its own share to an error of 0.1."""
    return 0.1 + sum(cost for name, cost in COSTS.items() if name not in keep)


@pytest.mark.parametrize(
    ("allowed", "kept"),
    [
        (0.1, []),
        (0.0835, []),
        (0.04, ["b"]),
        (0.01, ["b", "d"]),
        (0.0015, ["b", "d", "c"]),
        (0.0, ["b", "d", "c", "a"]),
    ],
)
def test_the_fewest_layers_stay_worst_first(allowed: float, kept: list[str]) -> None:
    assert kept_layers(list(COSTS), additive, 0.1 + allowed) == kept


def test_every_layer_with_weights_is_a_candidate(tmp_path: Path) -> None:
    model = prepared(line_artefact(tmp_path, layers=2))
    kinds = {node.name: node.op_type for node in model.graph.node}
    assert [kinds[name] for name in layers(model)] == ["Conv", "Conv", "LSTM", "LSTM", "MatMul"]


def operators(artefact: Artefact) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load(artefact.model_path).graph.node)


def while_integer(operator: str) -> Callable[[Artefact], float]:
    """An error of 1 for each node of an operator that should stay float."""
    return lambda artefact: float(operators(artefact)[operator])


def test_a_layer_whose_rounding_hurts_stays_float_and_says_why(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given")
    samples = replace(line_samples(), evaluate=while_integer("DynamicQuantizeLSTM"))
    made = Int8Mixed()(given, tmp_path / "made", samples)
    found = operators(made)
    assert (found["LSTM"], found["DynamicQuantizeLSTM"]) == (1, 0)
    assert made.contract["precision"] == "mixed"
    assert {entry["why"] for entry in made.contract["kept_float"] if entry["operator"] == "LSTM"} == {WHY}
    hybrid = Int8Hybrid()(given, tmp_path / "hybrid", line_samples())
    assert found["QuantizeLinear"] >= operators(hybrid)["QuantizeLinear"] - 1, "the other layers are integer"


def test_where_nothing_hurts_it_is_hybrid(tmp_path: Path) -> None:
    given = line_artefact(tmp_path / "given")
    mixed = Int8Mixed()(given, tmp_path / "mixed", replace(line_samples(), evaluate=lambda artefact: 0.1))
    hybrid = Int8Hybrid()(given, tmp_path / "hybrid", line_samples())
    assert mixed.model_path.read_bytes() == hybrid.model_path.read_bytes()


def test_it_refuses_to_guess(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without an error to go by"):
        Int8Mixed()(line_artefact(tmp_path / "given"), tmp_path / "made", line_samples())
    with pytest.raises(InputError, match="allowed: 0 or more"):
        Int8Mixed(error_increase=-0.1)
