"""`open_lines`: a path -> the lines stored there, whichever format it is.

Knows which format lies where; reading is one file per format in `line_formats`.
"""

from __future__ import annotations

from pathlib import Path

from frugal.contract import InputError
from frugal.data.line_formats.copiste import is_copiste, open_copiste
from frugal.data.line_formats.iam import is_iam, open_iam
from frugal.data.line_formats.page_xml import open_page_xml
from frugal.data.line_formats.parquet import open_parquet
from frugal.data.line_formats.rimes import is_rimes, open_rimes
from frugal.data.line_formats.tsv import NAME, open_tsv
from frugal.data.line_parts import StoredLines
from frugal.data.page_files import xml_files

ALLOWED = f"*.parquet, {NAME}, ALTO or PAGE XML with images, IAM, RIMES 2011, Copiste d'un jour"


def open_lines(path: Path) -> StoredLines:
    """The lines at `path`, a file or a folder; its format is told from what lies there.

    A folder with several is read as the first of: Parquet files (in it or in its `data`), `lines.tsv`, IAM, RIMES,
    Copiste d'un jour, XML anywhere below.

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
    for is_such, opened in ((is_iam, open_iam), (is_rimes, open_rimes), (is_copiste, open_copiste)):
        if is_such(path):
            return opened(path)
    if xml_files(path):
        return open_page_xml(path)
    raise InputError(f"{path} holds no lines", allowed=ALLOWED)


def _opened_file(path: Path) -> StoredLines:
    if path.suffix == ".parquet":
        return open_parquet([path])
    if path.name == NAME:
        return open_tsv(path.parent)
    if path.suffix.lower() == ".xml":
        return open_page_xml(path)
    raise InputError(f"{path}: a file of another kind", allowed=ALLOWED)
