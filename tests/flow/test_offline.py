"""No command calls the network: every socket is closed to it, in the process and in all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BLOCKED = """
import os, socket

def refuse(*arguments, **named):
    with open(os.environ["CALLS"], "a") as file:
        file.write(repr(arguments[:2]) + "\\n")
    raise OSError("the network is closed in this test")

def connect(self, address, *, real=socket.socket.connect):
    return real(self, address) if self.family == getattr(socket, "AF_UNIX", None) else refuse(address)

socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = connect
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def offline(tmp_path: Path) -> Run:
    """Runs python with the network closed; whoever tries it is written down in `calls`."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "sitecustomize.py").write_text(BLOCKED)
    (tmp_path / "calls").touch()
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([str(tmp_path / "closed"), root])
    environment = {**os.environ, "PYTHONPATH": paths, "CALLS": str(tmp_path / "calls")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def test_the_lock_holds(offline: Run, tmp_path: Path) -> None:
    """Also in a process that a process starts."""
    program = "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')"
    assert offline("-c", program).returncode == 1
    assert offline("-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {program!r}])").returncode == 0
    assert len((tmp_path / "calls").read_text().splitlines()) == 2


def test_measuring_reporting_and_checking_need_no_network(
    offline: Run, tmp_path: Path, make_classifier: Callable[..., Path]
) -> None:
    model = make_classifier(tmp_path / "model")
    commands = (
        ("bench", str(model), str(model), "--ci", "90%", "--cap", "0.2s", "--json", "report.json"),
        ("report", "report.json", "--to", "html", "-o", "report.html"),
        ("report", "report.json", "--to", "md", "--lang", "fr", "-o", "report.md"),
        ("check", "report.json", "--budget", "size_bytes<=1M"),
        ("doctor",),
        ("zoo",),
    )
    for command in commands:
        answer = offline("-m", "frugal", *command)
        assert answer.returncode == 0, (command, answer.stderr)
    program = "from frugal.energy import measure\nwith measure() as energy: sum(range(10**6))\nprint(energy)"
    assert "method" in offline("-c", program).stdout
    assert (tmp_path / "calls").read_text() == ""
