"""Our int8 and other tools' on the same trained networks: errors, bytes, and CPU time against ours, paired.

    python benchmarks/peers/compression.py --data DATA --install --subject gru=RUN --subject convolutional=RUN

One cell = one network and one tool = one JSON file in benchmarks/results/peers/compression/; a cell that stands there
for the same network, tool and passes is not measured again. `--cell chars-xs@2/nncf` measures one. A subject is a model
of the zoo or a run folder. Tools live in environments of their own below runs/peers, made on request (--install). What
was not measured is a row that says why. `DATA` holds lines/copiste_fr.parquet and chars/unipen_images28.npz. Needs the
extra `train`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cells import TOOLS, Cell, Ground, measure_cell
from compression_table import claims, table
from stage_table import stage_tables
from subjects import TWINS, ZOO, named, subjects

from frugal.benchmarking import package_versions
from frugal.contract import InputError
from frugal.energy import machine

RESULTS = Path(__file__).parents[1] / "results" / "peers" / "compression"
QUICK_S = 10.0
"""Of timing per cell, so that four networks with eight tools each take 15 minutes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every cell was measured; 1: one of ours could not be; 2: bad input."""
    asked = _parser().parse_args(arguments)
    try:
        cells = _cells(asked)
        rows = [_row(cell, asked) for cell in cells]
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    shown = rows if asked.cell else [*rows, *_not_given(asked)]
    _print([*table(shown), "", *claims(shown)])
    if not asked.cell and not asked.quick:
        _print(["", *stage_tables(asked.output)])
    return int(any("reason" in row for row in rows if row["tool"] == "frugal"))


def _cells(asked: argparse.Namespace) -> list[Cell]:
    grounds = [Ground(subject, asked.cache) for subject in subjects(asked.data, named(asked.subject)).values()]
    every = [Cell(ground=ground, tool=tool) for ground in grounds for tool in TOOLS.values()]
    known = {cell.name: cell for cell in every}
    unknown = [name for name in asked.cell if name not in known]
    if unknown:
        raise InputError(f"--cell {unknown[0]}", allowed=", ".join(known))
    return [known[name] for name in asked.cell] or every


def _row(cell: Cell, asked: argparse.Namespace) -> dict[str, Any]:
    """The cell's JSON: as it stands, or measured now."""
    stored = _stored(cell.name, asked.output)
    if stored and stored["identity"] == cell.identity and "reason" not in stored and not asked.again:
        return stored
    print(f"{cell.name}: measuring", file=sys.stderr)
    subject = cell.ground.subject
    given = "" if subject.name in ZOO else f" --subject {subject.name}=RUN"
    row = {
        "schema": 1,
        "name": "peers-compression",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": f"python benchmarks/peers/compression.py --data DATA{given} --cell {cell.name}",
        "model": subject.name,
        "kind": subject.kind,
        "identity": cell.identity,
        "host": machine.describe(),
        "versions": package_versions(),
        **measure_cell(
            cell, asked.cache, install=asked.install, cap_s=QUICK_S if asked.quick else asked.cap, stored=stored
        ),
    }
    asked.output.mkdir(parents=True, exist_ok=True)
    file = _file(cell.name, asked.output)
    file.write_text(json.dumps(row, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return row


def _file(name: str, folder: Path) -> Path:
    return folder / f"{name.replace('/', '__')}.json"


def _stored(name: str, folder: Path) -> dict[str, Any] | None:
    file = _file(name, folder)
    if not file.is_file():
        return None
    row: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return row


def _not_given(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """The twins whose runs are not at hand: as they were measured elsewhere, or why they were not."""
    missing = [twin for twin in TWINS if twin not in named(asked.subject)]
    return [
        _stored(f"{twin}/{tool.name}", asked.output)
        or {"model": twin, "tool": tool.name, "title": tool.title, "reason": f"no --subject {twin}=RUN"}
        for twin in missing
        for tool in TOOLS.values()
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="int8 by several tools on the same networks.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with lines/ and chars/")
    add("--subject", action="append", default=[], metavar="NAME=RUN", help=f"a further network: {', '.join(TWINS)} ...")
    add("--cell", action="append", default=[], metavar="MODEL/TOOL", help="only this cell; may be repeated")
    add("--cap", type=float, default=30.0, metavar="S", help="seconds of timing per cell (%(default)s)")
    add("--quick", action="store_true", help=f"int8 rows alone, {QUICK_S:g} s of timing per cell")
    add("--again", action="store_true", help="measure also what stands there")
    add("--install", action="store_true", help="make the environments of the tools that are missing")
    add("--cache", type=Path, default=Path("runs/peers"), help="environments and models (%(default)s)")
    add("-o", "--output", type=Path, default=RESULTS, help="folder of the JSON files")
    return parser


def _print(lines: Sequence[str]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        is_red = "**not measured**" in line or "**no**" in line
        console.print(Text(line, style="bold red" if is_red else ""), soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
