"""Every task of configs/task keeps its promises; saving a YAML there enrols it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from frugal import text
from frugal.contract import Batch, Prediction, Task
from frugal.tasks.characters import Characters
from frugal.testing import check_task, tiny, tiny_lines
from frugal.testing.configured import configured, group_files


def characters(task: Task) -> Batch:
    """One sample of each class, drawn at random."""
    generator = np.random.default_rng(0)
    inputs: dict[str, Any] = {
        "image": torch.from_numpy(generator.integers(0, 256, size=(task.num_outputs, 28, 28), dtype=np.uint8)),
        "rel_height": torch.from_numpy(generator.uniform(0.5, 2.0, task.num_outputs).astype(np.float32)),
    }
    names = [port.name for port in task.signature.inputs]
    return Batch(
        inputs={name: inputs[name] for name in names},
        targets=torch.arange(task.num_outputs),
        ids=tuple(f"sample-{index}" for index in range(task.num_outputs)),
    )


@pytest.mark.parametrize("path", group_files("task"), ids=lambda path: path.stem)
def test_task(path: Path) -> None:
    task = configured(path)
    if task.contract()["task"] == "lines":
        check_task(task, tiny_lines.batch(height=task.height), perfect=tiny_lines.perfect_logits)
    else:
        check_task(task, characters(task))


@pytest.mark.parametrize("arguments", [{"rel_height": True}, {"label_smoothing": 0.1}], ids=str)
def test_characters_with_other_arguments(arguments: dict[str, Any]) -> None:
    task = Characters(labels="oOxX", **arguments)
    check_task(task, characters(task))


def test_the_tiny_task() -> None:
    check_task(tiny.task(), tiny.batch())


class _Mislabelled(Characters):
    def decode(self, outputs: Any) -> list[Prediction]:
        return [Prediction(value="?", confidence=1.0) for _ in outputs["scores"]]


def test_a_task_that_decodes_wrongly_is_caught() -> None:
    with pytest.raises(AssertionError, match="perfect outputs decode"):
        check_task(_Mislabelled(labels="abcd"), tiny.batch())


def test_the_alphabet_that_stands_in_the_config_is_the_french_one() -> None:
    (path,) = [path for path in group_files("task") if path.stem == "lines"]
    assert "".join(configured(path).labels) == text.FRENCH
