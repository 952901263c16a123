"""One fit: Lightning's Trainer, a checkpoint at each epoch end, the energy meter and the ledger around a Learner.

Knows where a fit keeps its files; knows no stage, no pass and no report.
"""

from __future__ import annotations

import copy
import datetime
import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import lightning.pytorch as L
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.loggers import Logger
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from frugal import ledger
from frugal.contract import Batch, Energy, InputError, Task
from frugal.energy.meters.choice import best_meter
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.report.records import Quantity
from frugal.training import Learner, Training

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What is to be fitted and how; `what` names it in the ledger and in the log."""

    what: str
    task: Task
    data: L.LightningDataModule
    training: Training
    seed: int
    extra_loss: Callable[[Tensor, Batch], Tensor] | None = None
    task_weight: float = 1.0
    after_step: Callable[[nn.Module], None] | None = None
    learning_rate: float | None = None
    logger: Logger | None = None


@dataclass
class Fitter:
    """Runs fits one after the other in `folder`; a fit that stands there already is taken up or taken over.

    `lines` collects the ledger lines of the fits and passes that led to the present result.
    """

    folder: Path
    ledger_path: Path
    experiment: str
    digest: str
    count: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def run(self, model: nn.Module, fit: Fit) -> nn.Module:
        """A trained copy of `model`, in evaluation mode."""
        place = self.folder / f"fit-{self.count}"
        identity = f"{self.digest}/{self.count}"
        self.count += 1
        finished = place / "weights.safetensors"
        if not finished.exists():
            place.mkdir(parents=True, exist_ok=True)
            learner = _learner(copy.deepcopy(model), fit)
            self._recorded(learner, fit, place / "last.ckpt", identity)
            weights = {name: tensor.contiguous() for name, tensor in learner.result().state_dict().items()}
            save_file(weights, place / "weights.tmp")
            (place / "weights.tmp").replace(finished)
        trained = copy.deepcopy(model)
        trained.load_state_dict(load_file(finished))
        self.lines += [line for line in ledger.read(self.ledger_path) if line.get("fit") == identity]
        return trained.eval()

    def inherit(self, what: str, cost: Mapping[str, Any] | None) -> None:
        """A ledger line for training that was done elsewhere before this: `cost` as a report's `training` states it."""
        identity = f"{self.digest}/{what}"
        if not any(line.get("fit") == identity for line in ledger.read(self.ledger_path)):
            energy = cost["energy_j"] if cost else Quantity.unknown("it was not recorded").to_json()
            line = {
                "what": what,
                "experiment": self.experiment,
                "fit": identity,
                "status": "done",
                "cpu_s": cost["cpu_s"] if cost else 0.0,
                "energy_j": energy,
            }
            ledger.append(self.ledger_path, line)
        self.lines += [line for line in ledger.read(self.ledger_path) if line.get("fit") == identity]

    def metered(self, what: str, work: Callable[[], Result]) -> Result:
        """What `work` returns: a pass, calibration and quantisation for instance, which counts as a fit does."""
        identity = f"{self.digest}/{self.count}"
        self.count += 1
        results: list[Result] = []
        energy, failure = _under_meter(lambda: results.append(work()))
        self._enter(identity, failure, energy, energy.cpu_s, what=what, kind=ledger.PASS)
        if failure:
            raise failure[0]
        self.lines += [line for line in ledger.read(self.ledger_path) if line.get("fit") == identity]
        return results[0]

    def _recorded(self, learner: Learner, fit: Fit, checkpoint: Path, identity: str) -> None:
        """Fit under the meter and append it to the ledger, whatever its end."""
        energy, failure = _under_meter(lambda: _fit(learner, fit, checkpoint))
        cpu_s = max(0.0, learner.cpu_s - ledger.recorded_cpu_s(self.ledger_path, identity))
        epochs = learner.current_epoch
        self._enter(identity, failure, energy, cpu_s, what=fit.what, seed=fit.seed, epochs=epochs)
        if failure:
            raise failure[0]

    def _enter(
        self, identity: str, failure: list[BaseException], energy: Energy, cpu_s: float, **about: Any
    ) -> None:  # fmt: skip
        now = datetime.datetime.now(datetime.UTC)
        line = {
            "experiment": self.experiment,
            "fit": identity,
            "status": _status(failure),
            "started": (now - datetime.timedelta(seconds=energy.wall_s)).isoformat(timespec="seconds"),
            "wall_s": round(energy.wall_s, 3),
            "cpu_s": round(cpu_s, 3),
            "energy_j": _energy_j(energy, cpu_s).to_json(),
        }
        ledger.append(self.ledger_path, about | line)


def energy_afterwards(cpu_s: float) -> Quantity:
    """Joules of work that is over: the CPU-time model still tells them, a counter does not."""
    meter = best_meter()
    if not isinstance(meter, CpuTimeMeter):
        return Quantity.unknown(f"{meter.name} did not watch it")
    joules = meter.power.watts * cpu_s
    return Quantity(value=joules, low=joules / meter.factor, high=joules * meter.factor, method=meter.method)


def _under_meter(work: Callable[[], None]) -> tuple[Energy, list[BaseException]]:
    """What `work` took, and why it did not end as it should."""
    failure: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failure.append(error)

    return best_meter().measure(guarded), failure


def _learner(model: nn.Module, fit: Fit) -> Learner:
    if fit.training.channels_last:
        model = model.to(memory_format=torch.channels_last)
    return Learner(
        model.train(),  # Lightning keeps the mode that it finds, and finished steps leave networks in evaluation mode
        fit.task,
        fit.training,
        fit.extra_loss,
        task_weight=fit.task_weight,
        after_step=fit.after_step,
        learning_rate=fit.learning_rate,
        seed=fit.seed,
        what=fit.what,
    )


def _trainer(fit: Fit, checkpoint: Path) -> L.Trainer:
    """Lightning's Trainer; raises InputError for arguments that it refuses."""
    try:
        return L.Trainer(
            **fit.training.trainer_arguments(),
            callbacks=[_Epochs(checkpoint)],
            logger=fit.logger or False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            use_distributed_sampler=False,
            default_root_dir=checkpoint.parent,
        )
    except (MisconfigurationException, ValueError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise InputError(f"training: {why}", remedy="training.accelerator=cpu training.precision=32-true") from error


def _fit(learner: Learner, fit: Fit, checkpoint: Path) -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.manual_seed(fit.seed)
    torch.set_num_threads(fit.training.threads)
    trainer = _trainer(fit, checkpoint)
    with warnings.catch_warnings():
        # Lightning's advice (loader workers, logging interval) and its own use of deprecated torch: not the user's.
        warnings.filterwarnings("ignore", module="lightning")
        warnings.filterwarnings("ignore", message=".*LeafSpec.*")
        resume = checkpoint if checkpoint.exists() else None
        try:
            trainer.fit(learner, datamodule=fit.data, ckpt_path=resume, weights_only=True)
        except SystemExit:  # how Lightning ends after Ctrl-C
            raise KeyboardInterrupt from None
    if trainer.interrupted:
        raise KeyboardInterrupt


class _Epochs(L.Callback):
    """Tells the data which epoch it is and writes the checkpoint at each epoch's end, beside and then into place."""

    def __init__(self, checkpoint: Path) -> None:
        self.checkpoint = checkpoint

    def on_train_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        trainer.datamodule.set_epoch(trainer.current_epoch)  # type: ignore[attr-defined]

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        beside = self.checkpoint.with_suffix(".tmp")
        trainer.save_checkpoint(beside)
        beside.replace(self.checkpoint)


def _status(failure: list[BaseException]) -> str:
    if not failure:
        return "done"
    return "failed" if isinstance(failure[0], Exception) else "interrupted"


def _energy_j(energy: Energy, cpu_s: float) -> Quantity:
    """Joules of `cpu_s` seconds: the meter saw this process only, a killed one is added in proportion to CPU time."""
    if energy.joules is None:
        return Quantity.unknown(energy.reason)
    joules = energy.joules * (cpu_s / energy.cpu_s if energy.cpu_s > 0 else 1.0)
    return Quantity(value=joules, low=joules / energy.factor, high=joules * energy.factor, method=energy.method)
