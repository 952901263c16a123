"""Tesseract 4 and later on text lines, where its binary is installed: the engine that most people already have.

Smith 2007, "An overview of the Tesseract OCR engine". Lines are handed over many at a time, so that the start of the
process and the reading of its language data are shared. Knows no truth.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError, Prediction
from frugal.need.problem import Problem

SINGLE_LINE = "7"
"""Tesseract's page segmentation mode for an image of one line."""
SECONDS_PER_LINE = 60


@dataclass(frozen=True, kw_only=True)
class Tesseract:
    """One thread, language data `language`; greedy, without a word list of ours."""

    language: str = "fra"
    name: str = "tesseract"
    kind: str = "engine"

    def unfit(self, problem: Problem) -> str:
        if problem.task != "lines":
            return "it reads lines of text, not single images"
        if shutil.which("tesseract") is None:
            return "not installed"
        folder, languages = _installed()
        return "" if self.language in languages else f"its language data {self.language} is not installed in {folder}"

    def size_bytes(self) -> int:
        """The binary and the language data; libraries that it shares with other programs are left out."""
        binary, (folder, _) = shutil.which("tesseract"), _installed()
        assert binary is not None
        return Path(binary).resolve().stat().st_size + (folder / f"{self.language}.traineddata").stat().st_size

    def answers(self, images: Sequence[np.ndarray]) -> list[Prediction]:
        """The text of each line; its confidence is not asked for and stays 0."""
        from PIL import Image

        with tempfile.TemporaryDirectory(prefix="frugal-need-") as name:
            files = [Path(name) / f"{number}.png" for number in range(len(images))]
            for file, image in zip(files, images, strict=True):
                Image.fromarray(image).save(file)
            listed = Path(name) / "lines.txt"
            listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
            text = _run([str(listed), "stdout", "-l", self.language, "--psm", SINGLE_LINE], len(images))
        pages = text.split("\f")[: len(images)]
        if len(pages) < len(images):
            raise InputError(f"tesseract answered {len(pages)} of {len(images)} lines", allowed="an answer per line")
        return [Prediction(value=" ".join(page.split()), confidence=0.0) for page in pages]


@functools.cache
def _installed() -> tuple[Path, tuple[str, ...]]:
    """Where the language data lie, and which there are."""
    said = _run(["--list-langs"], 1)
    place = re.search(r'"([^"]+)"', said)
    return Path(place[1] if place else "."), tuple(said.split("\n")[1:])


def _run(arguments: Sequence[str], lines: int) -> str:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            ["tesseract", *arguments],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env=environment,
            timeout=SECONDS_PER_LINE * lines,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        complaint = (getattr(error, "stderr", None) or str(error)).strip().partition("\n")[0]
        raise InputError(f"tesseract failed ({complaint[:200]})", remedy="leave it out of the PATH") from error
    return done.stdout
