"""Training: the settings, the one LightningModule, and `train`.

Knows Lightning; knows no particular task, network or data set. A run that was killed goes on from its last epoch end
and ends as an undisturbed one, because order, augmentation and dropout are seeded from (seed, epoch).

Shapes: `B` batch, `C` classes.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import lightning.pytorch as L
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from frugal.contract import Batch, Task
from frugal.evaluation import ratio_of
from frugal.models.forward import call_network
from frugal.progress import Progress
from frugal.schedules import Schedule, WarmupCosine
from frugal.torch_predictor import predict_with

if TYPE_CHECKING:
    from frugal.experiment import Experiment

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a network is trained. From `accelerator` on the fields are Lightning's Trainer arguments, names unchanged.

    Attributes:
        optimizer: parameters -> optimiser; also called with `lr=` when a stage asks for its own learning rate.
        scheduler: factor on the learning rate as a function of the share of steps done.
        ema_decay: decay of the exponential moving average of the weights, which is then what is judged and kept
            (Polyak and Juditsky 1992; warmed up so that short trainings forget their start); None for none.
        select: keep the weights of the epoch with the lowest selection error ("best") or of the last one ("last").
        patience: stop when so many evaluations on the selection data in a row brought nothing better; None for never.
        auxiliary_weight: weight of the task's loss on each further output that a network returns in training only (deep
            supervision, Lee et al. 2015; a shortcut past the recurrent head).
        precision: bf16-mixed is taken for 32-true on a processor without instructions for it.
        max_epochs: 0 takes an initial network as it stands.
        channels_last: lay tensors out as (B, H, W, C): faster convolutions on many CPUs.
        threads: CPU threads. For small networks a second one costs more CPU time than it saves.
    """

    optimizer: Callable[..., Optimizer] = field(
        default_factory=lambda: partial(torch.optim.AdamW, lr=2e-3, weight_decay=1e-4)
    )
    scheduler: Schedule = field(default_factory=WarmupCosine)
    ema_decay: float | None = None
    select: str = "best"
    patience: int | None = None
    auxiliary_weight: float = 0.2
    channels_last: bool = False
    threads: int = 1
    accelerator: str = "auto"
    devices: int | str = 1
    strategy: str = "auto"
    num_nodes: int = 1
    precision: str | int = "32-true"
    max_epochs: int = 10
    max_time: str | None = None
    limit_train_batches: int | float | None = None
    limit_val_batches: int | float | None = None
    check_val_every_n_epoch: int = 1
    log_every_n_steps: int = 50
    accumulate_grad_batches: int = 1
    gradient_clip_val: float | None = None
    gradient_clip_algorithm: str | None = None
    deterministic: bool | str | None = None
    benchmark: bool | None = None
    detect_anomaly: bool = False
    profiler: str | None = None
    sync_batchnorm: bool = False

    OWN = ("optimizer", "scheduler", "ema_decay", "select", "patience", "auxiliary_weight", "channels_last", "threads")

    def __post_init__(self) -> None:
        if self.select not in ("best", "last"):
            raise ValueError(f"select must be best or last, got {self.select}; use best")
        if self.max_epochs < 0:
            raise ValueError(f"max_epochs must be at least 0, got {self.max_epochs}; use 1")
        if self.threads < 1:
            raise ValueError(f"threads must be at least 1, got {self.threads}; use 1")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"patience must be at least 1 or null, got {self.patience}; use 5")
        if self.ema_decay is not None and not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay must be in [0, 1) or null, got {self.ema_decay}; use 0.999")

    def trainer_arguments(self) -> dict[str, Any]:
        """What goes to `lightning.Trainer` as it stands, but for a precision that this processor only imitates."""
        arguments = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in self.OWN}
        if self.precision == "bf16-mixed" and not computes_bf16(self.accelerator):
            log.info("training.precision=bf16-mixed: no instructions for it here, 32-true is faster and is taken")
            arguments["precision"] = "32-true"
        return arguments


def computes_bf16(accelerator: str) -> bool:
    """Whether there is a GPU to train on, or a processor with instructions for bf16.

    One without imitates them and takes several times the time of float32 (AVX2: four times for a small convolution).
    """
    if accelerator not in ("auto", "cpu") or (accelerator == "auto" and torch.accelerator.is_available()):
        return True
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: True)
    return bool(supported())


class Learner(L.LightningModule):
    """The one LightningModule: a network, a task and how to train; further losses come from outside.

    Args:
        extra_loss: (outputs, batch) -> scalar, added to `task_weight` times the task's loss (distillation).
        after_step: called with the network after every optimiser step (masks).
        cpu_s: CPU seconds already spent on this fit by a process that was killed.
    """

    def __init__(
        self,
        model: nn.Module,
        task: Task,
        training: Training,
        extra_loss: Callable[[Tensor, Batch], Tensor] | None = None,
        *,
        task_weight: float = 1.0,
        after_step: Callable[[nn.Module], None] | None = None,
        learning_rate: float | None = None,
        seed: int = 0,
        what: str = "train",
    ) -> None:
        super().__init__()
        self.model = model
        self.averaged = None if training.ema_decay is None else copy.deepcopy(model).requires_grad_(False)
        self.front = task.front()
        self.task = task
        self.training_settings = training
        self.extra_loss = extra_loss
        self.task_weight = task_weight
        self.after_step = after_step
        self.learning_rate = learning_rate
        self.seed = seed
        self.what = what
        self.best_error = float("inf")
        self.without_gain = 0
        self.best_state: dict[str, Tensor] = {}
        self.cpu_s_before = 0.0
        self._cpu_start = time.process_time()
        self._errors: list[Any] = []
        self._losses: list[Tensor] = []
        self._progress = Progress(what, training.max_epochs)

    @property
    def judged(self) -> nn.Module:
        """The network that is evaluated and kept: the average where there is one."""
        return self.model if self.averaged is None else self.averaged

    @property
    def cpu_s(self) -> float:
        """CPU seconds of this fit so far, those of killed processes included (up to their last epoch end)."""
        return self.cpu_s_before + time.process_time() - self._cpu_start

    def configure_optimizers(self) -> Any:
        rate = {} if self.learning_rate is None else {"lr": self.learning_rate}
        optimizer = self.training_settings.optimizer(self.model.parameters(), **rate)
        steps = max(1, int(self.trainer.estimated_stepping_batches))
        schedule = self.training_settings.scheduler
        scheduler = LambdaLR(optimizer, lambda step: schedule(min(1.0, step / steps)))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def transfer_batch_to_device(self, batch: Batch, device: torch.device, dataloader_idx: int) -> Batch:
        return to_device(batch, device)

    def on_train_start(self) -> None:
        self._stop_without_gain()  # it was killed after the epoch that ended it

    def on_train_epoch_start(self) -> None:
        torch.manual_seed(hash((self.seed, self.current_epoch)) % 2**31)

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        answer = call_network(self.model, self.task, self.front, batch)
        outputs, *auxiliary = (output.float() for output in (answer if isinstance(answer, tuple) else (answer,)))
        loss = self.task.loss(outputs, batch)
        for output in auxiliary:
            loss = loss + self.training_settings.auxiliary_weight * self.task.loss(output, batch)
        loss = self.task_weight * loss
        if self.extra_loss is not None:
            loss = loss + self.extra_loss(outputs, batch)
        self._losses.append(loss.detach())
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_index: int) -> None:
        if self.after_step is not None:
            self.after_step(self.model)
        if self.averaged is not None:
            self._average()
        share = (batch_index + 1) / max(float(self.trainer.num_training_batches), batch_index + 1.0)
        self._progress.reached(self.current_epoch + share, lambda: f"loss {float(self._losses[-1]):.3f}")

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        arrays = predict_with(self.judged, self.task)(batch)
        self._errors += self.task.score(self.task.decode(arrays), self.task.truths(batch))

    def on_validation_epoch_end(self) -> None:
        error = ratio_of(self._errors)
        self._errors = []
        self.without_gain = 0 if error < self.best_error else self.without_gain + 1
        if error <= self.best_error:
            self.best_error = error
            self.best_state = {k: v.detach().cpu().clone() for k, v in self.judged.state_dict().items()}
        self._stop_without_gain()
        loss = float(torch.stack(self._losses).mean()) if self._losses else float("nan")
        self._losses = []
        self.log(f"{self.what}/selection_error", error, batch_size=1)
        self.log(f"{self.what}/loss", loss, batch_size=1)
        self._say(error, loss)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["frugal"] = {
            "best_error": self.best_error,
            "best_state": self.best_state,
            "without_gain": self.without_gain,
            "cpu_s": self.cpu_s,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        kept = checkpoint["frugal"]
        self.best_error, self.best_state = kept["best_error"], kept["best_state"]
        self.without_gain = kept["without_gain"]
        self.cpu_s_before = kept["cpu_s"]

    def _stop_without_gain(self) -> None:
        patience = self.training_settings.patience
        if patience is not None and self.without_gain >= patience:
            self.trainer.should_stop = True

    def result(self) -> nn.Module:
        """The network to keep, in evaluation mode, on the CPU."""
        model = copy.deepcopy(self.judged).cpu()
        if self.training_settings.select == "best" and self.best_state:
            model.load_state_dict(self.best_state)
        return model.requires_grad_(True).eval()

    def _average(self) -> None:
        assert self.averaged is not None
        decay = self.training_settings.ema_decay or 0.0
        weight = 1 - min(decay, (1 + self.global_step) / (10 + self.global_step))
        with torch.no_grad():
            for old, new in zip(self.averaged.state_dict().values(), self.model.state_dict().values(), strict=True):
                if old.is_floating_point():
                    old.lerp_(new, weight)
                else:
                    old.copy_(new)

    def _say(self, error: float, loss: float) -> None:
        done, all_ = self.current_epoch + 1, self.training_settings.max_epochs
        log.info("%s: epoch %d/%d, loss %.3f, selection error %.2f %%", self.what, done, all_, loss, 100 * error)


def to_device(batch: Batch, device: torch.device | str) -> Batch:
    """A copy of `batch` whose tensors live on `device`."""
    moved = copy.copy(batch)
    object.__setattr__(moved, "inputs", {name: tensor.to(device) for name, tensor in batch.inputs.items()})
    object.__setattr__(moved, "lengths", {name: tensor.to(device) for name, tensor in batch.lengths.items()})
    if isinstance(batch.targets, Tensor):
        object.__setattr__(moved, "targets", batch.targets.to(device))
    return moved


def train(experiment: Experiment) -> nn.Module:
    """Train the experiment's network (or take it up from its run folder) and return it in evaluation mode."""
    return experiment.train()
