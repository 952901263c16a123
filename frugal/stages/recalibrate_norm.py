"""Recalibration of batch normalisation: its statistics measured anew on samples as the device will see them.

Averaged over whole batches with fixed weights ("precise" statistics: Wu, Johnson, "Rethinking 'Batch' in BatchNorm",
2021, arXiv:2105.07576, section 3), on samples without augmentation: distorted images have other means and variances
than clean ones, and a network that saw only those is a little wrong about these. No weight changes, nothing is trained.
Deviation from the paper: the mean of the batches' variances, not the variance over all samples.

Knows no architecture and no data set. Put it after the last stage that trains.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from frugal.contract import InputError, Workbench
from frugal.models.forward import call_network
from frugal.strengths import Strengths


@dataclass(frozen=True, kw_only=True)
class RecalibrateNorm:
    """Replace the running means and variances by those of training samples that are not augmented.

    Attributes:
        samples: at least so many samples; the fixed mixed order of the data set decides which.
    """

    samples: int = 8192

    strengths: ClassVar = Strengths(role="settle")

    def __post_init__(self) -> None:
        if self.samples < 2:
            raise InputError(f"samples={self.samples}", allowed=">= 2", remedy="samples=8192")

    def __call__(self, model: nn.Module, workbench: Workbench) -> nn.Module:
        """A copy of `model` with new statistics, in evaluation mode.

        Raises:
            InputError: there is no batch normalisation in it.
        """
        result = copy.deepcopy(model).eval()
        layers = [layer for layer in result.modules() if isinstance(layer, _BatchNorm) and layer.track_running_stats]
        if not layers:
            raise InputError(f"a {type(model).__name__} without batch normalisation", remedy="leave the stage out")
        momenta = [layer.momentum for layer in layers]
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None  # a plain mean over the batches
            layer.train()
        front = workbench.task.front()
        with torch.no_grad():
            for batch in workbench.calibration(self.samples):
                call_network(result, workbench.task, front, batch)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        return result.eval()
