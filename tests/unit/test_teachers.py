"""Teachers: found by name, asked about a batch as training asks, mapped by label, part of a step's hash."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from frugal.contract import InputError
from frugal.fingerprint import describe
from frugal.models.line_net import LineNet
from frugal.models.saving import save_model
from frugal.stages.distil_ctc import DistilCtc
from frugal.stages.distil_logits import DistilLogits
from frugal.tasks.lines import Lines
from frugal.teachers import divergences, identity, own_steps, stride_of, teacher_of
from frugal.testing import tiny_lines


class Bench:
    """A workbench that has a task and a reference."""

    def __init__(self, labels: str = tiny_lines.LABELS, reference: nn.Module | None = None) -> None:
        self.task = Lines(labels=labels, height=tiny_lines.HEIGHT)
        self.reference = reference or drawn_network(len(labels) + 1, seed=1)


def drawn_network(num_outputs: int, *, seed: int) -> LineNet:
    torch.manual_seed(seed)
    return tiny_lines.network(num_outputs).eval()


def saved(folder: Path, labels: str, *, seed: int = 0, **stated: Any) -> LineNet:
    """A network in `folder` that knows `labels`."""
    network = drawn_network(len(labels) + 1, seed=seed)
    save_model(network, folder)
    contract = {"task": "lines", "labels": list(labels), "height": tiny_lines.HEIGHT, "time_stride": 4, **stated}
    (folder / "contract.json").write_text(json.dumps(contract))
    return network


def test_without_a_name_it_is_a_copy_of_the_reference() -> None:
    bench: Any = Bench()
    teacher, batch = teacher_of(None, bench), tiny_lines.batch()
    assert teacher.known is None and teacher.network is not bench.reference
    assert all(parameter.requires_grad for parameter in bench.reference.parameters())
    ink = bench.task.front()(batch.inputs["image"])
    with torch.no_grad():
        expected = bench.reference(ink, batch.lengths["image"])
    assert torch.equal(teacher.logits(batch, torch.device("cpu")), expected), "asked with the lines' own widths"


def test_a_teacher_in_training_mode_is_asked_in_evaluation_mode() -> None:
    bench: Any = Bench(reference=drawn_network(len(tiny_lines.LABELS) + 1, seed=1).train())
    answer = teacher_of(None, bench).logits(tiny_lines.batch(), torch.device("cpu"))
    assert answer.shape[-1] == bench.task.num_outputs and bench.reference.training


def test_labels_that_both_know_are_compared_and_the_blank(tmp_path: Path) -> None:
    network = saved(tmp_path, "eba")
    bench: Any = Bench(labels="abcd")
    teacher, batch = teacher_of(str(tmp_path), bench), tiny_lines.batch(("aba", "e"))
    assert teacher.known == ((0, 1, 4), (2, 1, 3))
    with torch.no_grad():
        all_logits = network(bench.task.front()(batch.inputs["image"]), batch.lengths["image"])
    assert torch.equal(teacher.logits(batch, torch.device("cpu")), all_logits[..., [2, 1, 3]])
    outputs = torch.randn(2, 3, 5)
    assert torch.equal(teacher.shared(outputs), outputs[..., [0, 1, 4]])


@pytest.mark.parametrize(
    ("stated", "labels", "complaint"),
    [
        ({"task": "characters"}, "abc", "task characters for a student with lines"),
        ({}, "xyz", "none of the student's labels"),
    ],
)
def test_a_teacher_of_something_else(tmp_path: Path, stated: dict[str, Any], labels: str, complaint: str) -> None:
    saved(tmp_path, labels, **stated)
    bench: Any = Bench(labels="abc")
    with pytest.raises(InputError, match=complaint):
        teacher_of(str(tmp_path), bench)


@pytest.mark.parametrize("stage", [DistilLogits, DistilCtc])
def test_other_weights_under_the_same_name_are_another_step(tmp_path: Path, stage: Callable[..., Any]) -> None:
    saved(tmp_path, "abc")
    first = describe(stage(teacher=str(tmp_path)))
    assert describe(stage(teacher=str(tmp_path))) == first
    saved(tmp_path, "abc", seed=5)
    assert describe(stage(teacher=str(tmp_path))) != first
    assert describe(stage())["arguments"]["taught_by"] is None


@pytest.mark.parametrize("stage", [DistilLogits, DistilCtc])
def test_an_unknown_name_is_one_line_before_anything_runs(stage: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"no model 'lines-fr-xl' in the zoo; allowed: .*chars-xs@1") as caught:
        stage(teacher="lines-fr-xl")
    assert "\n" not in str(caught.value)


def test_a_language_model_is_no_teacher() -> None:
    with pytest.raises(InputError, match="teacher=lm-fr without"):
        identity("lm-fr")


def test_steps_of_padding() -> None:
    batch, task = tiny_lines.batch(("lune", "le")), tiny_lines.task()
    wide, narrow = batch.lengths["image"].tolist()
    steps = -(-wide // 4)
    own = own_steps(batch, task, steps)
    assert own is not None and own.sum(dim=1).tolist() == [steps, -(-narrow // 4)]
    coarse = own_steps(batch, dataclasses.replace(task, time_stride=8), -(-wide // 8))
    assert coarse is not None and coarse.sum(dim=1).tolist() == [-(-wide // 8), -(-narrow // 8)]


def test_a_teacher_sees_lines_in_its_own_height_and_width(tmp_path: Path) -> None:
    network = saved(tmp_path, tiny_lines.LABELS, height=2 * tiny_lines.HEIGHT, widen=1.5, time_stride=4 / 1.5)
    seen: list[tuple[Any, Any]] = []
    bench: Any = Bench()
    teacher, batch = teacher_of(str(tmp_path), bench), tiny_lines.batch(("lune", "le"))
    teacher.network.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append((args[0], kwargs["lengths"])), with_kwargs=True
    )
    with contextlib.suppress(RuntimeError):  # the drawn network was built for another height
        teacher.logits(batch, torch.device("cpu"))
    ink, lengths = seen[0]
    assert ink.shape[2:] == (2 * tiny_lines.HEIGHT, 3 * batch.inputs["image"].shape[2])
    assert lengths.tolist() == [3 * length for length in batch.lengths["image"].tolist()]
    assert network is not None and teacher.task.time_stride == 4 and bench.task.height == tiny_lines.HEIGHT


def test_a_task_that_cannot_see_otherwise_is_one_line(tmp_path: Path) -> None:
    class Other:
        """A user's own, no dataclass."""

        num_outputs = len(tiny_lines.LABELS) + 1
        front = staticmethod(tiny_lines.task().front)
        contract = staticmethod(tiny_lines.task().contract)

    saved(tmp_path, tiny_lines.LABELS, height=2 * tiny_lines.HEIGHT)
    bench: Any = Bench()
    bench.task = Other()
    with pytest.raises(InputError, match="with other height than the student"):
        teacher_of(str(tmp_path), bench)


def test_divergence_of_outputs_with_steps_keeps_them() -> None:
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(2, 3, 5, generator=generator), torch.randn(2, 3, 5, generator=generator)
    expected = torch.distributions.kl_divergence(
        torch.distributions.Categorical(logits=teacher / 2), torch.distributions.Categorical(logits=student / 2)
    )
    assert torch.allclose(divergences(student, teacher, 2.0), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("contract", "stride"),
    [({"time_stride": 4}, 4), ({"time_stride": 4 / 1.3, "widen": 1.3}, 4), ({"time_stride": None}, None)],
)
def test_the_stride_is_that_of_what_the_network_sees(contract: dict[str, Any], stride: int | None) -> None:
    assert stride_of(contract) == stride
