"""What is in the zoo: names, versions and what each entry says about itself.

Reads contract.json and origin.json; opens no model for running and needs no torch.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError

FOLDER = Path(__file__).parent
_NAME = re.compile(r"([a-z0-9][a-z0-9-]*)@([1-9]\d*)")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One folder of the zoo.

    Attributes:
        size_bytes: bytes of what runs: `model.onnx`, or `lm.bin` of a language model.
        parameters: None for a language model.
        labels: number of classes; None where there are none.
        error: {"metric", "value", "samples", "data"} as the folder's origin.json states it; of a language model its
            bits per character on held-out lines; empty where nothing is stated.
        licence: {"weights", "sources": [{"name", "licence", "credit", "restriction"}]} of contract.json.
    """

    name: str
    version: int
    path: Path
    task: str
    size_bytes: int
    parameters: int | None
    labels: int | None
    error: Mapping[str, Any]
    licence: Mapping[str, Any]


def names() -> list[str]:
    """The names in the zoo, without versions, in alphabetical order."""
    return sorted({name for name, _ in _folders()})


def find(name: str) -> Path:
    """The folder of `name` or `name@version`; without version the highest one.

    Raises:
        InputError: no such name or version; lists the zoo.
    """
    folders = _folders()
    wanted, _, version = name.partition("@")
    versions = sorted(number for known, number in folders if known == wanted)
    if versions and not version:
        return folders[wanted, versions[-1]]
    if version.isdecimal() and (wanted, int(version)) in folders:
        return folders[wanted, int(version)]
    allowed = ", ".join(f"{known}@{number}" for known, number in sorted(folders)) or "none, the zoo is empty"
    nearest = difflib.get_close_matches(wanted, names(), n=1)
    raise InputError(f"no model {name!r} in the zoo", allowed=allowed, remedy=nearest[0] if nearest else "frugal zoo")


def entries() -> list[Entry]:
    """Every version of every model, by name and version."""
    return [_entry(name, version, path) for (name, version), path in sorted(_folders().items())]


def _folders() -> dict[tuple[str, int], Path]:
    found = {}
    for path in FOLDER.glob("*@*"):
        match = _NAME.fullmatch(path.name)
        if match and (path / "contract.json").is_file():
            found[match[1], int(match[2])] = path
    return found


def _entry(name: str, version: int, path: Path) -> Entry:
    contract, origin = _read(path / "contract.json"), _read(path / "origin.json")
    model = path / "model.onnx"
    labels = contract.get("labels")
    runs = model if model.is_file() else path / "lm.bin"
    return Entry(
        name=name,
        version=version,
        path=path,
        task=str(contract.get("task")),
        size_bytes=runs.stat().st_size,
        parameters=_parameters(model) if model.is_file() else None,
        labels=len(labels) if isinstance(labels, list) else None,
        error=contract.get("error") or origin.get("error") or _bits(contract),
        licence=contract.get("licence") or {},
    )


def _bits(contract: Mapping[str, Any]) -> dict[str, Any]:
    """What the contract of a language model says of its quality."""
    value = contract.get("bits_per_character")
    if value is None:
        return {}
    lines = (contract.get("held_out") or {}).get("lines")
    return {"metric": "bits_per_character", "value": value, "samples": lines, "data": "held-out lines"}


def _read(path: Path) -> dict[str, Any]:
    """A JSON map; empty where the file is missing."""
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} is not JSON", allowed="the files of a zoo folder as published") from error
    return data if isinstance(data, dict) else {}


def _parameters(model: Path) -> int:
    from frugal.runtime.artefact import parse_onnx
    from frugal.runtime.weights import weigh

    return weigh(parse_onnx(model)).parameters
