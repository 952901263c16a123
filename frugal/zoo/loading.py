"""From what a person names - a folder, an ONNX file, a model of the zoo - to an artefact or a reader.

Trains nothing and needs no torch.
"""

from __future__ import annotations

import json
from pathlib import Path

from frugal.contract import Artefact, InputError
from frugal.runtime.artefact import from_onnx, open_artefact
from frugal.runtime.reader import Reader
from frugal.zoo import index


def load(name_or_dir: str | Path) -> Reader:
    """The reader of an artefact folder or of a model of the zoo (`chars-xs`, `chars-xs@1`).

    Raises:
        InputError: a ValueError; neither a folder with contract.json nor in the zoo (lists the zoo), a language model,
            or nothing that can be decoded.
    """
    return Reader(resolve(name_or_dir), find_lm=index.find)


def resolve(model: str | Path) -> Artefact:
    """The artefact that an artefact folder, an ONNX file or a name of the zoo stands for.

    Raises:
        InputError: nothing of the three, a language model, or a damaged file.
    """
    path = Path(model)
    if path.is_dir():
        return _open(path)
    if path.is_file():
        return from_onnx(path)
    text = str(model)
    if path.suffix or len(path.parts) > 1 or path.is_absolute():
        zoo = ", ".join(index.names()) or "none, the zoo is empty"
        raise InputError(f"{text} does not exist", allowed=f"an artefact folder, an ONNX file, or of the zoo: {zoo}")
    return _open(index.find(text))


def _open(folder: Path) -> Artefact:
    contract = folder / "contract.json"
    if not contract.is_file():
        inner = folder / "artefact"
        remedy = str(inner) if (inner / "contract.json").is_file() else "the folder that holds contract.json"
        zoo = ", ".join(index.names()) or "none, the zoo is empty"
        allowed = f"an artefact folder, an ONNX file, or of the zoo: {zoo}"
        raise InputError(f"{folder} has no contract.json", allowed=allowed, remedy=remedy)
    if _task(contract) == "lm":
        raise InputError(f"{folder.name} is a language model and reads nothing by itself", remedy=f"lm={folder.name}")
    return open_artefact(folder)


def _task(contract: Path) -> object:
    """The task that a contract states; None for anything that `open_artefact` will refuse."""
    try:
        data = json.loads(contract.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return data.get("task") if isinstance(data, dict) else None
