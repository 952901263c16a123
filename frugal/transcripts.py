"""Transcripts: which item reads how, from a file that any engine can write: `item TAB text`, one line each, UTF-8.

Knows files and columns; knows no score. A first line that names its columns is a header; `predictions.tsv` of a run
folder has one. Only that file is unquoted as CSV, in any other file a quotation mark is a quotation mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import InputError

ITEM = ("item", "file", "image", "id", "name")
TRUTH = ("truth", "text", "transcription", "reference", "label")
ANSWER = ("answer", "text", "transcription", "prediction", "hypothesis")
WRITER = ("group", "writer", "speaker")
PREDICTIONS = ["item", "group", "truth", "answer"]
"""How the header of a run's `predictions.tsv` begins."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the items say, in the order of the file, and who wrote each; None where nobody recorded it."""

    texts: Mapping[str, str]
    writers: tuple[str, ...] | None


def read_truth(path: Path) -> Truth:
    """`item TAB text [TAB writer [TAB ...]]`, or the columns that a header names (see `TRUTH`, `WRITER`).

    Raises:
        InputError: not readable, nothing in it, an item twice, or lines with and without a writer.
    """
    rows = _rows(path, TRUTH, most=4)
    writers = tuple(writer for _, _, writer in rows)
    if "" in writers and any(writers):
        item = rows[writers.index("")][0]
        raise InputError(f"{path}: {item!r} has no writer, others do", allowed="a writer for every line, or for none")
    return Truth(texts={item: text for item, text, _ in rows}, writers=writers if all(writers) else None)


def read_answers(path: Path) -> dict[str, str]:
    """`item TAB text`, or the columns that a header names (see `ANSWER`); raises InputError as `read_truth`."""
    return {item: text for item, text, _ in _rows(path, ANSWER, most=2)}


def _rows(path: Path, names: Sequence[str], *, most: int) -> list[tuple[str, str, str]]:
    """Item, text and writer ("" where none is given) of each line; `most`: columns that may stand unnamed."""
    rows = list(_cells(path / "predictions.tsv" if path.is_dir() else path))
    columns = _header(rows[0][1], names) if rows else None
    widths = range(2, most + 1)
    if columns is not None:
        widths = range(len(rows[0][1]), len(rows[0][1]) + 1)
        del rows[0]
    if not rows:
        raise InputError(f"{path} holds no line", allowed="lines: item TAB text")
    found: dict[str, tuple[str, str, str]] = {}
    for number, cells in rows:
        if len(cells) not in widths:
            raise InputError(
                f"{path}, line {number}: columns {' | '.join(cells)[:60]!r}",
                allowed=f"{widths[0]} to {widths[-1]} columns" if len(widths) > 1 else f"{widths[0]} columns",
                remedy="item TAB text",
            )
        item, text, writer = (cells[at] if at is not None and at < len(cells) else "" for at in columns or (0, 1, 2))
        if item in found:
            raise InputError(f"{path}, line {number}: {item!r} a second time", allowed="every item once")
        found[item] = item, text, writer.strip()
    return list(found.values())


def _header(cells: Sequence[str], names: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Where item, text and writer stand; None when the line is no header."""
    given = [cell.strip().lower() for cell in cells]
    found = [next((given.index(name) for name in wanted if name in given), None) for wanted in (ITEM, names, WRITER)]
    item, text, writer = found
    if item is None or text is None or given[0] not in (*ITEM, *WRITER):
        return None
    return item, text, writer


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is not empty."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = "no UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or error
        raise InputError(f"cannot read {path} ({what})", allowed="a UTF-8 text file: item TAB text") from error
    lines = text.split("\n")
    if lines[0].rstrip("\r").split("\t")[: len(PREDICTIONS)] == PREDICTIONS:
        yield from _unquoted(path, text)
        return
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line.rstrip("\r").split("\t")


def _unquoted(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise InputError(
            f"{path}, line {reader.line_num}: {error}", allowed="predictions.tsv as a run writes it"
        ) from error
