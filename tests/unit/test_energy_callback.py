"""The Lightning callback around a real, tiny fit: one reading per epoch, one over all, also when the fit fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning.pytorch as L
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from frugal.energy_callback import EnergyCallback

pytestmark = [
    pytest.mark.trains,
    # Lightning's advice about loader workers: the data is eight numbers.
    pytest.mark.filterwarnings("ignore:The 'train_dataloader' does not have many workers"),
    # Lightning's own use of what torch has deprecated.
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),
]


class Line(L.LightningModule):
    def __init__(self, fails_in_epoch: int = -1) -> None:
        super().__init__()
        self._layer = nn.Linear(1, 1)
        self._fails_in_epoch = fails_in_epoch

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        if self.current_epoch == self._fails_in_epoch:
            raise ZeroDivisionError("this step fails")
        loss: Tensor = (self._layer(batch[0]) - batch[0]).square().mean()
        return loss

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fitted(folder: Path, model: Line, callback: EnergyCallback) -> L.Trainer:
    trainer = L.Trainer(
        max_epochs=3,
        accelerator="cpu",
        callbacks=[callback],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        log_every_n_steps=1,
    )
    data = DataLoader(TensorDataset(torch.arange(8.0)[:, None]), batch_size=4)
    try:
        trainer.fit(model, data)
    except ZeroDivisionError:
        return trainer
    return trainer


def test_every_epoch_and_the_whole_fit_are_read(tmp_path: Path) -> None:
    callback = EnergyCallback()
    trainer = fitted(tmp_path, Line(), callback)
    assert len(callback.epochs) == 3 and callback.fit is not None
    seconds = [reading.energy.cpu_s for reading in callback.epochs]
    assert 0 < sum(seconds) <= callback.fit.energy.cpu_s
    logged = {name: float(value) for name, value in trainer.callback_metrics.items()}
    gross = callback.epochs[-1].gross_j
    assert logged["energy_j"] == pytest.approx(gross.value)
    assert (logged["energy_j_low"], logged["energy_j_high"]) == (pytest.approx(gross.low), pytest.approx(gross.high))
    assert len(callback.state_dict()["joules"]) == 3


def test_a_fit_that_fails_is_read_up_to_there(tmp_path: Path) -> None:
    callback = EnergyCallback()
    fitted(tmp_path, Line(fails_in_epoch=1), callback)
    assert len(callback.epochs) == 2, "the epoch that failed has its reading too"
    assert callback.fit is not None and callback.fit.energy.joules
