"""The arms of stages_lines.py: how a line network is made smaller, and what it learns from afterwards.

An arm gives the recovered network; whether it is judged in int8 or in floats is part of the arm.
"""

from __future__ import annotations

import copy
import json
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from frugal.models.line_net import LineNet
from frugal.models.macs import count_macs
from frugal.models.rewrites import history, resize
from frugal.models.saving import load_model
from frugal.passes.recurrent import REDUCED, rounded
from frugal.stages.distil_ctc import DistilCtc
from frugal.stages.prune_magnitude import PruneMagnitude
from frugal.stages.prune_structured import PruneStructured
from frugal.stages.quantise_aware import QuantiseAware

if TYPE_CHECKING:
    from stages_lines import Bench

TEACHER_PARTS = 0.7
"""Of the loss, in the arms that have a teacher."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """Attributes:
    make: bench, folder -> recovered network. deployed: what its file holds. has_goal: whether --macs and --kb matter.
    """

    make: Callable[[Bench, Path], nn.Module]
    deployed: Literal["int8", "float"] = "int8"
    has_goal: bool = True


def whole(bench: Bench, folder: Path) -> nn.Module:
    """The network as it is, with the same further training: what recovery alone brings."""
    return bench.recovered(bench.model, folder)


def quantise_aware(bench: Bench, folder: Path) -> nn.Module:
    """The same with the rounding of int8 in training."""
    return QuantiseAware(epochs=1, learning_rate=bench.asked.rate)(bench.model, bench.workbench(folder))


def student(bench: Bench, folder: Path) -> nn.Module:
    """A narrow network that knows nothing yet."""
    return bench.recovered(fresh(bench), folder)


def student_distilled(bench: Bench, folder: Path) -> nn.Module:
    """The same narrow network, taught by the whole one from its first line on."""
    stage = DistilCtc(alpha=TEACHER_PARTS, epochs=1, learning_rate=bench.asked.rate)
    return stage(fresh(bench), bench.workbench(folder))


def student_longer(bench: Bench, folder: Path) -> nn.Module:
    """The narrow network alone, on as many more lines as the teacher's answers took CPU time."""
    times = [bench.folder(name) / "cpu_s.json" for name in ("student", "student_distilled")]
    if not all(file.is_file() for file in times):
        raise SystemExit(
            "error: the arm student_longer needs the times of others; try: student student_distilled first"
        )
    alone, taught = (json.loads(file.read_text(encoding="utf-8")) for file in times)
    return bench.with_lines(math.ceil(bench.asked.lines * taught / alone)).recovered(fresh(bench), folder)


def joint(bench: Bench, folder: Path) -> nn.Module:
    """Frugal: hidden units of the recurrent layers and channels, by what each costs the loss."""
    return bench.recovered(pruned(bench, folder, "int8"), folder)


def joint_distilled(bench: Bench, folder: Path) -> nn.Module:
    """The same as `joint`, taught by the whole network, step by step of each line."""
    stage = DistilCtc(alpha=TEACHER_PARTS, epochs=1, learning_rate=bench.asked.rate)
    return stage(pruned(bench, folder, "int8"), bench.workbench(folder))


def pruned_alone(bench: Bench, folder: Path) -> nn.Module:
    """Pruned until its floats fit: one method, no teacher, no int8."""
    return bench.recovered(pruned(bench, folder, "float"), folder)


def torch_pruning(bench: Bench, folder: Path) -> nn.Module:
    """Torch-Pruning (Fang et al., CVPR 2023) by group magnitude, recurrent layers and classes left out."""
    budget = bench.asked.macs * count_macs(bench.model, bench.reference)
    low, high = 0.0, 0.95  # share of channels: too few, enough
    for _ in range(8):
        middle = (low + high) / 2
        is_enough = count_macs(channels_removed(bench, middle), bench.reference) <= budget
        low, high = (low, middle) if is_enough else (middle, high)
    return bench.recovered(channels_removed(bench, high), folder)


def unstructured(bench: Bench, folder: Path) -> nn.Module:
    """Single weights of least magnitude (Zhu and Gupta 2017), as many as the bytes of `joint` ask for."""
    model = bench.folder("joint") / "model"
    if not model.is_dir():
        raise SystemExit("error: the arm unstructured needs the bytes of joint; try: joint first")
    aim, low, high = packed_bytes(load_model(model)), 0.0, 0.99
    workbench = bench.workbench(folder)
    for _ in range(8):
        middle = (low + high) / 2
        zeroed = PruneMagnitude(sparsity=middle, steps=1, epochs=0)(bench.model, workbench)
        low, high = (low, middle) if packed_bytes(zeroed) <= aim else (middle, high)
    stage = PruneMagnitude(sparsity=high, steps=1, epochs=1, learning_rate=bench.asked.rate)
    return stage(bench.model, workbench)


ARMS: Mapping[str, Arm] = {
    "whole": Arm(make=whole, has_goal=False),
    "quantise_aware": Arm(make=quantise_aware, has_goal=False),
    "student": Arm(make=student, has_goal=False),
    "student_distilled": Arm(make=student_distilled, has_goal=False),
    "student_longer": Arm(make=student_longer, has_goal=False),
    "joint": Arm(make=joint),
    "joint_distilled": Arm(make=joint_distilled),
    "torch_pruning": Arm(make=torch_pruning),
    "unstructured": Arm(make=unstructured),
    "pruned_alone": Arm(make=pruned_alone, deployed="float"),
}


def fresh(bench: Bench) -> nn.Module:
    """The network of the recipe minus90 at the whole network's height, the same for the same seed."""
    torch.manual_seed(bench.asked.seed)
    task = bench.task
    narrow = LineNet(
        task.num_outputs, height=task.height, widths=(8, 16, 40, 64), depths=(0, 0, 0), hidden=56, dropout=0.0
    )
    return narrow.train()


def pruned(bench: Bench, folder: Path, deployed: Literal["int8", "float"]) -> nn.Module:
    """The network at the goal's operations or bytes, before any recovery."""
    if bench.asked.kb is None:
        return narrowed_to(bench, folder, macs_ratio=bench.asked.macs)
    trial = Arm(make=whole, deployed=deployed)
    size_ratio = 1000 * bench.asked.kb / bench.deployed(bench.model, folder / "whole", trial).size_bytes
    while True:
        small = narrowed_to(bench, folder, size_ratio=size_ratio)
        surplus = bench.deployed(small, folder / "trial", trial).size_bytes / (1000 * bench.asked.kb)
        if surplus <= 1:
            return small
        size_ratio *= 0.99 / surplus


def narrowed_to(bench: Bench, folder: Path, **target: float) -> nn.Module:
    stage = PruneStructured(**target, importance="taylor", round_to=4)
    return stage(bench.model, bench.workbench(folder))


def channels_removed(bench: Bench, share: float) -> nn.Module:
    """A copy of the network without that share of the channels of each convolution."""
    import torch_pruning as tp

    pruned = copy.deepcopy(bench.model).eval()
    left_out = [layer for layer in (pruned.recurrent, pruned.classifier, pruned.shortcut) if layer is not None]
    tp.pruner.BasePruner(
        pruned if pruned.shortcut is None else BothHeads(pruned),
        bench.reference,
        importance=tp.importance.GroupMagnitudeImportance(p=2),
        pruning_ratio=share,
        ignored_layers=left_out,
        round_to=4,
    ).step()
    pruned.rewrites = [*history(bench.model), resize(bench.model, pruned)]
    return pruned.requires_grad_(True)


class BothHeads(nn.Module):
    """A line network that shows the head of its training too, so that it is pruned along."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        columns, left = self.network.columns(image)
        return self.network.head(columns, left), self.network.shortcut(columns)


def packed_bytes(model: nn.Module) -> int:
    """Bytes of the deployed weights, rounded as int8 does and deflated."""
    codes = []
    for name, tensor in model.state_dict().items():
        if name.startswith("shortcut") or tensor.ndim < 2:
            continue
        weights = tensor.numpy().reshape(1, len(tensor), -1)
        codes.append(rounded(weights, per_channel=True, levels=REDUCED)[0].tobytes())
    return len(zlib.compress(b"".join(codes), 9))
