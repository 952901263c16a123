"""The network closed to a process and to all that it starts; who tries it is written down. Unix sockets stay open."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

PROGRAM = """
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


def environment(folder: Path) -> Mapping[str, str]:
    """For a python that is started: what it tries is a line of `folder/calls`."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(PROGRAM)
    (folder / "calls").touch()
    root = str(Path(__file__).parents[1])
    return {"PYTHONPATH": os.pathsep.join([str(folder), root]), "CALLS": str(folder / "calls")}


@contextlib.contextmanager
def closed(folder: Path) -> Iterator[None]:
    """For this process and those that it starts meanwhile; AssertionError at the end where one was tried."""
    kept = [(socket, name, getattr(socket, name)) for name in ("getaddrinfo", "gethostbyname", "create_connection")]
    kept += [(socket.socket, name, getattr(socket.socket, name)) for name in ("connect", "connect_ex")]
    with mock.patch.dict(os.environ, environment(folder)):
        exec(PROGRAM, {})
        try:
            yield
        finally:
            for owner, name, value in kept:
                setattr(owner, name, value)
    assert (folder / "calls").read_text() == "", "a command called the network"
