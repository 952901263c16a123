"""SIGKILL at random moments of every phase, each time restarted: the run ends as an undisturbed one. Slow."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

# What is logged, the longest delay after it in seconds, and how often a kill follows it.
MOMENTS = (
    ("train: running", 2.0, 2),
    ("train: epoch 1/", 0.2, 2),
    ("train: epoch 2/", 0.2, 2),
    ("train: epoch 3/", 4.0, 3),  # export and scoring follow
    ("prune: running", 3.0, 3),
    ("recover: running", 1.0, 2),
    ("recover: epoch 1/", 0.2, 2),
    ("recover: epoch 2/", 3.0, 2),
    ("int8: running", 1.0, 2),
    ("measure: (running|reused)", 6.0, 3),  # the report follows
)
EXACT = ("step", "error", "samples", "size_bytes", "weight_bytes", "parameters", "nonzero_parameters", "macs")


@pytest.mark.kill
def test_a_run_killed_at_random_moments_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    assert _start(calm).wait(timeout=600) == 0
    generator = random.Random(7)
    kills = 0
    for pattern, longest, times in MOMENTS:
        for _ in range(times):
            kills += _killed_after(rough, pattern, generator.uniform(0, longest))
    assert kills >= 20
    assert _start(rough).wait(timeout=600) == 0
    assert _exact(rough) == _exact(calm)
    assert _models(rough) == _models(calm)
    assert not [path for path in rough.rglob("*") if path.name.startswith(".") or path.suffix == ".tmp"]
    lines = [json.loads(line) for line in (rough / "ledger.jsonl").read_text().splitlines()]
    assert {line["what"] for line in lines if line["status"] == "done"} == {"train", "recover", "int8"}


@pytest.mark.trains
@pytest.mark.parametrize(
    ("sent", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_ends_the_run_with_its_code_and_a_hint(
    sent: signal.Signals, code: int, said: str, tmp_path: Path
) -> None:
    with _start(tmp_path / "out", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"train: epoch 1/" in line:
                process.send_signal(sent)
                break
        rest = process.stderr.read().decode()
        assert process.wait(timeout=120) == code, rest
    last = rest.strip().splitlines()[-1]
    assert last.startswith(said) and "goes on from the last finished step" in last
    assert "Traceback" not in rest


def _start(out: Path, **settings: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _PROGRAM, "run", "recipe=debug_tiny", f"out={out}"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, start_new_session=True, env=environment, stdout=subprocess.DEVNULL, **settings)


# A background job of a shell without job control ignores SIGINT, and its children with it.
_PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from frugal.cli.main import main; main()"
)


def _killed_after(out: Path, pattern: str, delay: float) -> bool:
    """Start the run and kill it `delay` seconds after `pattern`, or a later moment's pattern, is logged."""
    patterns = [moment[0] for moment in MOMENTS]
    wanted = re.compile("|".join(patterns[patterns.index(pattern) :]))
    process = _start(out, stderr=subprocess.PIPE)
    seen = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if wanted.search(line.decode()) and (b"reused" not in line or b"measure" in line):
                seen.set()
        seen.set()

    reader = threading.Thread(target=read, daemon=True)
    with process:
        reader.start()
        assert seen.wait(timeout=300)
        time.sleep(delay)
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        reader.join(timeout=60)
    assert _group_is_gone(process.pid), "a process that the run had started outlived it"
    return alive


def _group_is_gone(group: int) -> bool:
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def _exact(out: Path) -> list[dict[str, Any]]:
    rows = json.loads((out / "report.json").read_text())["rows"]
    return [{name: row[name] for name in EXACT} | {"errors": row["details"]["errors"]} for row in rows]


def _models(out: Path) -> dict[str, bytes]:
    models = {
        path.parents[1].name.rpartition("-")[0]: path.read_bytes() for path in out.glob("steps/*/artefact/model.onnx")
    }
    return models | {"last": (out / "artefact" / "model.onnx").read_bytes()}
