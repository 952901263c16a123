"""ONNX operators by the arithmetic that they do: multiply-accumulates from real shapes, and what each input is for.

Knows shapes and attributes only; opens no file and runs nothing.
Names and input positions: the ONNX operator specification and onnxruntime's contributed operators (com.microsoft).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnx

Shape = tuple[int, ...]
Attributes = Mapping[str, Any]
CountMacs = Callable[[Sequence[Shape], Shape, Attributes], int]

STANDARD = ("", "ai.onnx")
CONTRIBUTED = "com.microsoft"
CONTROL_FLOW = {"If", "Loop", "Scan", "SequenceMap"}
UNCOUNTED = {"Attention", "DeformConv", "STFT", "DFT", "MelWeightMatrix", "LinearAttention", "CausalConvWithState"}
"""Standard operators that multiply and accumulate but have no formula here."""

ELEMENTWISE_CONTRIBUTED = {
    "BiasAdd", "BiasGelu", "BiasSoftmax", "DequantizeLinear", "DynamicQuantizeLinear", "EmbedLayerNormalization",
    "FastGelu", "GatherBlockQuantized", "Gelu", "GroupNorm", "NhwcMaxPool", "QLinearAdd", "QLinearAveragePool",
    "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul", "QLinearReduceMean",
    "QLinearSigmoid", "QLinearSoftmax", "QLinearWhere", "QuantizeLinear", "QuickGelu", "RotaryEmbedding",
    "SkipGroupNorm", "SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization",
}  # fmt: skip

QUANTISER_INPUTS = {
    "QuantizeLinear": {1, 2},
    "DequantizeLinear": {1, 2},
    "ConvInteger": {2, 3},
    "MatMulInteger": {2, 3},
    "QLinearConv": {1, 2, 4, 5, 6, 7},
    "QLinearMatMul": {1, 2, 4, 5, 6, 7},
    "QGemm": {1, 2, 4, 5, 7, 8},
    "DynamicQuantizeMatMul": {2, 3},
    "MatMulIntegerToFloat": {2, 3, 4, 5},
    "DynamicQuantizeLSTM": {8, 9, 10, 11},
    "MatMulNBits": {2, 3, 4},
    "QLinearAdd": {1, 2, 4, 5, 6, 7},
    "QLinearMul": {1, 2, 4, 5, 6, 7},
}
"""Operator -> positions of scales, zero points and group indices: never parameters."""

ZERO_POINT_OF = {
    ("DequantizeLinear", 0): 2,
    ("ConvInteger", 1): 3,
    ("MatMulInteger", 1): 3,
    ("QLinearConv", 3): 5,
    ("QLinearMatMul", 3): 5,
    ("QGemm", 3): 5,
    ("DynamicQuantizeMatMul", 1): 3,
    ("MatMulIntegerToFloat", 1): 5,
    ("DynamicQuantizeLSTM", 1): 9,
    ("DynamicQuantizeLSTM", 2): 11,
    ("QLinearAdd", 0): 2,
    ("QLinearAdd", 3): 5,
    ("QLinearMul", 0): 2,
    ("QLinearMul", 3): 5,
}
"""(operator, position of the weight) -> position of its zero point."""

_ANY_BUT_QUANTISER = {
    "Conv", "FusedConv", "ConvTranspose", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "ConvInteger", "MatMulInteger",
    "QLinearConv", "QLinearMatMul", "QGemm", "DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MatMulNBits", "Einsum",
    "PRelu", "BatchNormalization", "LayerNormalization", "InstanceNormalization", "GroupNormalization",
    "RMSNormalization", "SkipLayerNormalization", "SimplifiedLayerNormalization", "DeformConv",
}  # fmt: skip
RECURRENT = ("LSTM", "GRU", "RNN")
_RECURRENT = {"LSTM": {1, 2, 3, 7}, "GRU": {1, 2, 3}, "RNN": {1, 2, 3}, "DynamicQuantizeLSTM": {1, 2, 3, 7}}
INTEGER = {
    "ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul", "QGemm", "QLinearAdd", "QLinearMul",
    "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearConcat", "QLinearLeakyRelu", "QLinearSigmoid",
    "QLinearSoftmax", "QLinearReduceMean", "QLinearWhere", "DynamicQuantizeLSTM", "DynamicQuantizeMatMul",
    "MatMulIntegerToFloat", "MatMulNBits",
}  # fmt: skip
"""Operators that compute with integers, or with weights stored as integers."""

QUANTISERS = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"}
ACCUMULATING = {"ConvInteger", "MatMulInteger"}
"""Integer operators whose result is int32, to be cast and scaled by the nodes that follow."""

PRODUCTS = {"MatMul", "Gemm"}
"""Operators whose integer kernels can give floats."""

MOVING = {
    "Cast", "Concat", "Constant", "ConstantOfShape", "DepthToSpace", "Dropout", "Expand", "Flatten", "Gather",
    "GatherElements", "GatherND", "Identity", "Pad", "Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile",
    "Transpose", "Unsqueeze", "Where",
}  # fmt: skip
"""Operators that move numbers and do not compute with them."""

ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Pow", "QLinearAdd", "QLinearMul"}
PASS_THROUGH = {
    "DequantizeLinear", "QuantizeLinear", "Transpose", "Reshape", "Cast", "Identity", "Squeeze", "Unsqueeze", "Concat",
    "Split", "Slice", "Flatten", "Expand", "Tile",
}  # fmt: skip


def is_counted(node: onnx.NodeProto) -> bool:
    """Whether the node's multiply-accumulates have a formula here."""
    return node.domain in (*STANDARD, CONTRIBUTED) and node.op_type in MACS


def is_unknown(node: onnx.NodeProto) -> bool:
    """Whether the node may multiply and accumulate in a way that is not counted."""
    if is_counted(node):
        return False
    if node.domain in STANDARD:
        return node.op_type in CONTROL_FLOW | UNCOUNTED
    return not (node.domain == CONTRIBUTED and node.op_type in ELEMENTWISE_CONTRIBUTED)


def is_integer(node: onnx.NodeProto) -> bool:
    """Whether the operator itself computes with integers."""
    return node.domain in (*STANDARD, CONTRIBUTED) and node.op_type in INTEGER


def is_quantiser(node: onnx.NodeProto) -> bool:
    """Whether the node turns floats into integers or back."""
    return node.domain in (*STANDARD, CONTRIBUTED) and node.op_type in QUANTISERS


def label(node: onnx.NodeProto) -> str:
    """The operator's name, with its domain where it is not the standard one or onnxruntime's."""
    return node.op_type if node.domain in (*STANDARD, CONTRIBUTED) else f"{node.domain}.{node.op_type}"


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """Attribute name -> plain value."""
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def weight_slot(operator: str, position: int) -> bool:
    """Whether an initialiser at this input is a weight of the operator."""
    if operator in _RECURRENT:
        return position in _RECURRENT[operator]
    if operator == "Gather":
        return position == 0  # an embedding; position 1 holds indices
    return operator in _ANY_BUT_QUANTISER and position not in QUANTISER_INPUTS.get(operator, ())


def _convolution(weight: int) -> CountMacs:
    """Every output element sums over (input channels of its group) x kernel."""
    return lambda inputs, output, _: math.prod(output) * math.prod(inputs[weight][1:])


def _transposed_convolution(inputs: Sequence[Shape], output: Shape, _: Attributes) -> int:
    return math.prod(inputs[0]) * math.prod(inputs[1][1:])


def _matrix_product(inputs: Sequence[Shape], output: Shape, attributes: Attributes) -> int:
    left = inputs[0]
    axis = -1
    if attributes.get("transA") and len(left) > 1:
        axis = 0 if attributes.get("transBatchA") else -2
    return math.prod(output) * left[axis]


def _recurrent(inputs: Sequence[Shape], output: Shape, _: Attributes) -> int:
    """Steps x batch x (input weights + recurrent weights); peepholes are element-wise."""
    return math.prod(inputs[0][:2]) * (math.prod(inputs[1]) + math.prod(inputs[2]))


def _packed_product(inputs: Sequence[Shape], output: Shape, attributes: Attributes) -> int:
    return math.prod(output) * int(attributes["K"])


def _einsum(inputs: Sequence[Shape], output: Shape, attributes: Attributes) -> int:
    """Product of all index sizes: exact for two operands, an upper limit for more; 0 for one."""
    if len(inputs) < 2:
        return 0
    terms = attributes["equation"].decode().replace(" ", "").partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, inputs, strict=True):
        before, _, after = term.partition("...")
        middle = len(shape) - len(before) - len(after)
        names = [*before, *(f"...{middle - i}" for i in range(middle)), *after]
        for name, size in zip(names, shape, strict=True):
            sizes[name] = max(size, sizes.get(name, 1))
    return math.prod(sizes.values())


MACS: dict[str, CountMacs] = {
    "Conv": _convolution(1),
    "FusedConv": _convolution(1),
    "ConvInteger": _convolution(1),
    "QLinearConv": _convolution(3),
    "ConvTranspose": _transposed_convolution,
    "Gemm": _matrix_product,
    "FusedGemm": _matrix_product,
    "QGemm": _matrix_product,
    "MatMul": _matrix_product,
    "FusedMatMul": _matrix_product,
    "MatMulInteger": _matrix_product,
    "QLinearMatMul": _matrix_product,
    "DynamicQuantizeMatMul": _matrix_product,
    "MatMulIntegerToFloat": _matrix_product,
    "MatMulNBits": _packed_product,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "RNN": _recurrent,
    "DynamicQuantizeLSTM": _recurrent,
    "Einsum": _einsum,
}
"""Operator -> multiply-accumulates from the shapes of its inputs, of its first output, and its attributes."""
