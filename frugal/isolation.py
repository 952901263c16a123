"""Start the measuring process, listen to it, and end it whatever happens here.

A model that crashes the process (illegal instruction, out of memory) is one line for the user, not our end.
Knows no statistics.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from frugal.contract import InputError

Progress = Callable[[str, float], None]
"""Called with a few words and the share of the time cap that is used, 0 to 1."""

_LIKELY = {
    "SIGKILL": "most likely out of memory",
    "SIGILL": "this CPU lacks an instruction that onnxruntime uses",
    "SIGSEGV": "onnxruntime crashed on this model",
    "SIGABRT": "onnxruntime gave up on this model",
}


def run_isolated(request: Mapping[str, Any], folder: Path, progress: Progress | None = None) -> dict[str, Any]:
    """The `result` of `frugal.measuring` for `request`; raises InputError for bad input and for a crash."""
    file = folder / "request.json"
    file.write_text(json.dumps(request), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "frugal.measuring", str(file)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=_environment(request["threads"]),
            text=True,
            encoding="utf-8",
        ) as child:
            try:
                result = _listen(child, progress)
                child.wait()
            finally:
                if child.poll() is None:
                    child.kill()
        if result is None:
            complaints.seek(0)
            raise InputError(_crash(child.returncode, request, complaints.read()))
    return result


def _listen(child: subprocess.Popen[str], progress: Progress | None) -> dict[str, Any] | None:
    result: dict[str, Any] | None = None
    assert child.stdout is not None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "input_error":
            raise InputError(event["message"])
        if event["event"] == "progress" and progress is not None:
            progress(event["text"], event["share"])
        if event["event"] == "result":
            result = event
    return result


def _crash(code: int, request: Mapping[str, Any], complaints: str) -> str:
    models = ", ".join(str(model) for model in request["models"])
    if code < 0:
        name = signal.Signals(-code).name
        return f"{models}: the measuring process was ended by {name} ({_LIKELY.get(name, 'not by frugal')})"
    lines = complaints.strip().splitlines()
    return f"{models}: the measuring process failed ({lines[-1] if lines else f'exit code {code}'})"


def _environment(threads: int) -> dict[str, str]:
    """One number of threads for every library, and the same frugal as here."""
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    root = Path(__file__).resolve().parents[1]
    if root.name not in ("site-packages", "dist-packages"):
        paths = [environment.get("PYTHONPATH", ""), str(root)]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment
