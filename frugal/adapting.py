"""adapt(): a lines model of the zoo, made better for one person by some of that person's lines, as an int8 artefact.

Knows the lines task and where trainable weights lie; the method is the stage `adapt_writer`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from frugal.benchmarking import BenchSettings
from frugal.compression import Result, compress
from frugal.contract import InputError
from frugal.data.line_augmentation import LineAugmentation
from frugal.data.lines import Lines
from frugal.evaluation import Evaluation, evaluate
from frugal.flow import predict_onnx
from frugal.initial import Initial, find_initial
from frugal.models.saving import load_model
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.runtime.artefact import open_artefact
from frugal.stages.adapt_writer import AdaptWriter
from frugal.tasks import lines
from frugal.teachers import stride_of
from frugal.training import Training

LINES_PER_EPOCH = 160
"""Of an adaptation, however few lines there are: the distortions make them different ones."""


def adapt(
    model: str,
    data: str,
    *,
    out: Path,
    lines_limit: int | None = None,
    kinds: Sequence[str] | None = None,
    stage: AdaptWriter | None = None,
    seed: int = 0,
) -> Result:
    """Adapt `model` to the lines at `data`; `out` becomes a run folder: as given, adapted, int8.

    Args:
        model: a name of the zoo, or a run folder, with trainable weights of the task `lines`.
        data: a file or folder of lines (see `frugal data check`); some of them are held out to measure with.
        lines_limit: learn from so many lines at most.

    Raises:
        InputError: the model reads no lines, or there are no lines.
    """
    initial = find_initial(model)
    task = task_of(initial)
    module = Lines(
        root=data,
        height=task.height,
        batch_size=8,
        seed=seed,
        augmentation=LineAugmentation(shear=10.0, stretch=0.15, tiles=0.1),
        train_kinds=kinds,
        test_kinds=kinds,
        lines_per_epoch=LINES_PER_EPOCH,
        learn_from=lines_limit,
    )
    return compress(
        load_model(initial.folder),
        {"adapt": stage or AdaptWriter(), "int8": Int8Hybrid(tolerance=1.0)},
        data=module,
        task=task,
        out=out,
        training=_training(),
        bench=BenchSettings(ci=0.05, cap_s=5.0),
        seed=seed,
    )


def _training() -> Training:
    """Gentle, and without a choice among epochs: a few lines held out could not tell them apart."""
    return Training(
        optimizer=partial(torch.optim.AdamW, lr=5e-4, weight_decay=1e-3),
        gradient_clip_val=5.0,
        select="last",
        channels_last=True,
        check_val_every_n_epoch=5,
    )


def task_of(initial: Initial) -> lines.Lines:
    """The task that a trained lines network was trained for, from the contract beside it."""
    contract = json.loads(initial.contract.read_text(encoding="utf-8"))
    if contract.get("task") != "lines":
        raise InputError(f"a model of the task {contract.get('task')}", allowed="a model of lines")
    return lines.Lines(
        labels=contract["labels"],
        height=int(contract["height"]),
        time_stride=stride_of(contract) or 1,
        widen=contract.get("widen", 1.0),
        second_look=contract.get("second_look"),
    )


def check_lines(data: str, *, kinds: Sequence[str] | None = None) -> None:
    """Refuse, in one line, what `measured_on` could not measure on; decodes no image.

    Raises:
        InputError: there are no lines.
    """
    Lines(root=data, test_kinds=kinds).setup("test")


def measured_on(artefact: Path, data: str, task: lines.Lines, *, kinds: Sequence[str] | None = None) -> Evaluation:
    """The error of an artefact on the test lines of another set: what was forgotten."""
    module = Lines(root=data, height=task.height, test_kinds=kinds)
    module.setup("test")
    return evaluate(predict_onnx(open_artefact(artefact)), task, module.test_dataloader())
