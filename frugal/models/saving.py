"""A network on disk: `model.json` (factory, arguments, rewrites) + `weights.safetensors`. Nothing is pickled.

Knows no training and no ONNX. A folder can name code to import only inside frugal itself.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from frugal.contract import InputError, Model
from frugal.extras import require
from frugal.models.rewrites import history, rebuild

SCHEMA = 1
DESCRIPTION = "model.json"
WEIGHTS = "weights.safetensors"


def save_model(model: nn.Module, folder: Path) -> None:
    """Write `model` into `folder`; it must keep its factory's arguments in `.hparams`."""
    hparams = getattr(model, "hparams", None)
    if not isinstance(hparams, Mapping):
        raise InputError(
            f"a {type(model).__name__} without .hparams",
            allowed="networks that keep their factory's arguments in .hparams",
            remedy="self.hparams = {...} in its __init__",
        )
    description = {
        "schema": SCHEMA,
        "factory": f"{type(model).__module__}.{type(model).__qualname__}",
        "arguments": dict(hparams),
        "rewrites": history(model),
    }
    try:
        text = json.dumps(description, indent=1, sort_keys=True) + "\n"
    except TypeError as error:
        raise InputError(f"arguments of {type(model).__name__} ({error})", allowed="JSON values") from error
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in model.state_dict().items()}
    (folder / WEIGHTS).write_bytes(require("safetensors.torch", extra="train").save(weights))
    (folder / DESCRIPTION).write_text(text, encoding="utf-8")


def load_model(folder: Path, *, factory: Model | None = None) -> nn.Module:
    """The network that `save_model` wrote, in evaluation mode.

    Args:
        folder: holds model.json and weights.safetensors.
        factory: builds the network when its class lives outside frugal, because a file may not name foreign code.

    Raises:
        InputError: the folder holds something else; what it holds is never executed.
    """
    description = _read_description(folder / DESCRIPTION)
    build = _own_class(description["factory"]) if factory is None else _known_class(description["factory"], factory)
    try:
        model = build(**description["arguments"])
    except (TypeError, ValueError) as error:
        raise InputError(f"{folder / DESCRIPTION}: its arguments do not fit the network ({error})") from error
    model = rebuild(model, description["rewrites"])
    weights = _read_weights(folder / WEIGHTS)
    try:
        model.load_state_dict(weights, strict=True)
    except RuntimeError as error:
        raise InputError(f"{folder / WEIGHTS}: its tensors are not those of the network ({error})") from error
    return model.eval()


def _read_description(path: Path) -> dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error})", allowed="a folder that save_model wrote") from error
    kinds = {"factory": str, "arguments": dict, "rewrites": list}
    if not isinstance(description, dict) or any(not isinstance(description.get(k), t) for k, t in kinds.items()):
        raise InputError(f"{path} does not describe a network", allowed=f"a map with {', '.join(kinds)}")
    return description


def _known_class(path: str, factory: Model) -> Model:
    """The class of frugal at `path` (a student may have another one than `factory`), else `factory`."""
    return _own_class(path) if path.startswith("frugal.") else factory


def _own_class(path: str) -> Model:
    """The `nn.Module` class of frugal at `path`; a file can reach no other code."""
    module, _, name = path.rpartition(".")
    if not module.startswith("frugal."):
        raise InputError(
            f"a network of the class {path}", allowed="classes of frugal", remedy="load_model(folder, factory=TheClass)"
        )
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InputError(f"a network of the class {path}, which does not exist here ({error})") from error
    if not (isinstance(found, type) and issubclass(found, nn.Module) and found.__module__ == module):
        raise InputError(f"{path} is no network", allowed="an nn.Module class of frugal")
    return found


def _read_weights(path: Path) -> dict[str, Tensor]:
    safetensors = require("safetensors", extra="train")
    try:
        content = path.read_bytes()
        weights: dict[str, Tensor] = require("safetensors.torch", extra="train").load(content)
    except (OSError, safetensors.SafetensorError) as error:
        raise InputError(f"{path} cannot be read ({error})", allowed="a safetensors file, never a pickle") from error
    return weights
