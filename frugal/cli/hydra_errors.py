"""What Hydra, OmegaConf and Lightning complain about, as one line: what was given, what there is, what to try."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any

from frugal.contract import InputError

_KEY = re.compile(r"Could not override '([^']+)'")
_OPTION = re.compile(r"Could not find '(.+)/([^/']+)' Available options in '[^']+': (.*?) Config search path")
REMEDY = "frugal list, or frugal run --help"


def one_line(error: BaseException, *, known: Callable[[], Sequence[str]] = tuple) -> InputError:
    """The error as one line that names the key; causes of instantiation come first.

    Args:
        known: gives the keys that there are, for one that there is not.
    """
    from hydra.errors import InstantiationException

    cause = error
    while isinstance(cause, InstantiationException) and cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, InputError):
        return cause
    text = " ".join(str(cause).split())
    option, unknown = _OPTION.search(text), unknown_key(cause)
    if option:
        group, name, options = option[1], option[2], option[3].split()
        return InputError(f"{group}={name}", allowed=", ".join(options), remedy=_nearest(f"{group}=", name, options))
    if unknown:
        return InputError(f"no setting {unknown}", remedy=_nearest("", unknown, known()))
    key = ""
    if isinstance(error, InstantiationException) and "full_key:" in str(error):
        key = str(error).rpartition("full_key:")[2].strip() + ": "
        if isinstance(cause, ModuleNotFoundError) and key == "logger: ":  # Lightning's own hint names other versions
            given = f"logger: its package is not installed ({text.partition('. ')[0]})"
            return InputError(given, allowed="logger=csv needs none", remedy="pip install 'frugal-ml[loggers]'")
    if getattr(cause, "override", None):  # what Hydra's parser could not read
        key = f"{cause.override}: "  # type: ignore[attr-defined]
    return InputError(f"{key}{text}", remedy=REMEDY)


def unknown_key(error: BaseException) -> str:
    """The key of an override that no configuration has; "" where that is not the complaint."""
    found = _KEY.search(str(error))
    return found[1] if found else ""


def keys_of(config: Any, before: str = "") -> list[str]:
    """All keys of a configuration, with dots: `training.optimizer.lr`."""
    from omegaconf import DictConfig

    keys: list[str] = []
    for name in config:
        key = f"{before}{name}"
        node = config._get_node(name)
        keys += [key, *(keys_of(node, f"{key}.") if isinstance(node, DictConfig) and not node._is_none() else [])]
    return keys


def _nearest(before: str, name: str, names: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(name, names, n=1)
    return f"{before}{nearest[0]}" + ("" if before else "=...") if nearest else REMEDY
