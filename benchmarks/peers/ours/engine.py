"""A lines model of frugal, as anybody loads it; with a language model where one is named. Runs where frugal does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import frugal
from frugal.fingerprint import digest, sources
from frugal.zoo import index
from frugal.zoo.loading import resolve


def open_engine(model: str, lm: str | None = None) -> tuple[Callable[[np.ndarray], str], dict[str, Any]]:
    """`model`, `lm`: artefact folders or names of the zoo; without `lm` the best path is taken (greedy)."""
    artefact, reader = resolve(model), frugal.load(model)
    files = [artefact.model_path, artefact.path / "contract.json"]
    if lm is not None:
        folder = Path(lm) if Path(lm).is_dir() else index.find(lm)
        files.append(folder / "lm.bin")

    def read(image: np.ndarray) -> str:
        return str(reader.predict([image], lm=lm)[0].value)

    code = {"code": digest(sources(reader))[:12]}  # answers of another decoder are not kept
    return read, {"files": files, "packages": ["frugal-ml", "onnxruntime", "numpy"], "versions": code}
