"""The trained networks that every tool compresses, each with its data: float artefact, calibration feeds, errors.

Networks come from the zoo's trainable weights. Knows no tool.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as L
import numpy as np

from frugal.contract import Artefact, Pass, Task
from frugal.data.lines import Lines
from frugal.data.unipen_chars import UnipenChars
from frugal.evaluation import Evaluation, evaluate
from frugal.exporting import PARITY_SAMPLES, export, parity_batch
from frugal.flow import predict_onnx
from frugal.initial import find_initial
from frugal.models.saving import load_model
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_static import Int8Static
from frugal.runtime.artefact import open_artefact
from frugal.tasks.characters import Characters
from frugal.tasks.lines import Lines as LinesTask
from frugal.workbench import calibration_batches

CALIBRATION_SAMPLES = 256


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Attributes:
    name: of the zoo. kind: what it is, for people. data: where its lines or characters come from. int8: our pass.
    """

    name: str
    kind: str
    task: Callable[[Mapping[str, Any]], Task]
    data: Callable[[], L.LightningDataModule]
    int8: Pass

    def float_artefact(self, folder: Path) -> Artefact:
        """The trained network as float ONNX, made once."""
        if not (folder / "contract.json").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            beside = folder.with_name(f".{folder.name}")
            initial = find_initial(self.name)
            data = self.opened()
            shape = getattr(data, "reference_shape", None)
            about = {} if shape is None else {"reference_shape": shape()}
            samples = parity_batch(calibration_batches(data, PARITY_SAMPLES))
            export(load_model(initial.folder), self.task(initial.stated), beside, samples=samples, about=about)
            beside.rename(folder)
        return open_artefact(folder)

    def opened(self) -> L.LightningDataModule:
        data = self.data()
        data.setup("fit")
        return data

    def feeds(self) -> list[dict[str, np.ndarray]]:
        """Training samples, one per feed, each as the artefact takes it."""
        feeds: list[dict[str, np.ndarray]] = []
        for batch in calibration_batches(self.opened(), CALIBRATION_SAMPLES):
            arrays = {name: tensor.numpy() for name, tensor in batch.inputs.items()}
            feeds += [{name: array[i : i + 1] for name, array in arrays.items()} for i in range(len(batch.ids))]
        return feeds[:CALIBRATION_SAMPLES]

    def errors(self, artefact: Artefact) -> Evaluation:
        """On the writers that the network is reported on."""
        data = self.opened()
        return evaluate(predict_onnx(artefact), self.task(artefact.contract), data.test_dataloader())

    def selection_error(self, artefact: Artefact) -> float:
        data = self.opened()
        return evaluate(predict_onnx(artefact), self.task(artefact.contract), data.val_dataloader()).error


def _characters(contract: Mapping[str, Any]) -> Task:
    return Characters(labels=contract["labels"])


def _lines(contract: Mapping[str, Any]) -> Task:
    return LinesTask(labels="".join(contract["labels"]), time_stride=contract["time_stride"])


def subjects(data: Path) -> dict[str, Subject]:
    """By name; `data` is the folder that holds lines/ and chars/."""
    lines = str(data / "lines")
    return {
        subject.name: subject
        for subject in (
            Subject(
                name="lines-fr-xs",
                kind="convolutions and 2 bidirectional LSTM layers",
                task=_lines,
                data=lambda: Lines(root=lines, file="copiste_fr.parquet", test_kinds=["body"]),
                int8=Int8Hybrid(tolerance=1.0),
            ),
            Subject(
                name="chars-xs",
                kind="convolutions",
                task=_characters,
                data=lambda: UnipenChars(root=str(data / "chars")),
                int8=Int8Static(tolerance=1.0),
            ),
        )
    }
