"""Distillation by whole texts: the teacher reads the training lines once, and the student learns what it read.

Sequence-level knowledge distillation: Kim, Rush 2016, "Sequence-level knowledge distillation"; for CTC: Huang, You,
Chen, Qian, Yu 2018, "Knowledge distillation for sequence model", and Takashima, Li, Kawai 2019, "Investigation of
sequence-level knowledge distillation methods for CTC acoustic models". Nothing has to agree but the writing: the two
may have other steps, other alphabets, other places for their peaks; and the teacher may use a language model, so that
the student learns from text what it never carries.

Deviations: the one best text of each line stands for the teacher's distribution, and only where the teacher is sure
enough of it; other lines, and lines that it did not read, keep their own text.

Knows no architecture, no data set and no Lightning.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from torch import Tensor, nn

from frugal.contract import Batch, InputError, Model, Workbench
from frugal.fingerprint import digest
from frugal.models.fresh import fresh_model
from frugal.runtime.artefact import sha256
from frugal.runtime.fusion import ModelScorer
from frugal.runtime.language_model import open_language_model
from frugal.runtime.line_reading import line_format
from frugal.strengths import Strengths
from frugal.teachers import Teacher, check_settings, identity, teacher_of
from frugal.torch_predictor import predict_with
from frugal.zoo import index

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DistilSequence:
    """Train a student of a CTC task on its teacher's readings beside the truth.

    Loss: alpha * the task's loss on what the teacher read + (1 - alpha) * the task's loss on the truth.

    Attributes:
        teacher: a model of the zoo (lines-fr-xs@7), a run folder or one of its steps; None for the network as it was
            before any stage (`workbench.reference`).
        lm: a language model for the teacher, by its name in the zoo or its folder; None reads greedily.
        sure: the geometric mean of the characters' probabilities from which on a reading is learnt, in [0, 1].
        lines: at most so many training lines are read; they are held in memory meanwhile, about 0.1 MB each.
        alpha: weight of the readings, in (0, 1]; the truth has 1 - alpha.
        epochs: epochs of training.
        learning_rate: None takes the workbench's own.
        student: factory of a network to train from scratch; None goes on with the model of the step before.
        taught_by: stands for teacher and language model in the step's hash; found, not given.
    """

    teacher: str | None = None
    lm: str | None = None
    sure: float = 0.8
    lines: int = 4096
    alpha: float = 0.5
    epochs: int = 10
    learning_rate: float | None = None
    student: Model | None = None
    taught_by: str | None = field(init=False, default=None)

    strengths: ClassVar = Strengths(role="recover", settings=tuple({"epochs": n} for n in (2, 4, 8, 15, 30)))

    def __post_init__(self) -> None:
        check_settings(alpha=self.alpha, epochs=self.epochs)
        if not 0 <= self.sure <= 1:
            raise InputError(f"sure={self.sure}", allowed="[0, 1]", remedy="sure=0.8; 0 learns every reading")
        if self.lines < 1:
            raise InputError(f"lines={self.lines}", allowed=">= 1", remedy="lines=4096")
        known = identity(self.teacher)
        if self.lm is not None:
            open_language_model(_lm_folder(self.lm))  # a wrong name is told before anything runs
            known = digest(known, sha256(_lm_folder(self.lm) / "lm.bin"))
        object.__setattr__(self, "taught_by", known)

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """The trained student: a copy of `model`, or what `student` builds."""
        decoder = workbench.task.contract().get("decoder")
        if decoder != "ctc":
            raise InputError(
                f"distil_sequence for a task with the decoder {decoder}", allowed="ctc", remedy="distil_logits"
            )
        readings = read_lines(
            teacher_of(self.teacher, workbench), workbench.calibration(self.lines), lm=self.lm, sure=self.sure
        )
        log.info("%s", readings)

        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            return self.alpha * workbench.task.loss(outputs, with_readings(batch, readings.texts))

        return workbench.finetune(
            model if self.student is None else fresh_model(self.student, workbench),
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            extra_loss=loss,
            task_weight=1.0 - self.alpha,
        )


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What a teacher read.

    Attributes:
        texts: line id -> text, of the lines of which the teacher was sure enough.
        lines: how many it read.
        changed: how many of `texts` differ from the line's own text.
    """

    texts: Mapping[str, str]
    lines: int
    changed: int

    def __str__(self) -> str:
        return (
            f"the teacher read {self.lines} lines and is sure enough of {len(self.texts)}; "
            f"{self.changed} of those differ from the line's own text"
        )


def read_lines(teacher: Teacher, batches: Iterable[Batch], *, lm: str | None, sure: float) -> Readings:
    """Each line of `batches`, none of them padded, as the teacher reads it; by beam search with a language model."""
    form = line_format(teacher.stated)
    scorer = None if lm is None else ModelScorer(open_language_model(_lm_folder(lm)), form.symbols)
    predict = predict_with(teacher.network, teacher.task)
    source, output = teacher.task.signature.inputs[0].name, teacher.task.signature.outputs[0].name
    texts: dict[str, str] = {}
    read = changed = 0
    for batch in batches:
        scores, own = predict(batch)[output], teacher.task.truths(batch)
        for row, name in enumerate(batch.ids):
            reading = form.decode(scores[row : row + 1], batch.inputs[source][row].numpy(), scorer)
            read += 1
            if reading.value and reading.confidence ** (1 / len(reading.value)) >= sure:
                texts[name] = reading.value
                changed += reading.value != own[row]
    return Readings(texts=texts, lines=read, changed=changed)


def with_readings(batch: Batch, texts: Mapping[str, str]) -> Batch:
    """`batch` with its targets replaced where there is a reading; two lines joined into one (`a+b`) have two."""
    own = list(batch.targets)
    return dataclasses.replace(
        batch, targets=tuple(_reading(name, texts) or text for name, text in zip(batch.ids, own, strict=True))
    )


def _reading(name: str, texts: Mapping[str, str]) -> str | None:
    if name in texts:
        return texts[name]
    parts = [texts.get(part) for part in name.split("+")]
    return " ".join(part for part in parts if part) if all(parts) else None


def _lm_folder(lm: str) -> Path:
    return Path(lm) if Path(lm).is_dir() else index.find(lm)
