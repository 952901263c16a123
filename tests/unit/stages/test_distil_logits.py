"""Distillation of logits where outputs have steps: padding counts nothing, and teachers that do not fit are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from frugal.contract import Batch, InputError
from frugal.models.line_net import LineNet
from frugal.models.saving import save_model
from frugal.stages.distil_logits import DistilLogits
from frugal.teachers import divergences
from frugal.testing import tiny_lines

TASK = tiny_lines.task()


class Bench:
    """A workbench that keeps the loss that it is asked to train with."""

    def __init__(self, reference: nn.Module) -> None:
        self.task, self.reference, self.seed = TASK, reference, 0

    def finetune(self, model: nn.Module, **asked: Any) -> nn.Module:
        self.loss = asked["extra_loss"]
        return model


def network(seed: int, *, narrow: int = 1) -> LineNet:
    torch.manual_seed(seed)
    sizes: dict[str, Any] = {"height": 24, "widths": (8, 12, 16), "depths": (0, 1), "hidden": 8, "layers": 1}
    return LineNet(TASK.num_outputs, narrow=narrow, **sizes).eval()


def answers(model: nn.Module, batch: Batch) -> Tensor:
    with torch.no_grad():
        logits: Tensor = model(TASK.front()(batch.inputs["image"]), batch.lengths["image"])
    return logits


def test_the_mean_is_over_the_steps_of_the_lines() -> None:
    teacher, batch = network(1), tiny_lines.batch(("salle", "le"))
    bench: Any = Bench(teacher)
    DistilLogits(temperature=2.0, alpha=0.5)(network(2), bench)
    outputs = answers(network(2), batch)
    each = divergences(outputs, answers(teacher, batch), 2.0)
    steps = (-(-batch.lengths["image"] // 4)).tolist()
    expected = (each[0, : steps[0]].sum() + each[1, : steps[1]].sum()) / sum(steps)
    assert bench.loss(outputs, batch).item() == pytest.approx(0.5 * 2.0**2 * expected.item(), rel=1e-5)
    littered = outputs.clone()
    littered[1, steps[1] :] = 100.0
    assert bench.loss(littered, batch).item() == pytest.approx(bench.loss(outputs, batch).item())


def test_a_teacher_with_other_steps_is_told(tmp_path: Path) -> None:
    save_model(network(1, narrow=2), tmp_path)
    stated = {"task": "lines", "labels": list(TASK.labels), "height": 24, "time_stride": 8}
    (tmp_path / "contract.json").write_text(json.dumps(stated))
    bench: Any = Bench(network(3))
    DistilLogits(teacher=str(tmp_path))(network(2), bench)
    batch = tiny_lines.batch()
    with pytest.raises(InputError, match="try: distil_ctc"):
        bench.loss(answers(network(2), batch), batch)
