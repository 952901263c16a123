"""Writing a text file so that a reader sees the old one or the new one, never half of one.

Knows no format.
"""

from __future__ import annotations

import os
from pathlib import Path

from frugal.contract import InputError


def write_text(path: Path, text: str) -> None:
    """Write beside `path`, then move into place; missing folders are made.

    Raises:
        InputError: the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write {path} ({error.strerror or error})", allowed="a file in a folder that you may write to"
        ) from error
