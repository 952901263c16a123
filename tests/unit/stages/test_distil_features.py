"""Feature distillation: layers by name, the error by hand, nothing of the regressor in the result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.models.char_net import CharNet
from frugal.models.forward import call_network
from frugal.models.line_net import LineNet
from frugal.stages.distil_features import DistilFeatures, at_positions, named_layer, relative_error, with_features
from frugal.stages.recalibrate_norm import RecalibrateNorm
from frugal.testing import tiny, tiny_lines


def test_layers_by_name_and_from_the_end() -> None:
    network = tiny_lines.network()
    assert named_layer(network, "stages.-1") is network.stages[1]
    assert named_layer(network, "stages.0.down") is network.stages[0].down
    for wrong, complaint in (("stages.-3", "for stages|for -3: 0, 1"), ("stem.conv", "convolution, norm")):
        with pytest.raises(InputError, match=f"no layer {wrong} in a LineNet; allowed: .*{complaint}"):
            named_layer(network, wrong)


def test_channels_come_last_and_the_network_keeps_no_hook() -> None:
    network, batch, task = tiny_lines.network().eval(), tiny_lines.batch(), tiny_lines.task()
    answer, features = with_features(network, "stages.-1", 1, lambda: call_network(network, task, task.front(), batch))
    steps = -(-batch.inputs["image"].shape[2] // 4)
    assert answer.shape == (6, steps, task.num_outputs)
    assert features.shape == (6, 3, steps, 16)
    assert not named_layer(network, "stages.-1")._forward_hooks


def test_a_layer_that_gives_no_tensor_is_told() -> None:
    network, batch, task = tiny_lines.network().eval(), tiny_lines.batch(), tiny_lines.task()
    with pytest.raises(InputError, match=r"the layer stages of a LineNet.*try: stages\.-1"):
        with_features(network, "stages", 1, lambda: call_network(network, task, task.front(), batch))


def test_the_error_by_hand() -> None:
    teacher = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]]])  # (B, T, F)
    student = torch.tensor([[[1.0, 1.0], [3.0, 2.0], [0.0, 0.0]]])
    assert relative_error(student, teacher, None).item() == pytest.approx((1 + 4 + 162) / (5 + 25 + 162))
    both = torch.cat([student, student]), torch.cat([teacher, teacher])
    # 12 and 7 columns at a stride of 4: three steps and two
    expected = (1 + 4 + 162 + 1 + 4) / (5 + 25 + 162 + 5 + 25)
    assert relative_error(*both, torch.tensor([12, 7])).item() == pytest.approx(expected)
    assert relative_error(teacher, teacher, None).item() == 0


@pytest.mark.parametrize("narrow", [1, 2])
def test_padding_counts_nothing(narrow: int) -> None:
    """Whatever stands in the padded columns of the student's hint, the error is the same."""
    batch, task = tiny_lines.batch(), tiny_lines.task()
    torch.manual_seed(0)
    arguments: dict[str, Any] = {"height": 24, "widths": (8, 12, 16), "depths": (0, 1), "hidden": 8, "layers": 1}
    network = LineNet(task.num_outputs, narrow=narrow, **arguments).eval()
    lengths = batch.lengths["image"]
    with torch.no_grad():
        _, features = with_features(
            network, "stages.-1", 1, lambda: network(task.front()(batch.inputs["image"]), lengths)
        )
    steps = torch.arange(features.shape[2]) < -(-lengths // network.time_stride)[:, None]
    student = torch.rand_like(features)
    littered = torch.where(steps[:, None, :, None], student, torch.tensor(1e3))
    assert relative_error(student, features, lengths).item() == pytest.approx(
        relative_error(littered, features, lengths).item()
    )


def test_maps_of_other_sizes() -> None:
    fine = torch.arange(7.0).reshape(1, 7, 1)
    assert at_positions(fine, torch.Size((1, 4, 5))).flatten().tolist() == [0, 2, 4, 6]
    coarse = torch.arange(4.0).reshape(1, 4, 1)
    assert at_positions(coarse, torch.Size((1, 7, 5))).flatten().tolist() == [0, 0, 1, 1, 2, 2, 3]


@pytest.mark.trains
def test_a_narrower_student_learns_the_hint_and_is_given_back_alone(tmp_path: Path) -> None:
    torch.manual_seed(0)
    bench = tiny.workbench(tmp_path, tiny.network())
    teacher = RecalibrateNorm(samples=64)(bench.reference, bench)  # features of about the size that training gives
    student = tiny.network(width=4)
    last = replace(bench.training, select="last")  # nothing here learns to classify
    result = DistilFeatures(alpha=1.0, epochs=10)(student, replace(bench, reference=teacher, training=last))
    assert isinstance(result, CharNet)
    assert result.state_dict().keys() == student.state_dict().keys()
    before, after = hint_error(student, teacher), hint_error(result, teacher)
    assert after < 0.8 * before


def hint_error(student: nn.Module, teacher: nn.Module) -> float:
    """Of the best linear map of the student's features onto the teacher's, by least squares."""
    own, aim = glyph_features(student), glyph_features(teacher)
    own = torch.cat([own, torch.ones(len(own), 1)], dim=1)
    best = torch.linalg.lstsq(own, aim).solution
    return relative_error((own @ best)[None], aim[None], None).item()


def glyph_features(network: nn.Module) -> torch.Tensor:
    batch, task = tiny.batch(32), tiny.task()
    with torch.no_grad():
        _, features = with_features(
            network.eval(), "stages.-1", 1, lambda: call_network(network, task, task.front(), batch)
        )
    return features.flatten(0, -2)


@pytest.mark.parametrize("wrong", [{"channels": 2}, {"alpha": 0.0}, {"epochs": 0}], ids=str)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(wrong))}="):
        DistilFeatures(**wrong)
