"""Are the counts right? Against formulas by hand, loops over the sums themselves, and the model's own int8 forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from frugal.runtime.counting import Counts, count

Nodes = Sequence[onnx.NodeProto]


def save(
    folder: Path,
    nodes: Nodes,
    inputs: Mapping[str, tuple[int, Sequence[int | str]]],
    weights: Mapping[str, np.ndarray],
    domains: Sequence[str] = (),
    output: str = "y",
) -> Path:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, dtype, list(shape)) for name, (dtype, shape) in inputs.items()],
        [onnx.ValueInfoProto(name=output)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 18), *(helper.make_opsetid(domain, 1) for domain in domains)]
    path = folder / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def codes(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(1, 255, size=shape).astype(np.uint8)


PACKED = {"K": 32, "N": 5, "bits": 4, "block_size": 16}
ONE, ZERO = np.float32(1), np.uint8(0)
F, U8 = TensorProto.FLOAT, TensorProto.UINT8

CASES = {
    "Conv": (
        [helper.make_node("Conv", ["x", "w", "b"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1], group=2)],
        {"x": (F, ["n", 4, 9, 9])},
        {"w": normal(6, 2, 3, 3), "b": normal(6)},
        {"x": (3, 4, 9, 9)},
        3 * 6 * 5 * 5 * 2 * 9,
        6 * 2 * 9 + 6,
    ),
    "ConvTranspose": (
        [helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2])],
        {"x": (F, ["n", 4, 7])},
        {"w": normal(4, 3, 5)},
        {"x": (1, 4, 7)},
        4 * 7 * 3 * 5,
        4 * 3 * 5,
    ),
    "Gemm": (
        [helper.make_node("Gemm", ["x", "w", "b"], ["y"], transA=1, transB=1)],
        {"x": (F, [8, "n"])},
        {"w": normal(5, 8), "b": normal(5)},
        {"x": (8, 3)},
        3 * 8 * 5,
        45,
    ),
    "MatMul": (
        [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Add", ["m", "b"], ["y"])],
        {"x": (F, ["n", 6, 8])},
        {"w": normal(8, 5), "b": normal(5)},
        {"x": (2, 6, 8)},
        2 * 6 * 8 * 5,
        45,
    ),
    "MatMul of activations": (
        [helper.make_node("MatMul", ["x", "z"], ["y"])],
        {"x": (F, ["n", 6, 8]), "z": (F, ["n", 8, 6])},
        {},
        {"x": (2, 6, 8), "z": (2, 8, 6)},
        2 * 6 * 8 * 6,
        0,
    ),
    "LSTM": (
        [helper.make_node("LSTM", ["x", "w", "r", "b"], ["y", "", ""], hidden_size=3, direction="bidirectional")],
        {"x": (F, ["t", "n", 4])},
        {"w": normal(2, 12, 4), "r": normal(2, 12, 3), "b": normal(2, 24)},
        {"x": (5, 2, 4)},
        5 * 2 * 2 * 4 * 3 * (4 + 3),
        2 * 12 * 7 + 2 * 24,
    ),
    "GRU": (
        [helper.make_node("GRU", ["x", "w", "r"], ["y", ""], hidden_size=3)],
        {"x": (F, ["t", "n", 4])},
        {"w": normal(1, 9, 4), "r": normal(1, 9, 3)},
        {"x": (5, 2, 4)},
        5 * 2 * 3 * 3 * (4 + 3),
        9 * 7,
    ),
    "RNN": (
        [helper.make_node("RNN", ["x", "w", "r"], ["y", ""], hidden_size=3)],
        {"x": (F, ["t", "n", 4])},
        {"w": normal(1, 3, 4), "r": normal(1, 3, 3)},
        {"x": (5, 2, 4)},
        5 * 2 * 3 * (4 + 3),
        21,
    ),
    "ConvInteger": (
        [helper.make_node("ConvInteger", ["x", "w", "zx", "zw"], ["y"])],
        {"x": (U8, ["n", 2, 5, 5])},
        {"w": codes(3, 2, 3, 3), "zx": ZERO, "zw": ZERO},
        {"x": (1, 2, 5, 5)},
        3 * 3 * 3 * 2 * 9,
        54,
    ),
    "MatMulInteger": (
        [helper.make_node("MatMulInteger", ["x", "w", "zx", "zw"], ["y"])],
        {"x": (U8, ["n", 8])},
        {"w": codes(8, 5), "zx": ZERO, "zw": ZERO},
        {"x": (2, 8)},
        80,
        40,
    ),
    "QLinearConv": (
        [helper.make_node("QLinearConv", ["x", "s", "z", "w", "s", "z", "s", "z", "b"], ["y"])],
        {"x": (U8, ["n", 2, 5, 5])},
        {"w": codes(3, 2, 3, 3), "s": ONE, "z": ZERO, "b": np.arange(1, 4, dtype=np.int32)},
        {"x": (1, 2, 5, 5)},
        3 * 3 * 3 * 2 * 9,
        57,
    ),
    "QLinearMatMul": (
        [helper.make_node("QLinearMatMul", ["x", "s", "z", "w", "s", "z", "s", "z"], ["y"])],
        {"x": (U8, ["n", 8])},
        {"w": codes(8, 5), "s": ONE, "z": ZERO},
        {"x": (2, 8)},
        80,
        40,
    ),
    "QGemm": (
        [helper.make_node("QGemm", ["x", "s", "z", "w", "s", "z"], ["y"], domain="com.microsoft", transB=1)],
        {"x": (U8, ["n", 8])},
        {"w": codes(5, 8), "s": ONE, "z": ZERO},
        {"x": (2, 8)},
        80,
        40,
    ),
    "DynamicQuantizeMatMul": (
        [helper.make_node("DynamicQuantizeMatMul", ["x", "w", "s"], ["y"], domain="com.microsoft")],
        {"x": (F, ["n", 8])},
        {"w": codes(8, 5), "s": ONE},
        {"x": (2, 8)},
        80,
        40,
    ),
    "MatMulIntegerToFloat": (
        [helper.make_node("MatMulIntegerToFloat", ["x", "w", "s", "s"], ["y"], domain="com.microsoft")],
        {"x": (U8, ["n", 8])},
        {"w": codes(8, 5), "s": ONE},
        {"x": (2, 8)},
        80,
        40,
    ),
    "FusedConv": (
        [helper.make_node("FusedConv", ["x", "w"], ["y"], domain="com.microsoft", activation="Relu")],
        {"x": (F, ["n", 2, 5, 5])},
        {"w": normal(3, 2, 3, 3)},
        {"x": (1, 2, 5, 5)},
        3 * 3 * 3 * 2 * 9,
        54,
    ),
    "FusedMatMul": (
        [helper.make_node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft", transA=1)],
        {"x": (F, [8, "n"])},
        {"w": normal(8, 5)},
        {"x": (8, 3)},
        3 * 8 * 5,
        40,
    ),
    "MatMulNBits": (
        [helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], domain="com.microsoft", **PACKED)],
        {"x": (F, ["n", 32])},
        {"w": np.full((5, 2, 8), 0x18, np.uint8), "s": normal(10)},
        {"x": (3, 32)},
        3 * 32 * 5,
        160,
    ),
    "Einsum": (
        [helper.make_node("Einsum", ["x", "w"], ["y"], equation="nti,io->nto")],
        {"x": (F, ["n", 6, 8])},
        {"w": normal(8, 5)},
        {"x": (2, 6, 8)},
        2 * 6 * 8 * 5,
        40,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_formula_by_hand(name: str, tmp_path: Path) -> None:
    nodes, inputs, weights, shapes, macs, parameters = CASES[name]
    counts = count(save(tmp_path, nodes, inputs, weights, ["com.microsoft"]), shapes)
    assert (counts.macs, counts.parameters) == (macs, parameters), counts
    assert counts.by_operator == {name.partition(" ")[0]: macs}
    assert counts.unknown_operators == ()
    assert counts.weight_bytes == sum(array.nbytes for array in weights.values())
    assert counts.size_bytes == (tmp_path / "model.onnx").stat().st_size


def test_convolution_macs_are_the_products_that_a_plain_loop_does() -> None:
    """Valid convolution, counted one multiplication at a time."""
    height, width, kernel, channels, filters, stride = 7, 6, 3, 2, 4, 2
    products = 0
    for _ in range(filters):
        for top in range(0, height - kernel + 1, stride):
            for left in range(0, width - kernel + 1, stride):
                window = np.ones((channels, height, width))[:, top : top + kernel, left : left + kernel]
                products += window.size
    from frugal.runtime.operators import MACS

    output = (1, filters, (height - kernel) // stride + 1, (width - kernel) // stride + 1)
    assert MACS["Conv"]([(1, channels, height, width), (filters, channels, kernel, kernel)], output, {}) == products


def test_lstm_macs_are_the_products_of_its_equations() -> None:
    """One step: i, o, f, c each multiply the input (I) and the state (H) into H units."""
    from frugal.runtime.operators import MACS

    steps, batch, inputs, hidden = 3, 2, 5, 4
    state = np.zeros(hidden)
    products = 0
    for _ in range(steps * batch):
        for _gate in "iofc":
            w, r = np.ones((hidden, inputs)), np.ones((hidden, hidden))
            products += w.size + r.size
            state = np.tanh(w @ np.ones(inputs) + r @ state)
    shapes = [(steps, batch, inputs), (1, 4 * hidden, inputs), (1, 4 * hidden, hidden)]
    assert MACS["LSTM"](shapes, (steps, 1, batch, hidden), {}) == products


def network(folder: Path) -> Path:
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Reshape", ["p", "shape"], ["q"]),
        helper.make_node("Gemm", ["q", "w2", "b2"], ["h"], transB=1),
        helper.make_node("Relu", ["h"], ["i"]),
        helper.make_node("MatMul", ["i", "w3"], ["m"]),
        helper.make_node("Add", ["m", "b3"], ["y"]),
    ]
    weights = {
        "w1": normal(8, 1, 3, 3), "b1": normal(8), "w2": normal(16, 8), "b2": normal(16), "w3": normal(16, 10),
        "b3": normal(10), "shape": np.array([-1, 8]),
    }  # fmt: skip
    return save(folder, nodes, {"x": (F, ["n", 1, 12, 12])}, weights)


class Feeds(CalibrationDataReader):
    def __init__(self) -> None:
        generator = np.random.default_rng(1)
        self._feeds = iter([{"x": generator.normal(size=(1, 1, 12, 12)).astype(np.float32)} for _ in range(4)])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def int8_forms(model: Path, folder: Path) -> dict[str, Path]:
    forms = {name: folder / f"{name}.onnx" for name in ("qdq", "qoperator", "dynamic", "signed")}
    quantize_static(model, forms["qdq"], Feeds(), quant_format=QuantFormat.QDQ, per_channel=True)
    quantize_static(model, forms["qoperator"], Feeds(), quant_format=QuantFormat.QOperator, per_channel=True)
    quantize_static(model, forms["signed"], Feeds(), activation_type=QuantType.QInt8, weight_type=QuantType.QInt8)
    quantize_dynamic(model, forms["dynamic"])
    return forms


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnxruntime")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
def test_int8_forms_have_the_macs_and_parameters_of_their_float_original(tmp_path: Path) -> None:
    model = network(tmp_path)
    shapes = {"x": (1, 1, 12, 12)}
    original = count(model, shapes)
    assert original.macs == 12 * 12 * 8 * 9 + 8 * 16 + 16 * 10
    assert original.parameters == original.nonzero_parameters == 80 + 144 + 170
    for name, path in int8_forms(model, tmp_path).items():
        form = count(path, shapes)
        assert (form.macs, form.parameters) == (original.macs, original.parameters), (name, form)
        assert form.unknown_operators == (), name
        assert 0.9 * form.parameters <= form.nonzero_parameters <= form.parameters, (name, form)


def lstm_counts(folder: Path, *, zero: bool, directions: int = 1, per_channel: bool = False) -> tuple[Counts, Counts]:
    direction = "bidirectional" if directions == 2 else "forward"
    nodes = [helper.make_node("LSTM", ["x", "w", "r", "b"], ["y", "", ""], hidden_size=8, direction=direction)]
    w = normal(directions, 32, 4)
    if zero:
        w[:, :, 0] = 0
    weights = {"w": w, "r": normal(directions, 32, 8), "b": normal(directions, 64)}
    model = save(folder, nodes, {"x": (F, ["t", 1, 4])}, weights)
    quantize_dynamic(model, folder / "dynamic.onnx", op_types_to_quantize=["LSTM"], per_channel=per_channel)
    shapes = {"x": (6, 1, 4)}
    return count(model, shapes), count(folder / "dynamic.onnx", shapes)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnxruntime")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("per_channel", [True, False])
def test_dynamic_lstm_counts_as_its_float_original(directions: int, per_channel: bool, tmp_path: Path) -> None:
    original, dynamic = lstm_counts(tmp_path, zero=False, directions=directions, per_channel=per_channel)
    assert dynamic.by_operator == {"DynamicQuantizeLSTM": directions * 6 * 32 * 12}
    assert (dynamic.macs, dynamic.parameters) == (original.macs, original.parameters)
    codes, bias = directions * 32 * 12, directions * 64 * 4
    scales = 2 * directions * (32 if per_channel else 1) * (4 + 1)
    assert dynamic.weight_bytes == codes + bias + scales
    assert dynamic.int8_weight_share == codes / dynamic.weight_bytes
    assert original.int8_weight_share == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnxruntime")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:onnx")
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("per_channel", [True, False])
def test_zeros_survive_quantisation_because_zero_points_are_respected(
    directions: int, per_channel: bool, tmp_path: Path
) -> None:
    original, dynamic = lstm_counts(tmp_path, zero=True, directions=directions, per_channel=per_channel)
    assert original.parameters - original.nonzero_parameters == 32 * directions
    assert dynamic.parameters - dynamic.nonzero_parameters >= 32 * directions


@pytest.mark.parametrize(("zero_points", "expected"), [(None, 5 * 32 - 5), (np.full(5, 0x99, np.uint8), 5 * 32 - 5)])
def test_zeros_of_packed_four_bit_weights(zero_points: np.ndarray | None, expected: int, tmp_path: Path) -> None:
    """Each row holds one 8, the default zero point, and one 9; 0x99 states the zero point 9 for both blocks."""
    rows = np.full((5, 2, 8), 0x11, np.uint8)
    rows[:, 0, 0] = 0x98
    names = ["x", "w", "s"] + (["z"] if zero_points is not None else [])
    node = helper.make_node("MatMulNBits", names, ["y"], domain="com.microsoft", **PACKED)
    weights = {"w": rows, "s": normal(10)} | ({"z": zero_points} if zero_points is not None else {})
    counts = count(save(tmp_path, [node], {"x": (F, ["n", 32])}, weights, ["com.microsoft"]), {"x": (1, 32)})
    assert (counts.parameters, counts.nonzero_parameters) == (160, expected)


def test_shapes_scalars_and_scales_are_no_parameters_but_bytes(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=F),
        helper.make_node("Mul", ["f", "scale"], ["s"]),
        helper.make_node("Reshape", ["s", "shape"], ["y"]),
    ]
    weights = {"scale": np.float32(1 / 255), "shape": np.array([1, -1])}
    counts = count(save(tmp_path, nodes, {"x": (U8, [1, 4, 4])}, weights), {"x": (1, 4, 4)})
    assert (counts.macs, counts.parameters, counts.weight_bytes) == (0, 0, 4 + 16)


def test_constant_nodes_are_weighed_above_64_elements_and_counted_by_use(tmp_path: Path) -> None:
    big, small = normal(16, 5), normal(5)
    nodes = [
        helper.make_node("Constant", [], ["w"], value=numpy_helper.from_array(big)),
        helper.make_node("Constant", [], ["b"], value=numpy_helper.from_array(small)),
        helper.make_node("Gemm", ["x", "w", "b"], ["y"]),
    ]
    counts = count(save(tmp_path, nodes, {"x": (F, ["n", 16])}, {}), {"x": (1, 16)})
    assert (counts.parameters, counts.weight_bytes, counts.macs) == (85, 80 * 4, 80)


def test_foreign_operators_and_control_flow_are_listed_and_the_rest_is_counted(tmp_path: Path) -> None:
    branch = helper.make_graph(
        [helper.make_node("Identity", ["m"], ["o"])], "b", [], [helper.make_tensor_value_info("o", F, None)]
    )
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch),
    ]
    weights = {"w": normal(8, 5), "c": np.array(True)}
    counts = count(save(tmp_path, nodes, {"x": (F, ["n", 8])}, weights), {"x": (1, 8)})
    assert (counts.macs, counts.unknown_operators) == (40, ("If",))


def test_a_model_that_does_not_run_has_no_macs_but_a_reason(tmp_path: Path) -> None:
    nodes = [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Magic", ["m"], ["y"], domain="org.else")]
    counts = count(save(tmp_path, nodes, {"x": (F, ["n", 8])}, {"w": normal(8, 5)}, ["org.else"]), {"x": (1, 8)})
    assert counts.macs is None and "onnxruntime does not open" in counts.reason
    assert (counts.parameters, counts.unknown_operators) == (40, ("org.else.Magic",))
