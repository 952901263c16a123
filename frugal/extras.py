"""Optional packages: import one, or say in one line which extra of frugal-ml brings it."""

from __future__ import annotations

import importlib
from types import ModuleType

from frugal.contract import InputError


class MissingExtra(InputError):
    """A command needs a package that the base install leaves out."""


def require(module: str, *, extra: str) -> ModuleType:
    """Import `module`; raises MissingExtra that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != top:
            raise
        raise MissingExtra(
            f"this needs the package {top}, which is not installed", remedy=f"pip install 'frugal-ml[{extra}]'"
        ) from error
