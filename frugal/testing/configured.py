"""Group files of the configuration as objects, with plain pyyaml: what the contract checks enrol.

Knows no Hydra: understands `_target_`, `_partial_` and the two interpolations `${seed}` and `${out}`.
"""

from __future__ import annotations

import functools
import importlib
from importlib import resources
from pathlib import Path
from typing import Any

INTERPOLATED = {"${seed}": 0, "${out}": "runs/tiny"}


def group_files(group: str, root: Path | None = None) -> list[Path]:
    """The YAML files of a group (stage, pass, task ...) below `root`, by name; frugal's own without."""
    folder = (root or Path(str(resources.files("frugal.configs")))) / group
    return sorted(folder.glob("*.yaml"))


def configured(path: Path, **overrides: Any) -> Any:
    """What `path` describes, with some of its arguments replaced."""
    import yaml

    return _built({**yaml.safe_load(path.read_text(encoding="utf-8")), **overrides})


def _built(value: Any) -> Any:
    if isinstance(value, list):
        return [_built(item) for item in value]
    if not isinstance(value, dict):
        return INTERPOLATED.get(value, value) if isinstance(value, str) else value
    arguments = {key: _built(item) for key, item in value.items() if key not in ("_target_", "_partial_", "_convert_")}
    if "_target_" not in value:
        return arguments
    module, _, name = value["_target_"].rpartition(".")
    target = getattr(importlib.import_module(module), name)
    return functools.partial(target, **arguments) if value.get("_partial_") else target(**arguments)
