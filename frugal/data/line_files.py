"""`open_lines`: a path -> the lines stored there, whichever format it is.

Knows which format lies where; reading is one file per format in `line_formats`.
"""

from __future__ import annotations

from pathlib import Path

from frugal.contract import InputError
from frugal.data.line_formats.parquet import open_parquet
from frugal.data.line_formats.tsv import NAME, open_tsv
from frugal.data.line_parts import StoredLines

ALLOWED = f"a .parquet file, or a folder with *.parquet or {NAME}"


def open_lines(path: Path) -> StoredLines:
    """The lines at `path`, a file or a folder; its format is told from what lies there.

    Raises:
        InputError: nothing is there, nothing of a known format, or something in it cannot be read.
    """
    if not path.exists():
        raise InputError(f"no file or folder {path}", allowed=ALLOWED)
    if path.is_file():
        return _opened_file(path)
    parquet = sorted(path.glob("*.parquet")) or sorted(path.glob("data/*.parquet"))
    if parquet:
        return open_parquet(parquet)
    if (path / NAME).is_file():
        return open_tsv(path)
    raise InputError(f"{path} holds no lines", allowed=ALLOWED)


def _opened_file(path: Path) -> StoredLines:
    if path.suffix == ".parquet":
        return open_parquet([path])
    if path.name == NAME:
        return open_tsv(path.parent)
    raise InputError(f"{path}: a file of another kind", allowed=ALLOWED)
