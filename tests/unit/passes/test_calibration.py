"""Ranges of activations from samples of different shapes."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import InputError
from frugal.passes.calibration import BINS, activation_ranges


def doubling(dtype: int = TensorProto.FLOAT) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "two"], ["doubled"]), helper.make_node("Relu", ["doubled"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", dtype, ["n", "width"])],
        [helper.make_tensor_value_info("y", dtype, ["n", "width"])],
        [numpy_helper.from_array(np.float32(2), "two")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def ragged(count: int = 20) -> list[dict[str, np.ndarray]]:
    random = np.random.default_rng(0)
    return [{"x": random.normal(size=(1, 10 + 370 * number)).astype(np.float32)} for number in range(count)]


def test_extremes_over_samples_of_different_widths() -> None:
    values = np.concatenate([feed["x"].ravel() for feed in ragged()])
    ranges = activation_ranges(doubling(), ["x", "doubled", "y"], ragged())
    assert ranges["x"] == (values.min(), values.max())
    assert ranges["doubled"] == (2 * values.min(), 2 * values.max())
    assert ranges["y"] == (0.0, 2 * values.max())


@pytest.mark.parametrize("percentile", [99.9, 99.0, 90.0])
def test_a_percentile_is_that_of_all_values_together_to_a_bin(percentile: float) -> None:
    values = 2 * np.concatenate([feed["x"].ravel() for feed in ragged()]).astype(np.float64)
    low, high = activation_ranges(doubling(), ["doubled"], ragged(), percentile=percentile)["doubled"]
    cut = (100 - percentile) / 2
    wanted = np.percentile(values, [cut, 100 - cut])
    bin_width = (values.max() - values.min()) / BINS
    np.testing.assert_allclose([low, high], wanted, atol=3 * bin_width)
    assert 100 * np.mean((values >= low) & (values <= high)) >= percentile


def test_all_values_within_hundred_percent_and_a_constant_is_its_own_range() -> None:
    feeds = [{"x": np.full((1, 5), 3, np.float32)}]
    assert activation_ranges(doubling(), ["doubled"], feeds) == {"doubled": (6.0, 6.0)}
    low, high = activation_ranges(doubling(), ["doubled"], feeds, percentile=99)["doubled"]
    assert low <= 6.0 <= high


def test_nothing_and_not_a_number_are_refused() -> None:
    with pytest.raises(InputError, match="no calibration samples"):
        activation_ranges(doubling(), ["y"], [])
    with pytest.raises(InputError, match="NaN or infinity inside the model"):
        activation_ranges(doubling(), ["doubled"], [{"x": np.array([[np.inf]], np.float32)}])
