"""What is to be made smaller, and a pipeline applied to it: stages, then passes, each to what the one before left.

Knows the order of things; knows no method and no report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightning.pytorch as L
from torch import nn

from frugal.contract import Artefact, InputError, Task
from frugal.flow import Flow, Made
from frugal.steps import RunFolder
from frugal.training import Training


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A network or an artefact, and what it is for.

    Attributes:
        training: how a stage's fine-tuning trains. about: further keys of the artefact's contract.
    """

    model: nn.Module | Artefact
    task: Task
    data: L.LightningDataModule
    training: Training
    seed: int
    about: Mapping[str, Any]


def flow_of(subject: Subject, data: L.LightningDataModule, folder: RunFolder) -> Flow:
    """A flow for the subject in `folder`, trained and scored on `data`."""
    return Flow(
        name=folder.path.name,
        task=subject.task,
        data=data,
        training=subject.training,
        seed=subject.seed,
        folder=folder,
        about=subject.about,
        factory=type(subject.model) if isinstance(subject.model, nn.Module) else None,
    )


def apply_steps(flow: Flow, steps: Mapping[str, Any], before: Made, *, torch_given: bool = True) -> list[Made]:
    """Apply the steps in order, each to what the one before left."""
    made: list[Made] = []
    exported = not torch_given
    for name, step in steps.items():
        last = made[-1] if made else before
        if is_pass(step):
            exported = True
            made.append(flow.apply(name, step, last))
        elif exported:
            raise InputError(
                f"the stage {name} after a pass or on an artefact",
                allowed="stages (PyTorch) first, then passes (ONNX)",
                remedy="move it before the passes",
            )
        else:
            made.append(flow.stage(name, step, last))
    return made


def is_pass(step: Any) -> bool:
    """A Pass declares its tolerance, a Stage has none."""
    return hasattr(step, "tolerance")
