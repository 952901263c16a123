"""Peak RAM of one inference by liveness analysis: which tensors must be held at the same time, node after node.

A storage lives from the node that writes it to the last that reads it (Aho, Lam, Sethi and Ullman, Compilers, 9.2,
on straight-line code). The graph's own order is kept; a planner that reorders nodes may need less. Rules:
- Weights, and whatever depends on shapes alone, are computed before and lie in flash: no RAM.
- Model inputs and outputs are held; a float tensor between integer nodes has the size of its quantised form.
- Reshape, Squeeze and their like move nothing; an element-wise node writes over an input that dies there.
- Scratch, beside the tensors, of a quantised convolution as in CMSIS-NN for cores with DSP instructions: two columns of
  16-bit values (kernel x channels of a group), one for depth-wise ones, none for 1 x 1 with stride 1. Of LSTM and GRU:
  gates, hidden and cell state of one step as float32. Of other nodes none is known and none is counted.
Not counted: stack, code, the runtime's own tables. Knows no device.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frugal.contract import InputError
from frugal.runtime import operators
from frugal.runtime.exposing import Shapes, tensor_bytes
from frugal.runtime.folding import remaining_nodes
from frugal.runtime.precision import float_nodes

if TYPE_CHECKING:
    import onnx

VIEWS = {"Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Dropout"}
IN_PLACE = {
    "Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Softplus",
    "Softsign", "Erf", "Exp", "Log", "Sqrt", "Reciprocal", "Neg", "Abs", "Floor", "Ceil", "Round", "Not", "Softmax",
    "LogSoftmax", "BatchNormalization", "Add", "Sub", "Mul", "Div", "Min", "Max", "Pow", "QLinearAdd", "QLinearMul",
    "QuantizeLinear", "DequantizeLinear", "Cast",
}  # fmt: skip
"""Element by element (Softmax row by row): the result may take the place of an input at least as large."""

_GATES = {"LSTM": 6, "DynamicQuantizeLSTM": 6, "GRU": 4, "RNN": 2}
"""Values of float32 per hidden unit that one step holds: gates, hidden state and, for LSTM, cell state."""


@dataclass(frozen=True, kw_only=True)
class PeakMemory:
    """The worst moment of one inference: tensors held, scratch beside them, and the node that runs then."""

    activation_bytes: int
    scratch_bytes: int
    node: str

    @property
    def total_bytes(self) -> int:
        return self.activation_bytes + self.scratch_bytes


def peak_memory(model: onnx.ModelProto, shapes: Shapes) -> PeakMemory:
    """The peak at the input shapes given (name -> shape).

    Raises:
        InputError: the model does not run at these shapes, or branches while it runs.
    """
    branching = sorted({node.op_type for node in model.graph.node if node.op_type in operators.CONTROL_FLOW})
    if branching:
        raise InputError(f"liveness of {', '.join(branching)}", allowed="graphs without control flow")
    nodes = remaining_nodes(model)
    written = {name for node in nodes for name in node.output if name}
    sizes = tensor_bytes(model, shapes, written)
    storages = _storages(model, nodes, sizes)
    return _worst(model, nodes, storages)


@dataclass(frozen=True)
class _Storages:
    """Tensor -> storage, and the bytes of each storage."""

    of: Mapping[str, str]
    size: Mapping[str, int]

    def used_by(self, names: Sequence[str]) -> set[str]:
        return {self.of[name] for name in names if name in self.of}


def _storages(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], sizes: Mapping[str, int]) -> _Storages:
    """Tensors that share memory: views of each other, and floats that exist quantised only."""
    root = {name: name for name in sizes}

    def find(name: str) -> str:
        while root[name] != name:
            name = root[name]
        return name

    quantised = _only_quantised(model, nodes)
    for node in nodes:
        shares = node.op_type in VIEWS or (operators.is_quantiser(node) and _pair(node) in quantised)
        if shares and node.input[0] in root and node.output[0] in root:
            root[find(node.output[0])] = find(node.input[0])
    of = {name: find(name) for name in sizes}
    size: dict[str, int] = {}
    for name, storage in of.items():
        size[storage] = min(sizes[name], size.get(storage, sizes[name]))
    return _Storages(of, size)


def _pair(node: onnx.NodeProto) -> str:
    """The float side of a quantiser."""
    name: str = node.input[0] if node.op_type == "QuantizeLinear" else node.output[0]
    return name


def _only_quantised(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto]) -> set[str]:
    """Float tensors that no float node touches on the device, also not behind a node that only moves data."""
    computing = {node.name for node in float_nodes(model)}
    outputs = {value.name for value in model.graph.output}
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in nodes:
        for name in node.input:
            readers[name].append(node)
    quantised: set[str] = set()

    def is_float(name: str) -> bool:
        """Whether `name` must exist as floats for whoever reads it."""
        return name in outputs or any(
            (reader.name or reader.output[0]) in computing
            or (reader.op_type in operators.MOVING and any(is_float(output) for output in reader.output))
            for reader in readers[name]
        )

    for node in nodes:
        if node.op_type == "DequantizeLinear" and not is_float(node.output[0]):
            quantised.add(node.output[0])
        writes_floats = (node.name or node.output[0]) in computing
        if not writes_floats and node.op_type != "DequantizeLinear":
            quantised |= {
                name
                for name in node.output
                if name and readers[name] and all(reader.op_type == "QuantizeLinear" for reader in readers[name])
            }
    return quantised


def _worst(model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], storages: _Storages) -> PeakMemory:
    last: dict[str, int] = {}
    for index, node in enumerate(nodes):
        last.update(dict.fromkeys(storages.used_by([*node.input, *node.output]), index))
    last.update(dict.fromkeys(storages.used_by([value.name for value in model.graph.output]), len(nodes)))
    held = storages.used_by([value.name for value in model.graph.input])
    worst = PeakMemory(activation_bytes=sum(storages.size[s] for s in held), scratch_bytes=0, node="the input")
    dims = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    source = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "DequantizeLinear"}
    for index, node in enumerate(nodes):
        read, new = storages.used_by(node.input), storages.used_by(node.output) - held
        held |= new
        dying = [s for s in read - new if last[s] == index and node.op_type in IN_PLACE]
        replaced = max((storages.size[s] for s in dying), default=0)
        spared = next((storages.size[s] for s in new if storages.size[s] <= replaced), 0)
        weight = next((dims[w] for name in node.input if (w := source.get(name, name)) in dims), ())
        is_int8 = any(name in source for name in node.input) or operators.is_integer(node)
        now = PeakMemory(
            activation_bytes=sum(storages.size[s] for s in held) - spared,
            scratch_bytes=_scratch(node, weight, is_int8),
            node=f"{node.op_type} {node.name or node.output[0]}",
        )
        worst = max(worst, now, key=lambda peak: peak.total_bytes)
        held = {storage for storage in held if last.get(storage, -1) > index}
    return worst


def _scratch(node: onnx.NodeProto, weight: tuple[int, ...], is_int8: bool) -> int:
    """Bytes beside the tensors; `weight` is the shape of the kernel, (out, in per group, height, width)."""
    if node.op_type in _GATES and node.op_type != "RNN":
        return _GATES[node.op_type] * 4 * int(operators.attributes(node).get("hidden_size", 0))
    if node.op_type not in ("Conv", "QLinearConv", "ConvInteger") or not is_int8 or len(weight) < 3:
        return 0
    attributes = operators.attributes(node)
    per_group, kernel = weight[1], math.prod(weight[2:])
    groups = int(attributes.get("group", 1))
    if kernel == 1 and all(stride == 1 for stride in attributes.get("strides", [1])):
        return 0
    if groups > 1 and per_group == 1:
        return 2 * groups * kernel
    return 2 * 2 * 4 * math.ceil(per_group * kernel / 4)
