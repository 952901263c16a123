"""No command calls the network: every socket is closed to it, in the process and in all that it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from frugal.cli.main import COMMANDS
from tests.closed_network import environment

Run = Callable[..., subprocess.CompletedProcess[str]]

HERE = (
    ("bench", "model", "model", "--ci", "90%", "--cap", "0.2s", "--json", "report.json"),
    ("report", "report.json", "--to", "html", "-o", "report.html"),
    ("report", "report.json", "--to", "md", "--lang", "fr", "-o", "report.md"),
    *(("report", "report.json", "--to", name) for name in ("boamps", "hf-card", "cyclonedx", "sci")),
    ("check", "report.json", "--budget", "size_bytes<=1M"),
    ("table", "report.json"),
    ("trend", "."),
    ("need", "--data", "digits", "--ci", "90%", "--cap", "0.5s", "--samples", "50", "--accuracy", "5%"),
    ("estimate", "model"),
    ("score", "truth.tsv", "truth.tsv"),
    ("read", "blank.png"),
    ("audit", "--html"),
    ("class", "--html"),
    ("data", "check", "lines"),
    ("list",),
    ("zoo",),
    ("doctor",),
)
ELSEWHERE = {"run", "compress", "demo", "adapt", "lm"}
"""They train: the other flows and `tests/unit/cli` run them, with the network closed by their conftest.py."""


@pytest.fixture
def offline(tmp_path: Path) -> Run:
    """Runs python with the network closed; whoever tries it is written down in `closed/calls`."""
    closed = {**os.environ, **environment(tmp_path / "closed")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=closed, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def folder(tmp_path: Path, make_classifier: Callable[..., Path]) -> Path:
    """What the commands are given."""
    make_classifier(tmp_path / "model")
    (tmp_path / "truth.tsv").write_text("a\tword\n")
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "lines.tsv").write_text("a.png\tword\tme\ttrain\n")
    for name in ("lines/a.png", "blank.png"):
        Image.fromarray(np.tile(np.array([[255, 0, 255, 255]], np.uint8), (40, 30))).save(tmp_path / name)
    return tmp_path


def test_the_lock_holds(offline: Run, tmp_path: Path) -> None:
    """Also in a process that a process starts."""
    program = "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')"
    assert offline("-c", program).returncode == 1
    assert offline("-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}])").returncode == 0
    assert len((tmp_path / "closed" / "calls").read_text().splitlines()) == 2


def test_the_lock_of_the_other_flows_holds_too() -> None:
    """What conftest.py closed."""
    import socket

    calls = Path(os.environ["CALLS"])
    with pytest.raises(OSError, match="the network is closed"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert len(calls.read_text().splitlines()) == 1
    calls.write_text("")


def test_every_command_is_tried() -> None:
    assert {command[0] for command in HERE} | ELSEWHERE == set(COMMANDS)


def test_measuring_reporting_and_checking_need_no_network(offline: Run, folder: Path) -> None:
    for command in HERE:
        answer = offline("-m", "frugal", *command)
        assert answer.returncode in (0, 1) and "Traceback" not in answer.stderr, (command, answer.stderr)
    assert json.loads((folder / "report.json").read_text())["rows"]
    program = "from frugal.energy import measure\nwith measure() as energy: sum(range(10**6))\nprint(energy)"
    assert "method" in offline("-c", program).stdout
    assert (folder / "closed" / "calls").read_text() == ""
