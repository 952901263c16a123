"""A folder with `lines.tsv`: file TAB text [TAB writer [TAB split]], one line each, UTF-8; the images lie beside it.

Knows no network. No quoting: a text holds no tab and no line end. Empty lines of the file are passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.data.line_parts import split_name
from frugal.data.line_source import RawLine

NAME = "lines.tsv"
COLUMNS = "file TAB text [TAB writer [TAB split]]"


@dataclass(frozen=True, eq=False)
class TsvLines:
    """The lines of one `lines.tsv`; a line's id is the name of its image.

    Attributes:
        path: the TSV.
        offsets: int64 (N,), the byte where each line begins; all that is kept in memory.
    """

    path: Path
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """Any order costs the same here, so `random` mixes all lines, not only a buffer."""
        order = self.offsets if random is None else random.permutation(self.offsets)
        return self._lines(order, images=True)

    def described(self) -> Iterator[RawLine]:
        return self._lines(self.offsets, images=False)

    def fingerprint(self) -> str:
        """sha256 over `lines.tsv` and the size of each image: a million images are not read again for each run."""
        digest = hashlib.sha256(self.path.read_bytes())
        for line in self.described():
            digest.update(f"{(self.path.parent / line.id).stat().st_size} ".encode())
        return digest.hexdigest()

    def _lines(self, offsets: np.ndarray, *, images: bool) -> Iterator[RawLine]:
        with self.path.open("rb") as file:
            for offset in offsets:
                file.seek(offset)
                name, text, writer, split = _cells(file.readline(), f"{self.path}, byte {offset}")
                image = _read(self.path.parent / name) if images else b""
                yield RawLine(image=image, text=text, id=name, writer=writer, split=split_name(split))


def open_tsv(folder: Path) -> TsvLines:
    """The lines of `folder/lines.tsv`; reads all of the TSV once and looks for every image.

    Raises:
        InputError: a line with less than two columns or with broken UTF-8, or images that are missing.
    """
    path = folder / NAME
    offsets: list[int] = []
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                name = _cells(line, f"{path}, line {number}")[0]
                if not (folder / name).is_file():
                    raise InputError(f"{path}, line {number}: no file {folder / name}", remedy="put the image there")
                offsets.append(offset)
            offset += len(line)
    if not offsets:
        raise InputError(f"{path} is empty", allowed=COLUMNS)
    return TsvLines(path, np.array(offsets, np.int64))


def _cells(line: bytes, place: str) -> tuple[str, str, str | None, str | None]:
    """File, text, writer and split; a column that is empty or missing is None."""
    try:
        cells = line.decode("utf-8-sig").rstrip("\r\n").split("\t")
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 ({error.reason})", allowed=COLUMNS, remedy="save it as UTF-8") from error
    if len(cells) < 2:
        raise InputError(f"{place}: 1 column", allowed=COLUMNS, remedy="put a tab between file and text")
    if not cells[0].strip():
        raise InputError(f"{place}: no name of a file", allowed=COLUMNS)
    cells += ["", ""]
    return cells[0].strip(), cells[1], cells[2].strip() or None, cells[3].strip() or None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror})", remedy="put the image there") from error
