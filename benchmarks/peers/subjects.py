"""The trained networks that every tool compresses, each with its data: float artefact, calibration feeds, errors.

A network comes from trainable weights: a model of the zoo or a run folder. Knows no tool.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import lightning.pytorch as L
import numpy as np
from torch import nn

from frugal.adapting import task_of
from frugal.contract import Artefact, InputError, Pass, Samples, Task
from frugal.data.lines import Lines
from frugal.data.unipen_chars import UnipenChars
from frugal.evaluation import Evaluation, evaluate
from frugal.exporting import PARITY_SAMPLES, export, parity_batch
from frugal.flow import predict_onnx
from frugal.initial import Initial, find_initial
from frugal.models.saving import load_model
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_static import Int8Static
from frugal.passes.int8_weights import Int8Weights
from frugal.runtime.artefact import open_artefact
from frugal.tasks.characters import Characters
from frugal.tasks.lines import Lines as LinesTask
from frugal.workbench import calibration_batches

CALIBRATION_SAMPLES = 256
OURS: Mapping[str, tuple[Pass, ...]] = {
    "lines": (Int8Hybrid(thin_float=True, tolerance=1.0), Int8Weights(tolerance=1.0)),
    "characters": (Int8Static(tolerance=1.0),),
}
"""Our passes by task: integer layers where onnxruntime has them; what it multiplies with floats (GRU) is stored in 8
bits. On images as small as characters the convolution of a single channel is faster with integers."""
ZOO = ("lines-fr-xs@4", "chars-xs@2")
"""Always measured."""
TWINS = ("gru", "convolutional")
"""Measured where their runs are given; how they are trained: docs/peers-compression.md."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Attributes:
    name: in the table. source: a model of the zoo, or a run folder. root: the folder that holds lines/ and chars/.
    """

    name: str
    source: str
    root: Path

    @cached_property
    def initial(self) -> Initial:
        return find_initial(self.source, what=f"--subject {self.name}")

    @property
    def digest(self) -> str:
        """sha256 of the weights."""
        return self.initial.digest

    @property
    def kind(self) -> str:
        """What the network is made of, for people."""
        return described(load_model(self.initial.folder))

    @property
    def int8(self) -> tuple[Pass, ...]:
        """Ours, one after another."""
        return OURS[self.task.contract()["task"]]

    @cached_property
    def task(self) -> Task:
        stated = self.initial.stated
        if stated["task"] == "lines":
            return task_of(self.initial)
        if stated["task"] == "characters":
            return Characters(labels=stated["labels"])
        raise InputError(f"{self.source} of the task {stated['task']}", allowed="lines, characters")

    @cached_property
    def data(self) -> L.LightningDataModule:
        data: L.LightningDataModule
        if isinstance(self.task, LinesTask):
            lines = str(self.root / "lines")
            data = Lines(root=lines, file="copiste_fr.parquet", test_kinds=["body"], height=self.task.height)
        else:
            data = UnipenChars(root=str(self.root / "chars"))
        data.setup("fit")
        return data

    def float_artefact(self, folder: Path) -> Artefact:
        """The trained network as float ONNX, made once for these weights."""
        target = folder / self.digest[:8]
        if not (target / "contract.json").is_file():
            shutil.rmtree(target, ignore_errors=True)
            shape = getattr(self.data, "reference_shape", None)
            about = {} if shape is None else {"reference_shape": shape()}
            samples = parity_batch(calibration_batches(self.data, PARITY_SAMPLES))
            beside = target.with_name(f".{target.name}")
            shutil.rmtree(beside, ignore_errors=True)
            export(load_model(self.initial.folder), self.task, beside, samples=samples, about=about)
            beside.rename(target)
        return open_artefact(target)

    def feeds(self) -> list[dict[str, np.ndarray]]:
        """Training samples, one per feed, each as the artefact takes it."""
        feeds: list[dict[str, np.ndarray]] = []
        for batch in calibration_batches(self.data, CALIBRATION_SAMPLES):
            arrays = {name: tensor.numpy() for name, tensor in batch.inputs.items()}
            feeds += [{name: array[i : i + 1] for name, array in arrays.items()} for i in range(len(batch.ids))]
        return feeds[:CALIBRATION_SAMPLES]

    def errors(self, artefact: Artefact) -> Evaluation:
        """On the writers that the network is reported on."""
        return evaluate(predict_onnx(artefact), self.task, self.data.test_dataloader())

    def quantised(self, source: Artefact, folder: Path, feeds: list[dict[str, np.ndarray]]) -> Artefact:
        """Ours: `source` in int8, a folder for each pass below `folder`."""
        made = source
        for number, apply in enumerate(self.int8):
            made = apply(made, folder / str(number), Samples(calibration=feeds))
        return made


def described(model: nn.Module) -> str:
    """The layers that run, in words.

    >>> described(nn.Sequential(nn.Conv2d(1, 2, 3), nn.GRU(2, 5, 2, bidirectional=True)))
    '1 convolution, 2 bidirectional GRU layers of 5'
    """
    layers = [layer for name, layer in model.named_modules() if not name.startswith("shortcut")]
    count = sum(isinstance(layer, (nn.Conv1d, nn.Conv2d)) for layer in layers)
    parts = [f"{count} convolution{'s' if count > 1 else ''}"]
    for layer in layers:
        if isinstance(layer, nn.RNNBase):
            both = "bidirectional " if layer.bidirectional else ""
            plural = "s" if layer.num_layers > 1 else ""
            parts.append(f"{layer.num_layers} {both}{layer.mode} layer{plural} of {layer.hidden_size}")
    return ", ".join(parts)


def subjects(root: Path, given: Mapping[str, str]) -> dict[str, Subject]:
    """By name: those of the zoo and those given as name -> source, which replace one of the same name."""
    sources = {name: name for name in ZOO} | dict(given)
    return {name: Subject(name=name, source=source, root=root) for name, source in sources.items()}


def named(arguments: list[str]) -> dict[str, str]:
    """`NAME=RUN` as given on the command line.

    >>> named(["gru=runs/gru"])
    {'gru': 'runs/gru'}
    """
    pairs: dict[str, Any] = {}
    for argument in arguments:
        name, _, source = argument.partition("=")
        if not name or not source or "/" in name:
            raise InputError(f"--subject {argument}", allowed="NAME=RUN", remedy="--subject gru=runs/gru")
        pairs[name] = source
    return pairs
