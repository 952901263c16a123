"""Peak RAM against what a vendor's tool states for a published network.

MobileNetV2 0.35 at 128 x 128, int8 (Sandler et al. 2018): STM32 model zoo, image_classification/mobilenetv2/README.md,
STM32H7, STM32Cube.AI 10.0.0: activation RAM 237.32 KiB.
"""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.energy.measured import shipped_rows
from frugal.runtime.counting import count_macs
from frugal.runtime.liveness import peak_memory

STATED_KIB = 237.32
BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, channels at width 1, repetitions, first stride."""


class Builder:
    """An int8 graph in QDQ form, convolution after convolution."""

    def __init__(self) -> None:
        self.nodes, self.tensors, self.count = [], {}, 0
        self.tensors |= {"s": np.float32(0.1), "z": np.uint8(0), "wz": np.int8(0)}

    def conv(self, x: str, inputs: int, outputs: int, kernel: int, stride: int = 1, group: int = 1) -> str:
        self.count += 1
        n, pad = f"t{self.count}", kernel // 2
        self.tensors[f"{n}w"] = np.zeros((outputs, inputs // group, kernel, kernel), np.int8)
        self.nodes += [
            helper.make_node("DequantizeLinear", [x, "s", "z"], [f"{n}x"]),
            helper.make_node("DequantizeLinear", [f"{n}w", "s", "wz"], [f"{n}wf"]),
            helper.make_node("Conv", [f"{n}x", f"{n}wf"], [f"{n}y"], pads=[pad] * 4, strides=[stride] * 2, group=group),
            helper.make_node("QuantizeLinear", [f"{n}y", "s", "z"], [n]),
        ]
        return n

    def add(self, a: str, b: str) -> str:
        self.count += 1
        n = f"t{self.count}"
        self.nodes += [
            helper.make_node("DequantizeLinear", [a, "s", "z"], [f"{n}a"]),
            helper.make_node("DequantizeLinear", [b, "s", "z"], [f"{n}b"]),
            helper.make_node("Add", [f"{n}a", f"{n}b"], [f"{n}y"]),
            helper.make_node("QuantizeLinear", [f"{n}y", "s", "z"], [n]),
        ]
        return n

    def model(self, output: str, size: int) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "mobilenet",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, 3, size, size])],
            [helper.make_empty_tensor_value_info(output)],
            [numpy_helper.from_array(array, name) for name, array in self.tensors.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def rounded(channels: float) -> int:
    """To a multiple of 8, never below 90 %, as the paper's code does."""
    new = max(8, int(channels + 4) // 8 * 8)
    return new + 8 if new < 0.9 * channels else new


def mobilenet_v2(width: float, size: int) -> onnx.ModelProto:
    """The network up to its pooling; the classifier behind it holds less."""
    builder = Builder()
    channels = rounded(32 * width)
    x = builder.conv("image", 3, channels, 3, 2)
    for expansion, base, repetitions, first in BLOCKS:
        outputs = rounded(base * width)
        for index in range(repetitions):
            stride, hidden = first if index == 0 else 1, channels * expansion
            y = x if expansion == 1 else builder.conv(x, channels, hidden, 1)
            y = builder.conv(y, hidden, hidden, 3, stride, group=hidden)
            y = builder.conv(y, hidden, outputs, 1)
            x = builder.add(x, y) if stride == 1 and channels == outputs else y
            channels = outputs
    return builder.model(builder.conv(x, channels, 1280, 1), size)


def test_mobilenet_v2_needs_what_the_vendor_states():
    peak = peak_memory(mobilenet_v2(0.35, 128), {"image": (1, 3, 128, 128)})
    assert peak.activation_bytes / 1024 == pytest.approx(STATED_KIB, rel=0.03)


def test_its_multiply_accumulates_are_those_of_the_shipped_table():
    """The table's row of the STM32N6 counts a classifier of 1 000 classes too."""
    macs = sum(count_macs(mobilenet_v2(0.35, 128), {"image": (1, 3, 128, 128)}).values())
    [row] = [row for row in shipped_rows() if row.network == "mobilenet_v2_0.35_128"]
    assert macs + 1280 * 1000 == row.macs
