"""Lines in Parquet files: columns `image` ({bytes, path} or binary), `text`, and optionally `writer`, `split`, `kind`.

The layout of handwriting sets on public hubs. A file without `split` whose name begins with train, validation or test
(`train-00000-of-00004.parquet`) is that split. Knows no network; reads row group by row group, never a file as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.data.line_mixing import mixed
from frugal.data.line_parts import SPLITS, split_name
from frugal.data.line_source import RawLine
from frugal.extras import require

ROWS_AT_ONCE = 64
READ_AHEAD_BYTES = 1 << 20
OPTIONAL = ("writer", "split", "kind")
REMEDY = "columns image {bytes, path} and text"


@dataclass(frozen=True, kw_only=True)
class Group:
    """One row group: its file, its number there, the number of its first row, its length, and the columns to read."""

    path: Path
    number: int
    first_row: int
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ParquetLines:
    """The rows of some Parquet files, each a line; its id is `<file's stem>:<row>`.

    Memory: one batch of ROWS_AT_ONCE rows and the shuffle buffer, however many rows there are.
    """

    groups: tuple[Group, ...]

    def __len__(self) -> int:
        return sum(group.rows for group in self.groups)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        if random is None:
            return self._lines(self.groups, images=True)
        order = [self.groups[place] for place in random.permutation(len(self.groups))]
        return mixed(self._lines(order, images=True), random)

    def described(self) -> Iterator[RawLine]:
        return self._lines(self.groups, images=False)

    def fingerprint(self) -> str:
        """sha256 over the contents of the files: their footer alone does not tell one pixel from another.

        Costs one sequential read (about a second per gigabyte), once per process as long as size and time stay.
        """
        digest = hashlib.sha256()
        for path in dict.fromkeys(group.path for group in self.groups):
            status = path.stat()
            digest.update(f"{path.name} {_content(path, status.st_size, status.st_mtime_ns)}\n".encode())
        return digest.hexdigest()

    def _lines(self, groups: Sequence[Group], *, images: bool) -> Iterator[RawLine]:
        for group in groups:
            yield from _rows(group, images)


def open_parquet(files: Sequence[Path]) -> ParquetLines:
    """The lines of `files`; reads their footers only.

    Raises:
        InputError: a file is broken or lacks a column, or there is no row at all.
    """
    groups = tuple(group for path in files for group in _groups(path))
    if not sum(group.rows for group in groups):
        raise InputError(f"{files[0]}: no rows", allowed="at least one line", remedy="another file")
    return ParquetLines(groups)


def _groups(path: Path) -> Iterator[Group]:
    with _opened(path) as file:
        columns = _columns(file.schema_arrow, path)
        first_row = 0
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            yield Group(path=path, number=number, first_row=first_row, rows=rows, columns=columns)
            first_row += rows


def _opened(path: Path) -> Any:
    parquet = require("pyarrow.parquet", extra="train")
    arrow = require("pyarrow", extra="train")
    try:
        return parquet.ParquetFile(path, buffer_size=READ_AHEAD_BYTES)
    except (arrow.ArrowException, OSError) as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> InputError:
    reason = str(error).partition("\n")[0].rstrip(".")
    return InputError(f"{path} cannot be read ({reason})", allowed="a Parquet file", remedy="fetch the file again")


def _columns(schema: Any, path: Path) -> tuple[str, ...]:
    """The leaf columns to read; checks their types."""
    types = require("pyarrow.types", extra="train")
    missing = [name for name in ("image", "text") if name not in schema.names]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}", allowed=REMEDY, remedy="rename the columns")
    image = schema.field("image").type
    is_struct = types.is_struct(image) and "bytes" in {image.field(i).name for i in range(image.num_fields)}
    if not (is_struct or types.is_binary(image) or types.is_large_binary(image)):
        raise InputError(f"{path}: column image is {image}", allowed="{bytes, path} or binary")
    text = schema.field("text").type
    if not (types.is_string(text) or types.is_large_string(text) or types.is_dictionary(text)):
        raise InputError(f"{path}: column text is {text}", allowed="string")
    return ("image", "text", *(name for name in OPTIONAL if name in schema.names))


def _rows(group: Group, images: bool) -> Iterator[RawLine]:
    arrow = require("pyarrow", extra="train")
    columns = [name for name in group.columns if images or name != "image"]
    split = split_name(_split_of(group.path))
    row = group.first_row
    with _opened(group.path) as file:
        try:
            for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=[group.number], columns=columns, use_threads=False):
                for values in batch.to_pylist():
                    yield _line(values, f"{group.path.stem}:{row}", split, group.path.parent)
                    row += 1
        except (arrow.ArrowException, OSError) as error:
            raise _broken(group.path, error) from error


def _line(values: dict[str, Any], id_: str, split: str | None, folder: Path) -> RawLine:
    kind, writer = values.get("kind"), values.get("writer")
    return RawLine(
        image=_encoded(values.get("image"), folder),
        text=values["text"] or "",
        id=id_,
        writer=None if writer is None else str(writer),
        split=split_name(values["split"]) if "split" in values else split,
        kind=None if kind is None else str(kind),
    )


def _encoded(image: Any, folder: Path) -> bytes:
    """The image file's bytes; empty where the row has none, which `decoded` reports with the line's name."""
    if not isinstance(image, dict):
        return image or b""
    if image["bytes"] is None and image.get("path"):
        beside = folder / image["path"]
        return beside.read_bytes() if beside.is_file() else b""
    return image["bytes"] or b""


def _split_of(path: Path) -> str | None:
    """The split in a file's name, as hubs write it: `validation-00000-of-00001`."""
    name = path.stem.partition("-")[0]
    return name if name in {"train", "val", "test", *SPLITS} else None


@cache
def _content(path: Path, size_bytes: int, time_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
