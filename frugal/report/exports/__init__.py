"""Reports for other tools: one file per target, found by its name (`hf_card.py` is `--to hf-card`).

A target is a module with `render(report, account) -> str`. `account` is the life cycle of the report's last row as
`frugal.energy.lifecycle` writes it, where the grids and their factors stand. What is unknown is left out, or null where
the format has null; it is never 0. Adding a target is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

from frugal.contract import InputError
from frugal.report.records import Report


def names() -> tuple[str, ...]:
    """The targets, as the command line spells them."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def render(name: str, report: Report, account: Mapping[str, Any]) -> str:
    """The report as the target `name` wants it.

    Raises:
        InputError: no such target, or a report that lacks what the format must have.
    """
    if name not in names():
        raise InputError(f"--to {name}", allowed=", ".join(names()))
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    text: str = module.render(report, account)
    return text
