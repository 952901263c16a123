"""A network from its factory, with weights that depend on the seed alone.

Knows no architecture; leaves the global generator as it was.
"""

from __future__ import annotations

import torch
from torch import nn

from frugal.contract import Model, Workbench


def fresh_model(factory: Model, workbench: Workbench) -> nn.Module:
    """An untrained network for the workbench's task, initialised from the workbench's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(workbench.seed)
        return factory(num_outputs=workbench.task.num_outputs)
