"""Lines in Parquet files: columns `image` ({bytes, path} or binary), `text`, and optionally `writer`, `split`, `kind`.

The layout of handwriting sets on public hubs. A file without `split` whose name begins with train, validation or test
(`train-00000-of-00004.parquet`) is that split. Knows no network; reads row group by row group, never a file as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.data.line_parts import SPLITS, split_name
from frugal.data.line_source import RawLine
from frugal.data.line_units import UnitLines
from frugal.extras import require

ROWS_AT_ONCE = 64
READ_AHEAD_BYTES = 1 << 20
OPTIONAL = ("writer", "split", "kind")
REMEDY = "columns image {bytes, path} and text"


@dataclass(frozen=True, kw_only=True)
class RowGroup:
    """The rows of one row group, each a line; its id is `<file's stem>:<row>`.

    Attributes:
        path: the file.
        number: which row group of the file.
        first_row: the number of its first row in the file.
        count: its rows.
        columns: those of the known columns that the file has.
    """

    path: Path
    number: int
    first_row: int
    count: int
    columns: tuple[str, ...]

    @property
    def files(self) -> tuple[Path]:
        return (self.path,)

    def lines(self, *, images: bool) -> Iterator[RawLine]:
        """Reads page by page (1 024 images, as Arrow writes them) and ROWS_AT_ONCE rows at a time, never a group."""
        arrow = require("pyarrow", extra="train")
        columns = [name for name in self.columns if images or name != "image"]
        split, row = split_name(_split_of(self.path)), self.first_row
        with _opened(self.path) as file:
            try:
                for batch in file.iter_batches(ROWS_AT_ONCE, [self.number], columns, use_threads=False):
                    for values in batch.to_pylist():
                        yield _line(values, f"{self.path.stem}:{row}", split, self.path.parent)
                        row += 1
            except (arrow.ArrowException, OSError) as error:
                raise _broken(self.path, error) from error


def open_parquet(files: Sequence[Path]) -> UnitLines:
    """The lines of `files`; reads their footers only.

    Raises:
        InputError: a file is broken or lacks a column, or there is no row at all.
    """
    groups = [group for path in files for group in _groups(path)]
    if not any(group.count for group in groups):
        raise InputError(f"{files[0]}: no rows", allowed="at least one line", remedy="another file")
    return UnitLines(groups)


def _groups(path: Path) -> Iterator[RowGroup]:
    with _opened(path) as file:
        columns = _columns(file.schema_arrow, path)
        first_row = 0
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            yield RowGroup(path=path, number=number, first_row=first_row, count=rows, columns=columns)
            first_row += rows


def _opened(path: Path) -> Any:
    parquet = require("pyarrow.parquet", extra="train")
    arrow = require("pyarrow", extra="train")
    try:
        return parquet.ParquetFile(path, buffer_size=READ_AHEAD_BYTES, pre_buffer=False)  # True: the group at once
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
