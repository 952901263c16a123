"""The process that quantises: one tool, one ONNX file; the last line it prints is JSON.

Runs in the tool's own environment, so it knows numpy and the standard library only.
Usage: `python -P quantising.py QUANTISE.py OPTIONS_AS_JSON SOURCE.onnx FEEDS.npz TARGET.onnx`. `FEEDS.npz` holds an
array per feed and input, named `0000/image`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def main(arguments: Sequence[str]) -> int:
    script, options, source, feeds, target = arguments
    spec = importlib.util.spec_from_file_location("quantise", script)
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    started = time.process_time()
    try:
        tool.quantise(Path(source), Path(target), _feeds(Path(feeds)), **json.loads(options))
    except Exception as error:  # whatever a tool raises is its row in the table
        print(json.dumps({"error": f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"}))
        return 0
    versions = {name: importlib.metadata.version(name) for name in tool.PACKAGES}
    cpu_s = time.process_time() - started
    print(json.dumps({"cpu_s": cpu_s, "versions": {"python": platform.python_version(), **versions}}))
    return 0


def _feeds(file: Path) -> list[dict[str, np.ndarray]]:
    feeds: dict[str, dict[str, np.ndarray]] = {}
    with np.load(file) as stored:
        for name in sorted(stored.files):
            number, _, port = name.partition("/")
            feeds.setdefault(number, {})[port] = stored[name]
    return list(feeds.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
