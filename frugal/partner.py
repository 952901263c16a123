"""A model that is timed by another interpreter, with its own onnxruntime: a runner here, and the loop that serves it.

One JSON object per line in each direction. Only one of the two processes computes at a time. Knows no statistics.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from frugal.blocks import Block, Runner
from frugal.isolation import Child, child_process

Send = Callable[..., None]


class PartnerRunner:
    """A `Runner` whose model lives in the process `child`."""

    def __init__(self, child: Child) -> None:
        self._child = child
        self._answers = child.events()

    def open(self) -> None:
        self._ask("open")

    def warm_up(self, warm_up_s: float, block_s: float) -> dict[str, Any]:
        return self._ask("warm_up", warm_up_s=warm_up_s, block_s=block_s)

    def size(self, block_s: float) -> None:
        self._ask("size", block_s=block_s)

    def block(self) -> Block:
        return Block.from_json(self._ask("block"))

    def empty_loop(self, seconds: float) -> dict[str, float]:
        return self._ask("empty_loop", seconds=seconds)

    def _ask(self, order: str, **arguments: float) -> dict[str, Any]:
        assert self._child.process.stdin is not None
        try:
            self._child.process.stdin.write(json.dumps({"order": order, "arguments": arguments}) + "\n")
            self._child.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and its answer is missing too
        for event in self._answers:
            if event["event"] == "answer":
                answer: dict[str, Any] = event["answer"]
                return answer
        raise self._child.crash()


@contextlib.contextmanager
def partner(request: Mapping[str, Any], folder: Path, python: str) -> Iterator[PartnerRunner]:
    """The model of `request` in a process of `python`, ended when the block is left."""
    with child_process({**request, "task": "serve"}, folder, python=python, stdin=subprocess.PIPE) as child:
        yield PartnerRunner(child)


def serve(runner: Runner, send: Send) -> None:
    """Do what the lines on stdin ask for until they end; answers are JSON values."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = getattr(runner, order["order"])(**order["arguments"])
        send(event="answer", answer=dataclasses.asdict(answer) if isinstance(answer, Block) else answer or {})
