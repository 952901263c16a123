"""A Lightning callback that meters training and validation, epoch by epoch, with method and range.

    trainer = L.Trainer(callbacks=[EnergyCallback()])

Logs `energy_j`, `energy_j_low` and `energy_j_high` of every training epoch to the trainer's loggers, and keeps all
readings. Knows no model. The only file beside the trainer that imports Lightning for energy.
"""

from __future__ import annotations

from typing import Any

import lightning.pytorch as L

from frugal.contract import Meter
from frugal.energy.metering import Measurement, Reading


class EnergyCallback(L.Callback):
    """Energy of the whole fit and of each epoch.

    Attributes:
        epochs: one reading per training epoch, its validation included.
        fit: the reading over all of `fit`; None until it has ended, however it ended.
    """

    def __init__(self, meter: Meter | None = None, *, idle_s: float = 0.0) -> None:
        super().__init__()
        self._epoch = Measurement(meter, idle_s=idle_s)
        self._whole = Measurement(meter)
        self._running: list[Measurement] = []

    @property
    def epochs(self) -> list[Reading]:
        return self._epoch.readings

    @property
    def fit(self) -> Reading | None:
        return self._whole.readings[-1] if self._whole.readings else None

    def on_fit_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._begin(self._whole)

    def on_train_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._begin(self._epoch)

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._finish(self._epoch)
        gross = self.epochs[-1].gross_j
        if gross.value is not None:  # unknown is not logged, never logged as 0
            for name, value in (("", gross.value), ("_low", gross.low), ("_high", gross.high)):
                pl_module.log(f"energy_j{name}", float(value or 0.0), rank_zero_only=True)

    def on_fit_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._finish(self._whole)

    def on_exception(self, trainer: L.Trainer, pl_module: L.LightningModule, exception: BaseException) -> None:
        for measurement in list(self._running):
            self._finish(measurement)

    def state_dict(self) -> dict[str, Any]:
        """Joules so far, for a checkpoint; a resumed fit meters its own part."""
        return {"joules": [reading.energy.joules for reading in self.epochs]}

    def _begin(self, measurement: Measurement) -> None:
        measurement.__enter__()
        self._running.append(measurement)

    def _finish(self, measurement: Measurement) -> None:
        if measurement in self._running:
            self._running.remove(measurement)
            measurement.__exit__(None, None, None)
