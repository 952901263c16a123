"""CTC distillation: the loss by hand, padding that counts nothing, teachers with other strides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from frugal.contract import Batch, InputError, Task
from frugal.models.line_net import LineNet
from frugal.stages.distil_ctc import DistilCtc, active, brought_to
from frugal.stages.prune_structured import PruneStructured
from frugal.testing import tiny, tiny_lines

Loss = Callable[[Tensor, Batch], Tensor]


class Recorder:
    """A workbench that keeps what `finetune` is asked for."""

    def __init__(self, teacher: nn.Module, task: Task | None = None) -> None:
        self.task, self.reference, self.seed = task or tiny_lines.task(), teacher, 0
        self.asked: dict[str, Any] = {}

    def finetune(self, model: nn.Module, **asked: Any) -> nn.Module:
        self.asked = asked
        return model


def drawn_network(seed: int, **arguments: Any) -> LineNet:
    torch.manual_seed(seed)
    return tiny_lines.network(**arguments).eval()


def loss_of(stage: DistilCtc, teacher: nn.Module) -> Loss:
    bench: Any = Recorder(teacher)
    stage(drawn_network(9), bench)
    assert bench.asked["task_weight"] == pytest.approx(1 - stage.alpha)
    loss: Loss = bench.asked["extra_loss"]
    return loss


def answers(network: nn.Module, batch: Batch) -> Tensor:
    with torch.no_grad():
        logits: Tensor = network(tiny_lines.task().front()(batch.inputs["image"]), batch.lengths["image"])
    return logits


def test_the_loss_by_hand() -> None:
    teacher, student, batch = drawn_network(1), drawn_network(2), tiny_lines.batch(("été", "le"))
    outputs, aims = answers(student, batch), answers(teacher, batch)
    expected = 0.0
    for row, width in enumerate(batch.lengths["image"].tolist()):
        for step in range(-(-width // 4)):
            p, q = (logits[row, step].double().div(2).softmax(0) for logits in (aims, outputs))
            expected += float((p * (p / q).log()).sum())
    computed = loss_of(DistilCtc(temperature=2.0, alpha=0.7), teacher)(outputs, batch)
    assert computed.item() == pytest.approx(0.7 * 2.0**2 * expected / 5, rel=1e-4)  # 5 characters


@pytest.mark.parametrize("frames", ["all", "active"])
@pytest.mark.parametrize("hidden", [16, 0], ids=["recurrent", "convolutional"])
def test_a_line_alone_counts_as_much_as_in_a_batch(frames: Any, hidden: int) -> None:
    """Sums over the lines of a batch are the batch's: padding adds nothing and takes nothing away."""
    texts = ("salle", "le", "tour non")
    teacher, student = drawn_network(1, hidden=hidden), drawn_network(2, hidden=hidden)
    loss = loss_of(DistilCtc(frames=frames, sure=0.08), teacher)
    together = tiny_lines.batch(texts)
    total = 0.0
    for row, text in enumerate(texts):
        width = int(together.lengths["image"][row])
        image, length = together.inputs["image"][row : row + 1, :, :width], together.lengths["image"][row : row + 1]
        alone = Batch(inputs={"image": image}, targets=(text,), ids=("a",), lengths={"image": length})
        total += len(text) * loss(answers(student, alone), alone).item()
    assert sum(map(len, texts)) * loss(answers(student, together), together).item() == pytest.approx(total, rel=1e-4)


def test_the_gradient_at_a_step_is_a_mixture_of_teacher_and_truth() -> None:
    """At temperature 1: alpha * (student - teacher) + (1 - alpha) * (student - what CTC expects there)."""
    teacher, batch = drawn_network(1), tiny_lines.batch(("rue",))
    outputs = answers(drawn_network(2), batch).requires_grad_()
    extra = loss_of(DistilCtc(alpha=0.25), teacher)(outputs, batch)
    (gradient,) = torch.autograd.grad(extra, outputs)
    expected = 0.25 * (outputs.softmax(-1) - answers(teacher, batch).softmax(-1)) / 3
    assert torch.allclose(gradient, expected, atol=1e-6)


def test_a_finer_teacher_is_taken_where_it_is_least_sure_of_a_blank() -> None:
    sure, peak, other = [0.0, 0.0, 9.0], [5.0, 0.0, 1.0], [0.0, 3.0, 1.0]
    teacher = torch.tensor([[sure, peak, sure, sure, other]])  # 5 steps of 4 pixels: 3 of 8
    assert brought_to(teacher, 3, 2.0, None).tolist() == [[peak, sure, other]]
    own = torch.tensor([[True, True, True, False, False]])
    padded = torch.tensor([[sure, peak, sure, other, other]])
    assert brought_to(padded, 3, 2.0, own)[0, :2].tolist() == [peak, sure], "padding is never taken"


def test_a_coarser_teacher_is_repeated() -> None:
    teacher = torch.arange(6.0).reshape(1, 3, 2)
    expected = [[[0, 1], [0, 1], [2, 3], [2, 3], [4, 5]]]
    assert brought_to(teacher, 5, 0.5, None).tolist() == expected


def test_steps_that_do_not_divide_each_other() -> None:
    """One step of the student is 1.5 of the teacher's: it covers the middles of one and two in turn."""
    steps = torch.tensor([[9.0, 1.0, 2.0, 9.0, 4.0, 3.0]])  # how sure of a blank
    teacher = torch.stack([torch.zeros_like(steps), steps], dim=-1)
    assert brought_to(teacher, 4, 1.5, None)[0, :, 1].tolist() == [9.0, 1.0, 9.0, 3.0]
    assert brought_to(teacher, 9, 1 / 1.5, None)[0, :, 1].tolist() == [9, 1, 1, 2, 9, 9, 4, 3, 3]


def test_active_steps_and_their_neighbours() -> None:
    logits = torch.zeros(1, 9, 2)
    logits[..., 1] = 9.0  # blank
    logits[0, 4, 1] = 0.0
    assert active(logits, sure=0.95, neighbours=0)[0].nonzero().flatten().tolist() == [4]
    assert active(logits, sure=0.95, neighbours=2)[0].nonzero().flatten().tolist() == [2, 3, 4, 5, 6]


def test_a_task_without_ctc() -> None:
    bench: Any = Recorder(tiny.network(), tiny.task())
    with pytest.raises(InputError, match=r"decoder classification.*try: distil_logits"):
        DistilCtc()(tiny.network(), bench)


@pytest.mark.parametrize(
    "wrong",
    [{"frames": "some"}, {"sure": 1.0}, {"neighbours": -1}, {"temperature": 0.0}, {"alpha": 0.0}, {"epochs": 0}],
    ids=str,
)
def test_settings_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(wrong))}=.*allowed: "):
        DistilCtc(**wrong)


@pytest.mark.trains
def test_a_narrower_network_recovers_from_the_one_that_it_was(tmp_path: Any) -> None:
    """Self-distillation after pruning: the widths differ, the teacher is the reference."""
    torch.manual_seed(0)
    widths = {"height": tiny_lines.HEIGHT, "widths": (8, 12, 16), "depths": (0, 1), "hidden": 16, "layers": 1}
    reference = LineNet(len(tiny_lines.LABELS) + 1, **widths, dropout=0.0, shortcut=False).eval()
    with torch.no_grad():
        reference.classifier.weight.mul_(20)  # it has something to say
    pruned = PruneStructured(ratio=0.5)(reference, tiny_lines.workbench(tmp_path / "prune", reference))
    student = DistilCtc(alpha=1.0, epochs=2)(pruned, tiny_lines.workbench(tmp_path / "distil", reference))
    assert isinstance(student, LineNet)
    assert student.stem.convolution.out_channels == 4 and reference.stem.convolution.out_channels == 8
    assert student.rewrites == pruned.rewrites
    batch = tiny_lines.batch()
    before, after = (divergence_of(network, reference, batch) for network in (pruned, student))
    assert after < before / 2


def divergence_of(network: nn.Module, reference: nn.Module, batch: Batch) -> float:
    own, aim = answers(network, batch).log_softmax(-1), answers(reference, batch).log_softmax(-1)
    return float((aim.exp() * (aim - own)).sum(-1).mean())
