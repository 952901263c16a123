"""The process that measures: `python -m frugal.measuring REQUEST.json`, one JSON object per line on stdout.

Imports the base install only, so that memory and CPU time are the model's. Started by `isolation.py`. Tasks: `time`
runs all models interleaved, `serve` one of them for another interpreter, `memory` opens and runs one model and reads
the peak, `count` counts it, `inspect` does both.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frugal.blocks import LocalRunner, Runner
from frugal.contract import InputError, Meter
from frugal.energy.meters.choice import MeterRequest, chosen
from frugal.partner import Send, partner, serve
from frugal.rounds import Rounds
from frugal.runtime.feeds import read_feeds
from frugal.runtime.session import open_session

INSPECTED_FEEDS = 16


def main(arguments: Sequence[str]) -> int:
    """Do what the request file says; exit 2 with an `input_error` line for what the user can cause."""
    send = _own_stdout()
    request = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    tasks = {
        "time": time_models,
        "serve": serve_model,
        "inspect": inspect,
        "memory": peak_memory,
        "count": count_model,
    }
    try:
        result = tasks[request["task"]](request, send)
    except InputError as error:
        send(event="input_error", message=str(error))
        return 2
    assert "torch" not in sys.modules, "the measuring process must not import torch"
    send(event="result", **result)
    return 0


def time_models(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """All models in turn until every interval is narrow enough or the cap is reached."""
    meters = _meters(request)
    with contextlib.ExitStack() as stack:
        runners = [_runner(request, index, meters, stack) for index in range(len(request["models"]))]
        return Rounds(runners, meters, request, send).run()


def serve_model(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """The first model of the request, for the process that asks on stdin."""
    serve(_local(request, 0, _meters(request)), send)
    return {}


def inspect(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """Peak memory, then the counts, whose own memory does not count any more."""
    return {**peak_memory(request, send), **count_model(request, send)}


def peak_memory(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """Peak memory of a process that opens the model and runs some feeds once."""
    send(event="progress", text=f"memory of {Path(request['models'][0]).name}", share=0.0)
    before = memory_bytes("VmRSS")
    session = open_session(Path(request["models"][0]), threads=request["threads"], provider=request["provider"])
    feeds = read_feeds(Path(request["feeds"][0]))
    for feed in feeds[:: math.ceil(len(feeds) / INSPECTED_FEEDS)]:
        session(feed)
    return {"peak_memory_bytes": memory_bytes("VmHWM"), "memory_before_bytes": before}


def count_model(request: Mapping[str, Any], send: Send) -> dict[str, Any]:
    """Exact counts, and whether the layers with weights compute with integers."""
    from frugal.runtime.artefact import parse_onnx
    from frugal.runtime.counting import count
    from frugal.runtime.precision import precision

    model = Path(request["models"][0])
    send(event="progress", text=f"counting {model.name}", share=0.0)
    shapes = {name: tuple(shape) for name, shape in request["shapes"].items()}
    return {"counts": vars(count(model, shapes)), "precision": precision(parse_onnx(model))}


def memory_bytes(name: str) -> int | None:
    """VmHWM (peak) or VmRSS (now) of this process; elsewhere than on Linux the peak of getrusage, else None."""
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text(encoding="ascii", errors="replace").splitlines())
        return int(fields[name].split()[0]) * 1024
    if sys.platform == "win32" or name != "VmHWM":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _meters(request: Mapping[str, Any]) -> list[Meter]:
    return chosen(MeterRequest(**request["meter"]), request["provider"])


def _runner(request: Mapping[str, Any], index: int, meters: Sequence[Meter], stack: contextlib.ExitStack) -> Runner:
    python = request["pythons"][index]
    if python is None:
        return _local(request, index, meters)
    alone = {**request, **{key: [request[key][index]] for key in ("models", "feeds", "pythons")}}
    return stack.enter_context(partner(alone, Path(request["folder"]), python))


def _local(request: Mapping[str, Any], index: int, meters: Sequence[Meter]) -> LocalRunner:
    return LocalRunner(
        Path(request["models"][index]),
        Path(request["feeds"][index]),
        threads=request["threads"],
        provider=request["provider"],
        meters=meters,
    )


def _own_stdout() -> Send:
    """Keep stdout for JSON lines: what native libraries print goes to stderr."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def send(**event: Any) -> None:
        channel.write(json.dumps(event) + "\n")
        channel.flush()

    return send


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
