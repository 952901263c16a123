"""Start the measuring process, listen to it, and end it whatever happens here.

A model that crashes the process (illegal instruction, out of memory) is one line for the user, not our end. Another
interpreter than ours sees this frugal and nothing else of ours: numpy and onnxruntime are its own. Knows no statistics.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from frugal.contract import InputError

Progress = Callable[[str, float], None]
"""Called with a few words and the share of the time cap that is used, 0 to 1."""

_LIKELY = {
    "SIGKILL": "most likely out of memory",
    "SIGILL": "this CPU lacks an instruction that onnxruntime uses",
    "SIGSEGV": "onnxruntime crashed on this model",
    "SIGABRT": "onnxruntime gave up on this model",
}
_VERSIONS = (
    "import json, sys; from importlib.metadata import version\n"
    "assert sys.version_info >= (3, 11), f'python {sys.version.split()[0]} is older than 3.11'\n"
    "print(json.dumps({'python': sys.version.split()[0], **{n: version(n) for n in ('numpy', 'onnxruntime')}}))"
)


def run_isolated(
    request: Mapping[str, Any], folder: Path, progress: Progress | None = None, *, python: str = sys.executable
) -> dict[str, Any]:
    """The `result` of `frugal.measuring` for `request`; raises InputError for bad input and for a crash."""
    with child_process(request, folder, python=python) as child:
        result = _listen(child, progress)
        child.wait()
        if result is None:
            raise child.crash()
    return result


@dataclass(frozen=True, kw_only=True)
class Child:
    """A measuring process: what it says line by line, and what it complained of."""

    process: subprocess.Popen[str]
    request: Mapping[str, Any]
    complaints: IO[str]

    def events(self) -> Iterator[dict[str, Any]]:
        """What it says, until it ends; what the user can cause is raised here."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            if event["event"] == "input_error":
                raise InputError(event["message"])
            yield event

    def wait(self) -> None:
        self.process.wait()

    def crash(self) -> InputError:
        """Its end as one line."""
        code = self.process.wait()
        models = ", ".join(str(model) for model in self.request["models"])
        if code < 0:
            name = signal.Signals(-code).name
            likely = _LIKELY.get(name, "not by frugal")
            return InputError(f"{models}: the measuring process was ended by {name} ({likely})")
        self.complaints.seek(0)
        lines = self.complaints.read().strip().splitlines()
        return InputError(f"{models}: the measuring process failed ({lines[-1] if lines else f'exit code {code}'})")


@contextlib.contextmanager
def child_process(
    request: Mapping[str, Any], folder: Path, *, python: str = sys.executable, stdin: int = subprocess.DEVNULL
) -> Iterator[Child]:
    """A process of `python` that does what `request` says; killed when the block is left before its end."""
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".json", delete=False, encoding="utf-8") as file:
        json.dump(request, file)
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            [python, "-P", "-m", "frugal.measuring", file.name],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=_environment(request["threads"], python, folder),
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            yield Child(process=process, request=request, complaints=complaints)
        finally:
            if process.poll() is None:
                process.kill()


def versions_of(python: str) -> dict[str, str]:
    """Versions of another interpreter, of its numpy and of its onnxruntime; InputError where one is missing."""
    if shutil.which(python) is None:
        raise InputError(f"--other-python {python} is not a program", allowed="the python of another environment")
    answer = subprocess.run([python, "-c", _VERSIONS], capture_output=True, text=True, check=False)
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise InputError(f"--other-python {python}: {lines[-1]}", allowed="python >= 3.11 with numpy and onnxruntime")
    versions: dict[str, str] = json.loads(answer.stdout)
    return versions


def _listen(child: Child, progress: Progress | None) -> dict[str, Any] | None:
    result: dict[str, Any] | None = None
    for event in child.events():
        if event["event"] == "progress" and progress is not None:
            progress(event["text"], event["share"])
        if event["event"] == "result":
            result = event
    return result


def _environment(threads: int, python: str, folder: Path) -> dict[str, str]:
    """One number of threads for every library, and the same frugal as here."""
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    package = Path(__file__).resolve().parent
    if python != sys.executable:
        environment["PYTHONPATH"] = str(_alone(package, folder))
    elif package.parent.name not in ("site-packages", "dist-packages"):
        paths = [environment.get("PYTHONPATH", ""), str(package.parent)]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def _alone(package: Path, folder: Path) -> Path:
    """A folder that holds this frugal and none of the packages that lie beside it."""
    place = folder / "frugal-alone"
    if not place.exists():
        place.mkdir()
        try:
            (place / package.name).symlink_to(package, target_is_directory=True)
        except OSError:  # Windows without the right to make links
            shutil.copytree(package, place / package.name)
    return place
