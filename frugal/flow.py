"""The flow: each step turns the last result into the next one inside the run folder, and is scored the same way.

Knows the run folder, the workbench, export and evaluation; knows no particular stage, pass or report.
"""

from __future__ import annotations

import inspect
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightning.pytorch as L
import numpy as np
import torch
from lightning.pytorch.loggers import Logger
from torch import nn

from frugal.contract import Arrays, Artefact, Batch, InputError, Pass, Samples, Stage, Task
from frugal.evaluation import evaluate
from frugal.exporting import PARITY_SAMPLES, ParityError, export, parity_batch, read_parity
from frugal.fingerprint import describe, digest, sources, versions
from frugal.fitting import Fit, Fitter
from frugal.initial import Initial, warm_started
from frugal.models.saving import load_model, save_model
from frugal.report.records import Row
from frugal.rows import row_of
from frugal.runtime.artefact import open_artefact, write_json
from frugal.runtime.session import open_session
from frugal.steps import RunFolder, Step
from frugal.training import Training
from frugal.workbench import Workbench, calibration_batches

CALIBRATION_SAMPLES = 512


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a finished step left: its row, its artefact and, for PyTorch steps, its network's folder and hash."""

    step: Step
    row: Row
    artefact: Artefact
    trainings: list[dict[str, Any]]
    network: str = ""

    @property
    def model_folder(self) -> Path:
        return self.step.path / "model"


@dataclass(kw_only=True)
class Flow:
    """The steps of one experiment, in the order in which they are called.

    `about` goes into every artefact's contract (recipe, seed, licence). `factory` rebuilds networks whose class lives
    outside frugal.
    """

    name: str
    task: Task
    data: L.LightningDataModule
    training: Training
    seed: int
    folder: RunFolder
    about: Mapping[str, Any] = field(default_factory=dict)
    factory: Callable[..., nn.Module] | None = None
    logger: Logger | None = None
    origin: Made | None = None

    def train(self, factory: Callable[..., nn.Module], initial: Initial | None = None) -> Made:
        """Train a new network, or `initial`'s further; it becomes the reference of the stages.

        With 0 epochs `initial` is taken as it stands. What it cost to train counts in any case.
        """
        self.factory = factory
        if initial is None and self.training.max_epochs == 0:
            raise InputError("training.max_epochs=0 without initial", allowed="1 or more", remedy="initial=NAME")

        def work(beside: Path, fitter: Fitter) -> nn.Module:
            torch.manual_seed(self.seed)
            model = _new_network(factory, self.task.num_outputs)
            if initial is not None:
                model = warm_started(model, self.task, initial)
                fitter.inherit(f"initial {initial.digest[:8]}", initial.training)
            if self.training.max_epochs == 0:
                return model.eval()
            fit = Fit(
                what="train",
                task=self.task,
                data=self.data,
                training=self.training,
                seed=self.seed,
                logger=self.logger,
            )
            return fitter.run(model, fit)

        begun = [] if initial is None else [initial.digest, initial.labels]
        made_by = digest("train", describe(factory), sources(factory), self._ground(self._how()), *begun)
        self.origin = self._torch_step("train", "train", method_name(factory), made_by, work)
        return self.origin

    def given(self, model: nn.Module | Artefact) -> Made:
        """Start from a network or artefact that exists already."""
        if isinstance(model, Artefact):
            content = digest("given", model.contract.get("model_sha256"), model.size_bytes, self._ground())
            self.origin = self._onnx_step(
                "given", "train", "given", content, lambda beside, _: _copy_artefact(model, beside / "artefact")
            )
            return self.origin
        weights = {name: tensor.cpu().numpy().tobytes().hex() for name, tensor in model.state_dict().items()}
        self.factory = self.factory or type(model)
        made_by = digest("given", weights, self._ground())
        self.origin = self._torch_step("given", "train", type(model).__name__, made_by, lambda beside, fitter: model)
        return self.origin

    def stage(self, name: str, stage: Stage, before: Made) -> Made:
        """Apply a stage to the network that the step before left."""
        assert self.origin is not None
        reference = self.load(self.origin)

        def work(beside: Path, fitter: Fitter) -> nn.Module:
            bench = Workbench(
                task=self.task,
                data=self.data,
                training=self.training,
                reference=reference,
                fitter=fitter,
                seed=self.seed,
                what=name,
                logger=self.logger,
            )
            torch.manual_seed(self.seed)
            return stage(self.load(before), bench)

        made_by = digest(name, describe(stage), sources(stage), self._how(), before.network)
        return self._torch_step(name, "stage", method_name(stage), made_by, work)

    def apply(self, name: str, pass_: Pass, before: Made) -> Made:
        """Apply a pass to the artefact that the step before left."""

        def work(beside: Path, fitter: Fitter) -> None:
            shutil.rmtree(beside / "artefact", ignore_errors=True)
            made = fitter.metered(name, lambda: pass_(before.artefact, beside / "artefact", self._samples()))
            _check_parity(name, made, pass_.tolerance)

        made_by = digest(name, describe(pass_), sources(pass_), before.step.digest)
        return self._onnx_step(name, "pass", method_name(pass_), made_by, work)

    def take_over(self, made: Made) -> Made:
        """A step that was finished elsewhere, scored on this flow's data; nothing is trained or exported again."""

        def work(beside: Path) -> None:
            shutil.copytree(made.step.path, beside, dirs_exist_ok=True, ignore=shutil.ignore_patterns("done.json"))
            self._score(made.row.step, made.row.kind, made.row.method, beside)

        made_by = digest("taken over", made.step.digest, self._ground())
        return self._made(self.folder.run(made.row.step, made_by, work), made.network)

    def load(self, made: Made) -> nn.Module:
        """The network that a PyTorch step left, in evaluation mode."""
        return load_model(made.model_folder, factory=self.factory)

    def _ground(self, *more: Any) -> list[Any]:
        """What every first step depends on: task, data, seed and versions."""
        fingerprint = self.data.fingerprint()  # type: ignore[attr-defined]
        code = sources(self.task, self.data)
        return [describe(self.task), describe(self.data), fingerprint, code, self.seed, self.name, versions(), *more]

    def _how(self) -> list[Any]:
        """What every training depends on: its settings and the code that trains."""
        return [describe(self.training), sources(self.training, Training)]

    def _torch_step(
        self, name: str, kind: str, method: str, made_by: str, work: Callable[[Path, Fitter], nn.Module]
    ) -> Made:
        """The network in a folder of its own, so that a change of the exporter exports again and trains nothing."""
        network = self._network(name, made_by, work)

        def whole(beside: Path) -> None:
            shutil.copytree(network.path / "model", beside / "model", dirs_exist_ok=True)
            shutil.copy(network.path / "trainings.json", beside / "trainings.json")
            samples = parity_batch(calibration_batches(self.data, PARITY_SAMPLES))
            shutil.rmtree(beside / "artefact", ignore_errors=True)
            model = load_model(beside / "model", factory=self.factory)
            export(model, self.task, beside / "artefact", samples=samples, about=self._about(exported_by))
            self._score(name, kind, method, beside)

        exported_by = digest(name, made_by, sources(export))
        return self._made(self.folder.run(name, exported_by, whole), network.digest)

    def _network(self, name: str, made_by: str, work: Callable[[Path, Fitter], nn.Module]) -> Step:
        def whole(beside: Path) -> None:
            fitter = self._fitter(beside, made_by)
            save_model(work(beside, fitter), beside / "model")
            write_json(beside / "trainings.json", fitter.lines)

        step = self.folder.run(f"{name}.network", made_by, whole)
        for fit in step.path.glob("fit-*"):
            shutil.rmtree(fit)
        return step

    def _onnx_step(self, name: str, kind: str, method: str, made_by: str, work: Callable[[Path, Fitter], None]) -> Made:
        def whole(beside: Path) -> None:
            fitter = self._fitter(beside, made_by)
            work(beside, fitter)
            self._stamp(beside / "artefact", made_by)
            write_json(beside / "trainings.json", fitter.lines)
            self._score(name, kind, method, beside)

        return self._made(self.folder.run(name, made_by, whole))

    def _fitter(self, beside: Path, made_by: str) -> Fitter:
        ledger_path = self.folder.path / "ledger.jsonl"
        return Fitter(folder=beside, ledger_path=ledger_path, experiment=self.name, digest=made_by)

    def _made(self, step: Step, network: str = "") -> Made:
        row = Row.from_json(json.loads((step.path / "row.json").read_text(encoding="utf-8")))
        trainings = json.loads((step.path / "trainings.json").read_text(encoding="utf-8"))
        details = {**row.details, "reused": step.reused, "digest": step.digest}
        artefact = open_artefact(step.path / "artefact")
        return Made(
            step=step, row=row.replace(details=details), artefact=artefact, trainings=trainings, network=network
        )

    def _score(self, name: str, kind: str, method: str, beside: Path) -> None:
        artefact = open_artefact(beside / "artefact")
        result = evaluate(predict_onnx(artefact), self.task, self.data.test_dataloader())
        result.write_tsv(beside / "predictions.tsv")
        row = row_of(name, kind, method, self.task, artefact, result)
        write_json(beside / "row.json", row.to_json())

    def _samples(self) -> Samples:
        """Calibration feeds of one sample each, and the selection error of an artefact."""
        feeds: list[Arrays] = []
        for batch in calibration_batches(self.data, CALIBRATION_SAMPLES):
            arrays = {key: tensor.numpy() for key, tensor in batch.inputs.items()}
            feeds += [{key: array[i : i + 1] for key, array in arrays.items()} for i in range(len(batch.ids))]

        def error(artefact: Artefact) -> float:
            return evaluate(predict_onnx(artefact), self.task, self.data.val_dataloader()).error

        return Samples(calibration=feeds[:CALIBRATION_SAMPLES], evaluate=error)

    def _about(self, made_by: str) -> dict[str, Any]:
        # Data of any size says at which size operations are counted.
        shape = getattr(self.data, "reference_shape", None)
        measured = {} if shape is None else {"reference_shape": shape()}
        return {"recipe": self.name, "seed": self.seed, "made_by_hash": made_by, **measured, **self.about}

    def _stamp(self, artefact: Path, made_by: str) -> None:
        contract = json.loads((artefact / "contract.json").read_text(encoding="utf-8"))
        write_json(artefact / "contract.json", {**contract, **self._about(made_by)})


def _new_network(factory: Callable[..., nn.Module], num_outputs: int) -> nn.Module:
    """The network untrained; values of a wrong type are the user's, however the model's own code trips over them."""
    try:
        return factory(num_outputs=num_outputs)
    except TypeError as error:
        raise InputError(f"values under model ({error})", remedy="a file of configs/model as an example") from error


def predict_onnx(artefact: Artefact) -> Callable[[Batch], Arrays]:
    """An artefact, opened in onnxruntime on one thread, as `evaluate` wants it."""
    session = open_session(artefact.model_path)

    def predict(batch: Batch) -> Arrays:
        return session({name: tensor.numpy() for name, tensor in batch.inputs.items()})

    return predict


def method_name(plug_in: Any) -> str:
    """The plug-in's own name: its class, or what a partial calls."""
    target = getattr(plug_in, "func", plug_in)
    return target.__name__ if inspect.isroutine(target) or inspect.isclass(target) else type(target).__name__


def _check_parity(name: str, artefact: Artefact, tolerance: float) -> None:
    difference = (artefact.contract.get("parity") or {}).get("max_abs")
    if difference is None or not difference <= tolerance:
        raise ParityError(f"{name}: outputs moved by {difference} on the parity samples; it declares {tolerance}")


def _copy_artefact(artefact: Artefact, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(artefact.path, target)


def parity_feeds(artefact: Artefact) -> list[dict[str, np.ndarray]]:
    """The artefact's stored samples, one feed each: what it is timed on."""
    inputs, _ = read_parity(artefact)
    size = len(next(iter(inputs.values())))
    return [{name: array[i : i + 1] for name, array in inputs.items()} for i in range(size)]
