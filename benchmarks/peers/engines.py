"""Which engines there are, and the environment in which each of them runs.

An engine is a folder with `engine.py` (what `driver.py` opens) and options for it; a peer's folder also says what to
install (`requirements.txt`). Knows no line and no figure.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frugal.contract import InputError

HERE = Path(__file__).parent


class EngineFailure(Exception):
    """Why an engine cannot be measured, in one line: it becomes the engine's row."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """Attributes:
    name: short, for files and JSON. title: for people. tool: its folder here. options: for its `open_engine`.
    """

    name: str
    title: str
    tool: str
    options: Mapping[str, Any] = field(default_factory=dict)


PEERS = (
    Engine(name="ppocr-v6-small", title="PP-OCRv6-small", tool="rapidocr", options={"model": "PP-OCRv6-small"}),
    Engine(name="ppocr-v5-mobile", title="PP-OCRv5 mobile", tool="rapidocr", options={"model": "PP-OCRv5-mobile"}),
    Engine(
        name="tesseract-fra",
        title="Tesseract, fra",
        tool="tesseract",
        options={"language": "fra", "page_mode": 13},
    ),
    Engine(
        name="easyocr-latin",
        title="EasyOCR, latin_g2",
        tool="easyocr",
        options={"network": "latin_g2", "language": "fr"},
    ),
    Engine(
        name="easyocr-english",
        title="EasyOCR, english_g2",
        tool="easyocr",
        options={"network": "english_g2", "language": "en"},
    ),
)
TOOLS = tuple(dict.fromkeys(engine.tool for engine in PEERS))


def our_engine(model: str) -> Engine:
    """A model of frugal: an artefact folder or a zoo name, with `+LM` where a language model helps it."""
    name, _, lm = model.partition("+")
    parts = [Path(name).name, *([Path(lm).name] if lm else [])]
    options = {"model": name} | ({"lm": lm} if lm else {})
    return Engine(name="+".join(parts), title=" + ".join(parts), tool="ours", options=options)


def peers_of(tools: Sequence[str]) -> list[Engine]:
    """The engines of these tools, in the order of the table."""
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        raise InputError(f"--peers {unknown[0]}", allowed=", ".join(TOOLS))
    return [engine for engine in PEERS if engine.tool in tools]


def interpreter(tool: str, cache: Path, *, install: bool) -> Path:
    """The Python that runs this tool; `install` makes its environment below `cache` where it is missing or outdated.

    Raises:
        EngineFailure: it is not installed, or cannot be.
    """
    if tool == "ours":
        return Path(sys.executable)
    requirements, folder = HERE / tool / "requirements.txt", cache / tool
    python = folder / "bin" / "python"
    stamp = folder / requirements.name  # written last: an installation that was interrupted starts again
    if stamp.is_file() and stamp.read_bytes() == requirements.read_bytes():
        return python
    if not install:
        raise EngineFailure(f"no environment with {tool}; try: --install")
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
        raise EngineFailure(f"{tool} cannot be installed ({lines[-1].removeprefix('ERROR: ')[:200]})")
    shutil.copyfile(requirements, stamp)
    return python
