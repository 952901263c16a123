"""What every plug-in must pass, as plain functions that raise AssertionError; outside plug-ins call them as well.

>>> from frugal.testing import check_stage
>>> from frugal.stages.finetune import Finetune
>>> check_stage(Finetune(epochs=1))
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frugal.testing.data import check_data as check_data
    from frugal.testing.meter import check_meter as check_meter
    from frugal.testing.model import check_model as check_model
    from frugal.testing.pass_ import check_pass as check_pass
    from frugal.testing.stage import check_stage as check_stage
    from frugal.testing.task import check_task as check_task

_HOMES = {
    "check_data": "data",
    "check_meter": "meter",
    "check_model": "model",
    "check_pass": "pass_",
    "check_stage": "stage",
    "check_task": "task",
}

__all__ = ["check_data", "check_meter", "check_model", "check_pass", "check_stage", "check_task"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'frugal.testing' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"frugal.testing.{_HOMES[name]}"), name)
