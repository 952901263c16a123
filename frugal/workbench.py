"""The workbench that a stage is handed: task, samples, fine-tuning and evaluation, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lightning.pytorch as L
from lightning.pytorch.loggers import Logger
from torch import Tensor, nn

from frugal.contract import Batch, Task
from frugal.evaluation import evaluate
from frugal.fitting import Fit, Fitter
from frugal.torch_predictor import predict_with
from frugal.training import Training


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """See `frugal.contract.Workbench`.

    `training` is how the experiment trains; a fine-tuning changes its epochs and learning rate only.
    """

    task: Task
    data: L.LightningDataModule
    training: Training
    reference: nn.Module
    fitter: Fitter
    seed: int
    what: str
    logger: Logger | None = None

    @property
    def example(self) -> Batch:
        return self.calibration(2)[0]

    def calibration(self, n: int) -> list[Batch]:
        return calibration_batches(self.data, n)

    def finetune(
        self,
        model: nn.Module,
        *,
        epochs: int,
        learning_rate: float | None = None,
        extra_loss: Callable[[Tensor, Batch], Tensor] | None = None,
        task_weight: float = 1.0,
        after_step: Callable[[nn.Module], None] | None = None,
    ) -> nn.Module:
        fit = Fit(
            what=self.what,
            task=self.task,
            data=self.data,
            training=dataclasses.replace(self.training, max_epochs=epochs),
            seed=self.seed,
            extra_loss=extra_loss,
            task_weight=task_weight,
            after_step=after_step,
            learning_rate=learning_rate,
            logger=self.logger,
        )
        return self.fitter.run(model, fit)

    def evaluate(self, model: nn.Module) -> float:
        return evaluate(predict_with(model, self.task), self.task, self.data.val_dataloader()).error


def calibration_batches(data: Any, n: int) -> list[Batch]:
    """Training batches, not augmented and in fixed order, with at least `n` samples where there are so many."""
    batches: list[Batch] = []
    seen = 0
    for batch in data.calibration_dataloader():
        batches.append(batch)
        seen += len(batch.ids)
        if seen >= n:
            break
    return batches
