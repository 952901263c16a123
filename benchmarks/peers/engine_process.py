"""An engine in a process of its own, on one thread: started, asked for some lines at a time, ended.

The other end is `driver.py`. Knows no truth and no statistics.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engines import HERE, Engine, EngineFailure

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Answers and CPU seconds, one per line that was asked for, and the peak memory of the process so far."""

    answers: tuple[str, ...]
    cpu_s: tuple[float, ...]
    peak_memory_bytes: int


class EngineProcess:
    """A started engine; `files` and `versions` are what it said about itself."""

    def __init__(self, child: subprocess.Popen[str], log: Path) -> None:
        self._child = child
        self._log = log
        self.files: list[dict[str, Any]] = []
        self.versions: dict[str, str] = {}

    def introduce(self) -> None:
        """Wait until it is open; raises EngineFailure when it cannot be opened."""
        ready = self._message()
        self.files, self.versions = ready["files"], ready["versions"]

    def read(self, items: Sequence[str]) -> Reading:
        """Raises EngineFailure when the engine raises or its process ends."""
        assert self._child.stdin is not None
        with contextlib.suppress(OSError):  # it is gone: what it said last is the reason
            self._child.stdin.write(json.dumps({"items": list(items)}) + "\n")
            self._child.stdin.flush()
        message = self._message()
        return Reading(
            answers=tuple(message["answers"]),
            cpu_s=tuple(message["cpu_s"]),
            peak_memory_bytes=message["peak_memory_bytes"],
        )

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._child.kill()
        with contextlib.suppress(OSError):
            self._child.communicate()

    def _message(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line:
            raise EngineFailure(f"its process ended with exit code {self._child.wait()} ({self._last_words()})")
        message: dict[str, Any] = json.loads(line)
        if "error" in message:
            raise EngineFailure(message["error"])
        return message

    def _last_words(self) -> str:
        said = [line.strip() for line in self._log.read_text(encoding="utf-8", errors="replace").splitlines()]
        return next((line[:200] for line in reversed(said) if line), "without a word")


def start(engine: Engine, python: Path, images: Path) -> EngineProcess:
    """Start `engine` on the images of an .npz file; what it prints goes to a file beside them."""
    driver, file = HERE / "driver.py", HERE / engine.tool / "engine.py"
    log = images.parent / f"{engine.name}.log"
    with log.open("w", encoding="utf-8") as stream:
        child = subprocess.Popen(
            [str(python), "-P", str(driver), str(file), json.dumps(dict(engine.options)), str(images)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stream,
            env=os.environ | ONE_THREAD,
            text=True,
            encoding="utf-8",
        )
    return EngineProcess(child, log)
