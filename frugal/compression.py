"""compress(): apply stages, then passes, to a network or an artefact, and say what each bought and cost.

Knows the order of things; knows no method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as L
from torch import nn

from frugal.benchmarking import BenchSettings
from frugal.contract import Artefact, InputError, Pass, Stage, Task
from frugal.flow import Flow, Made
from frugal.report.records import Report
from frugal.reporting import write_run_report
from frugal.steps import RunFolder
from frugal.training import Training


@dataclass(frozen=True, kw_only=True)
class Result:
    """What compress() leaves: the last network (None when it began with an artefact), the artefact and the report."""

    model: nn.Module | None
    artefact: Artefact
    report: Report
    path: Path


def compress(
    model: nn.Module | Artefact,
    steps: Mapping[str, Stage | Pass],
    *,
    data: L.LightningDataModule,
    task: Task,
    out: Path | str,
    training: Training | None = None,
    bench: BenchSettings | None = None,
    seed: int = 0,
) -> Result:
    """Run stages, then passes; `out` becomes a run folder whose first row is `model` as it was given.

    Args:
        model: a network that keeps its arguments in `.hparams`, or an artefact (then passes only).
        steps: name -> stage or pass; stages before passes.
        training: how a stage's fine-tuning trains.

    Raises:
        InputError: a stage after a pass, or a stage for an artefact.
    """
    flow = Flow(
        name=Path(out).name,
        task=task,
        data=data,
        training=training or Training(),
        seed=seed,
        folder=RunFolder(Path(out)),
    )
    flow.folder.create()
    data.setup("fit")
    made = [flow.given(model)]
    made += apply_steps(flow, steps, made[0], torch_given=isinstance(model, nn.Module))
    report = write_run_report(flow, made, bench or BenchSettings())
    torch_steps = [m for m in made if m.model_folder.exists()]
    last = flow.load(torch_steps[-1]) if torch_steps else None
    return Result(model=last, artefact=made[-1].artefact, report=report, path=Path(out))


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
