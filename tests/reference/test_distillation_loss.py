"""The distillation loss against Hinton's formula, written out in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from frugal.contract import Batch
from frugal.stages.distil_logits import DistilLogits
from frugal.teachers import divergences
from frugal.testing import tiny


def softened(logits: np.ndarray, temperature: float) -> np.ndarray:
    powers = np.exp(logits / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)


def divergence(student: np.ndarray, teacher: np.ndarray, temperature: float) -> float:
    p, q = softened(teacher, temperature), softened(student, temperature)
    return float((p * (np.log(p) - np.log(q))).sum(axis=-1).mean())


@pytest.mark.parametrize("temperature", [1.0, 4.0, 10.0])
@pytest.mark.parametrize("shape", [(5, 3), (2, 7, 4)])
def test_divergence(shape: tuple[int, ...], temperature: float) -> None:
    generator = np.random.default_rng(3)
    student, teacher = generator.normal(0, 3, shape), generator.normal(0, 3, shape)
    computed = divergences(torch.tensor(student), torch.tensor(teacher), temperature).mean().item()
    assert computed == pytest.approx(divergence(student, teacher, temperature), rel=1e-9)


def test_divergence_by_hand() -> None:
    # teacher (3/4, 1/4), student (1/2, 1/2): 3/4 ln 3/2 + 1/4 ln 1/2
    teacher, student = torch.tensor([[np.log(3.0), 0.0]]), torch.zeros(1, 2, dtype=torch.float64)
    expected = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    assert divergences(student, teacher, 1.0).item() == pytest.approx(expected, rel=1e-12)


def test_no_divergence_from_itself() -> None:
    logits = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    assert divergences(logits, logits, 4.0).mean().item() == pytest.approx(0.0, abs=1e-7)


class _Recorder:
    """A workbench that keeps what `finetune` is asked for."""

    def __init__(self, teacher: nn.Module) -> None:
        self.task, self.reference, self.seed = tiny.task(), teacher, 0
        self.example = tiny.batch()
        self.asked: dict[str, object] = {}

    def finetune(self, model: nn.Module, **asked: object) -> nn.Module:
        self.asked = asked
        return model


def test_weights_of_teacher_and_truth() -> None:
    torch.manual_seed(0)
    bench = _Recorder(tiny.network().eval())
    batch = tiny.batch(8)
    DistilLogits(temperature=3.0, alpha=0.7, epochs=2)(tiny.network(), bench)  # type: ignore[arg-type]
    assert bench.asked["task_weight"] == pytest.approx(0.3)
    outputs = torch.randn(8, 4, generator=torch.Generator().manual_seed(1))
    pixels = batch.inputs["image"].unsqueeze(1).float() / 255
    with torch.no_grad():
        teacher: Tensor = bench.reference(pixels)
    extra = bench.asked["extra_loss"]
    assert callable(extra)
    computed = extra(outputs, batch).item()
    expected = 0.7 * 3.0**2 * divergence(outputs.double().numpy(), teacher.double().numpy(), 3.0)
    assert computed == pytest.approx(expected, rel=1e-4)


def test_the_gradient_reaches_the_student_alone() -> None:
    torch.manual_seed(0)
    bench = _Recorder(tiny.network().eval())
    DistilLogits()(tiny.network(), bench)  # type: ignore[arg-type]
    outputs = torch.zeros(4, 4, requires_grad=True)
    batch = tiny.batch(4)
    extra = bench.asked["extra_loss"]
    assert callable(extra)
    extra(outputs, Batch(inputs=batch.inputs, targets=batch.targets, ids=batch.ids)).backward()
    assert outputs.grad is not None
    assert outputs.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in bench.reference.parameters())
