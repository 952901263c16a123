"""The process that reads: one engine, one line image at a time, and the CPU seconds of each; JSON lines both ways.

Runs in the engine's own environment, so it knows numpy and the standard library only; scores, statistics and the order
of the lines are its parent's. Usage: `python -P driver.py ENGINE.py OPTIONS_AS_JSON IMAGES.npz`.

An engine is a file with `open_engine(**options)`. It returns a function from a grey image, uint8 (H, W), dark ink on
light paper, to its text; and facts: `files` (where weights, alphabet and language come from), `packages` (whose
versions matter) and, optionally, `versions` of what is no package.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Read = Callable[[np.ndarray], str]


def main(arguments: Sequence[str]) -> int:
    """Open the engine and say what it is; then answer requests until stdin ends. A failure is a line with `error`."""
    send = _own_stdout()
    engine, options, images = arguments
    try:
        read, description = _open(Path(engine), json.loads(options))
        send(description)
        with np.load(images) as stored:
            for line in sys.stdin:
                send(_answers(read, stored, json.loads(line)["items"]))
    except Exception as error:  # whatever an engine raises is its row in the table
        send({"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"})
        return 1
    return 0


def _open(engine: Path, options: Mapping[str, Any]) -> tuple[Read, dict[str, Any]]:
    spec = importlib.util.spec_from_file_location("engine", engine)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    read, facts = module.open_engine(**options)
    versions = {name: importlib.metadata.version(name) for name in facts["packages"]}
    return read, {
        "files": [_described(Path(path)) for path in facts["files"]],
        "versions": {"python": platform.python_version(), **versions, **facts.get("versions", {})},
    }


def _described(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"name": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _answers(read: Read, images: Mapping[str, np.ndarray], items: Sequence[str]) -> dict[str, Any]:
    """The clock runs around the recognition alone; it counts all threads of this process."""
    answers, seconds = [], []
    for item in items:
        image = images[item]
        began = time.process_time()
        text = read(image)
        seconds.append(time.process_time() - began)
        answers.append(re.sub(r"[\t\r\n]+", " ", text).strip())
    return {"answers": answers, "cpu_s": seconds, "peak_memory_bytes": _peak_memory_bytes()}


def _peak_memory_bytes() -> int:
    """VmHWM of Linux, as `frugal.measuring.memory_bytes` reads it: getrusage still holds the peak before the exec."""
    status = Path("/proc/self/status")
    if status.exists():
        (peak_kib,) = re.findall(r"^VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"), re.M)
        return int(peak_kib) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _own_stdout() -> Callable[[Mapping[str, Any]], None]:
    """Keep stdout for JSON lines: what engines print goes to stderr."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(message: Mapping[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    return send


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
