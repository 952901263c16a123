"""Tesseract's LSTM through tesserocr, opened once: no process is started per line.

The language data is looked for in $TESSDATA_PREFIX, then where Debian puts it; runs in tesserocr's environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata")


def open_engine(language: str, page_mode: int) -> tuple[Callable[[np.ndarray], str], dict[str, Any]]:
    """`page_mode`: 7 a single line, 13 the same without Tesseract's own clean-up and guesses."""
    import tesserocr

    data = _language_data(language)
    api = tesserocr.PyTessBaseAPI(path=str(data.parent), lang=language, psm=page_mode, oem=tesserocr.OEM.LSTM_ONLY)

    def read(image: np.ndarray) -> str:
        api.SetImage(Image.fromarray(image))
        text: str = api.GetUTF8Text()
        return text

    version = tesserocr.tesseract_version().split()[1]
    return read, {"files": [data], "packages": ["tesserocr", "numpy"], "versions": {"tesseract": version}}


def _language_data(language: str) -> Path:
    folders = [*filter(None, [os.environ.get("TESSDATA_PREFIX")]), *FOLDERS]
    for folder in folders:
        file = Path(folder) / f"{language}.traineddata"
        if file.is_file():
            return file
    raise FileNotFoundError(
        f"no {language}.traineddata in {', '.join(folders)}; try: apt-get install tesseract-ocr-fra"
    )
