"""What several commands print alike: aligned columns, data as JSON on stdout or in a file, steps that did harm.

Knows no command.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from frugal.report.records import Report


def aligned(rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """One line per row, columns two spaces apart; those in `right` end at the same place.

    >>> aligned([("name", "kB"), ("a", "10.5")], right={1})
    ['name    kB', 'a     10.5']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def folded(line: str, *, indent: int) -> str:
    """`line` as it is to be printed: on a terminal broken between words, set in by `indent` from the second line on."""
    if not sys.stdout.isatty():
        return line
    width = max(shutil.get_terminal_size().columns, indent + 20)
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def write_data(data: Any, target: str) -> None:
    """`data` as JSON on stdout when `target` is "-", else in the file of that name."""
    import json

    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    if target == "-":
        print(text)
        return
    from frugal.report.files import write_text

    write_text(Path(target), text + "\n")


def print_worse(report: Report) -> int:
    """On stderr a line for each step that made the model larger, slower or otherwise worse; returns how many."""
    from frugal.report.words import voice
    from frugal.report.worth import worse_steps
    from frugal.report.worth_section import worse_text

    worse = worse_steps(report)
    for step in worse:
        print(f"worse: {worse_text(voice('en'), step)}", file=sys.stderr)
    return len(worse)
