"""Our int8 and other tools' on the same trained networks: errors, bytes, and CPU time against ours, paired.

    python benchmarks/peers/compression.py --data DATA --install

One cell = one network and one tool = one JSON file in benchmarks/results/peers/compression/; a cell that stands there
for the same network, versions and command is not measured again. `--cell lines-fr-xs/nncf` measures one. Tools live in
environments of their own below runs/peers, made on request (--install). A tool that cannot be installed or fails is a
row that says why. `DATA` holds lines/copiste_fr.parquet and chars/unipen_images28.npz. Needs the extra `train`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cells import TOOLS, Cell, measure_cell
from compression_table import table
from subjects import subjects

from frugal.benchmarking import package_versions
from frugal.contract import InputError
from frugal.energy import machine

RESULTS = Path(__file__).parents[1] / "results" / "peers" / "compression"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every cell was measured; 1: one of ours could not be; 2: bad input."""
    asked = _parser().parse_args(arguments)
    try:
        cells = _cells(asked)
        rows = [_row(cell, asked) for cell in cells]
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    _print(rows)
    return int(any("reason" in row for row in rows if row["tool"] == "frugal"))


def _cells(asked: argparse.Namespace) -> list[Cell]:
    every = [Cell(subject=subject, tool=tool) for subject in subjects(asked.data).values() for tool in TOOLS.values()]
    known = {cell.name: cell for cell in every}
    unknown = [name for name in asked.cell if name not in known]
    if unknown:
        raise InputError(f"--cell {unknown[0]}", allowed=", ".join(known))
    return [known[name] for name in asked.cell] or every


def _row(cell: Cell, asked: argparse.Namespace) -> dict[str, Any]:
    """The cell's JSON: as it stands, or measured now."""
    file = asked.output / f"{cell.name.replace('/', '__')}.json"
    identity = cell.identity(asked.cache)
    if file.is_file() and not asked.again:
        stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if stored.get("identity") == identity and "reason" not in stored:
            return stored
    print(f"{cell.name}: measuring", file=sys.stderr)
    row = {
        "schema": 1,
        "name": "peers-compression",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": f"python benchmarks/peers/compression.py --data {asked.data.name} --cell {cell.name}",
        "identity": identity,
        "host": machine.describe(),
        "versions": package_versions(),
        **measure_cell(cell, asked.cache, install=asked.install, cap_s=asked.cap),
    }
    asked.output.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(row, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="int8 by several tools on the same networks.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with lines/ and chars/")
    add("--cell", action="append", default=[], metavar="MODEL/TOOL", help="only this cell; may be repeated")
    add("--cap", type=float, default=30.0, metavar="S", help="seconds of timing per cell (%(default)s)")
    add("--again", action="store_true", help="measure also what stands there")
    add("--quick", action="store_true", help="the int8 rows only (all there are so far)")
    add("--install", action="store_true", help="make the environments of the tools that are missing")
    add("--cache", type=Path, default=Path("runs/peers"), help="environments and models (%(default)s)")
    add("-o", "--output", type=Path, default=RESULTS, help="folder of the JSON files")
    return parser


def _print(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in table(rows):
        console.print(Text(line, style="bold red" if "**not measured**" in line else ""), soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
