"""Quantisation-aware training: the grids of the passes, straight gradients, and what is left when it is baked."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from onnxruntime.quantization.quant_utils import compute_scale_zp
from torch import nn

from frugal.contract import Artefact, Batch, InputError
from frugal.evaluation import evaluate
from frugal.flow import predict_onnx
from frugal.models.line_net import LineNet
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.preparing import prepared
from frugal.passes.recurrent import FULL, REDUCED
from frugal.runtime.artefact import parse_onnx
from frugal.stages import quantise_aware
from frugal.stages.quantise_aware import QuantiseAware, RoundedInput, RoundedWeight, baked, with_rounding
from frugal.testing import tiny_lines


def test_a_weight_is_rounded_by_its_channel_and_its_gradient_is_not() -> None:
    weight = torch.tensor([[64.0, 10.4, -3.6], [0.0, 0.0, 0.0], [-1.0, 0.5, 0.26]], requires_grad=True)
    rounded = RoundedWeight(levels=64)(weight)
    assert rounded.tolist() == [[64.0, 10.0, -4.0], [0.0, 0.0, 0.0], [-1.0, 0.5, pytest.approx(17 / 64)]]
    (rounded * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
    assert weight.grad is not None and weight.grad.tolist() == [[1.0, 2.0, 3.0]] * 3


def test_the_levels_are_those_of_the_passes() -> None:
    assert (quantise_aware.FULL, quantise_aware.REDUCED) == (FULL, REDUCED)


@pytest.mark.parametrize(("low", "high"), [(-1.3, 2.9), (0.0, 5.0), (0.7, 3.0), (-4.0, -1.0)])
@pytest.mark.parametrize("is_signed", [False, True], ids=["uint8", "int8"])
def test_an_activation_lies_on_the_grid_of_onnxruntime(low: float, high: float, is_signed: bool) -> None:
    values = np.linspace(low, high, 1001, dtype=np.float32)
    kind = np.int8 if is_signed else np.uint8
    first, last = (np.array(edge, kind) for edge in ((-127, 127) if is_signed else (0, 255)))
    zero, scale = compute_scale_zp(np.float32(low), np.float32(high), first, last, symmetric=is_signed)
    codes = np.clip(np.rint(values / scale) + zero.astype(np.float32), first, last)
    expected = (codes - zero.astype(np.float32)) * scale
    layer = RoundedInput(is_signed=is_signed).train()
    computed = layer(torch.from_numpy(values)).numpy()
    assert np.abs(computed - expected).max() <= 1.01 * scale, "at most a tie goes the other way"
    assert np.mean(np.abs(computed - expected) < 1e-5) > 0.99


def test_a_range_is_a_moving_average_and_stands_still_in_evaluation() -> None:
    layer = RoundedInput(is_signed=False)
    values = torch.tensor([-0.123, 0.456])
    assert torch.equal(layer.eval()(values), values), "nothing is known yet"
    layer.train()(torch.tensor([-1.0, 1.0]))
    layer(torch.tensor([-1.0, 2.0]))
    assert layer.high.item() == pytest.approx(1.05) and layer.low.item() == -1.0
    layer.eval()(torch.tensor([9.0]))
    assert layer.high.item() == pytest.approx(1.05)


class _Recurrent(nn.Module):
    """One recurrent layer and a linear one."""

    def __init__(self, layer: nn.RNNBase) -> None:
        super().__init__()
        self.layer = layer
        self.classifier = nn.Linear(layer.hidden_size * (2 if layer.bidirectional else 1), 3)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.classifier(self.layer(sequence)[0])
        return logits


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, True)])
def test_recurrent_layers_compute_with_rounded_weights(kind: Any, layers: int, bidirectional: bool) -> None:
    torch.manual_seed(0)
    plain = _Recurrent(kind(4, 5, layers, batch_first=True, bidirectional=bidirectional)).eval()
    rounding = with_rounding(plain, levels=64)
    sequence = torch.randn(2, 6, 4)
    outputs = rounding(sequence)
    outputs.sum().backward()
    trained = [p for name, p in rounding.named_parameters() if "weight" in name]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in trained)
    again = copy.deepcopy(rounding.to(torch.float64).to(torch.float32))  # as training copies and moves networks
    result = baked(again, plain)
    assert torch.allclose(result(sequence), outputs, atol=1e-6)
    assert type(result.layer) is kind and not list(result.layer.children())
    assert not torch.equal(result.layer.weight_hh_l0, plain.layer.weight_hh_l0)
    assert result.layer._flat_weights[0] is result.layer.weight_ih_l0
    assert torch.equal(result.layer.bias_hh_l0, plain.layer.bias_hh_l0)


def test_a_network_without_layers_to_round() -> None:
    with pytest.raises(InputError, match="a ReLU without"):
        with_rounding(nn.ReLU(), levels=64)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"activation": "int4"}], ids=str)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        QuantiseAware(**wrong)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    return tiny_lines.trained(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def aware(reader: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    bench = tiny_lines.workbench(tmp_path_factory.mktemp("aware"), reader)
    return QuantiseAware(epochs=4, learning_rate=2e-3)(reader, bench)


@pytest.mark.trains
def test_the_pass_rounds_nothing_of_the_baked_weights_away(aware: nn.Module, tmp_path: Path) -> None:
    """Batch normalisation folded, gates reordered, weights transposed: the integers are the same."""
    assert isinstance(aware, LineNet) and type(aware.recurrent) is nn.LSTM
    before = tiny_lines.artefact(aware, tmp_path / "float")
    after = Int8Hybrid(tolerance=1.0)(before, tmp_path / "int8", tiny_lines.samples())
    floats = [numpy_helper.to_array(tensor) for tensor in prepared(before).graph.initializer]
    integers = list(dequantised(parse_onnx(after.model_path)))
    assert len(integers) == 8, "stem, two strided, two residual convolutions, input and hidden weights, classifier"
    for weights, steps in integers:
        same_shape = [array for array in floats if array.shape == weights.shape]
        far = min(float((np.abs(array - weights) / steps).max()) for array in same_shape)
        assert far < 1e-3, f"{weights.shape}: {far} steps from the baked weights"


@pytest.mark.trains
def test_it_loses_no_more_than_rounding_afterwards(reader: nn.Module, aware: nn.Module, tmp_path: Path) -> None:
    lines = list(tiny_lines.data().val_dataloader())
    errors, moved = {}, {}
    for name, network in (("afterwards", reader), ("aware", aware)):
        before = tiny_lines.artefact(network, tmp_path / name / "float")
        after = Int8Hybrid(tolerance=1.0)(before, tmp_path / name / "int8", tiny_lines.samples())
        errors[name] = error(after, lines)
        moved[name] = score_distance(before, after, lines)
    assert errors["aware"] <= errors["afterwards"]
    assert moved["aware"] < moved["afterwards"], "its scores move less when it is made integer"


def dequantised(model: onnx.ModelProto) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Each integer weight as floats, in the layout of the float model, and its scales, shaped alike."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored and stored[node.input[0]].ndim > 1:
            codes, scales = stored[node.input[0]], stored[node.input[1]]
            axis = next(attribute.i for attribute in node.attribute if attribute.name == "axis")
            steps = scales.reshape([-1 if place == axis % codes.ndim else 1 for place in range(codes.ndim)])
            yield codes * steps, steps
        if node.op_type == "DynamicQuantizeLSTM":
            for weights, scale in ((1, 8), (2, 10)):
                steps = stored[node.input[scale]][:, :, None]  # (D, 4H, 1)
                yield stored[node.input[weights]].transpose(0, 2, 1) * steps, steps


def error(artefact: Artefact, lines: list[Batch]) -> float:
    return evaluate(predict_onnx(artefact), tiny_lines.task(), lines).error


def score_distance(before: Artefact, after: Artefact, lines: list[Batch]) -> float:
    predicts = [predict_onnx(artefact) for artefact in (before, after)]
    return float(
        np.mean([np.abs(np.subtract(*(predict(line)["scores"] for predict in predicts))).mean() for line in lines])
    )
