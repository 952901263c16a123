"""Our line recognisers and other people's on the same lines, in one run: errors, accents, CPU time, energy, bytes.

    python benchmarks/peers/lines.py --data LINES.parquet --split val --kind body --install \
        --ours lines-fr-xs lines-fr-xs+lm-fr -o benchmarks/results/peers-lines__DEVICE__DATE.json

Every engine reads the same images in a process of its own on one thread; peers live in environments of their own below
runs/peers, made on request (--install). Answers are kept there and not read again. Every engine that is asked for has
its row: one that cannot be installed or fails says why. Needs the extra `train` for Parquet files.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engines import TOOLS, our_engine, peers_of
from line_set import line_set
from results import results, table
from rounds import entries_of, measured, read_all, spread, time_interleaved

from frugal.benchmarking import package_versions
from frugal.contract import InputError
from frugal.energy import machine


def main(arguments: Sequence[str] | None = None) -> int:
    """0: measured; 1: one of ours could not be measured; 2: bad input."""
    asked = _parser().parse_args(arguments)
    try:
        data = run(asked)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    if asked.output is not None:
        asked.output.write_text(text, encoding="utf-8")
    _print(data)
    return int(any("reason" in engine for engine in data["engines"] if engine["tool"] == "ours"))


def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Read, time and score; the value that is written as JSON."""
    ours = [our_engine(model) for model in asked.ours]
    engines = [*ours, *peers_of(_listed(asked.peers))]
    if len({engine.name for engine in engines}) < len(engines) or not engines:
        raise InputError(f"--ours {' '.join(asked.ours)}", allowed="models of different names, or --peers")
    lines = line_set(asked.data, asked.cache, splits=_listed(asked.split), kinds=_listed(asked.kind), limit=asked.limit)
    timed = spread(lines.items, asked.timed)
    with entries_of(engines, lines, asked.cache, install=asked.install) as entries:
        read_all(entries, lines)
        if timed and measured(entries):
            time_interleaved(entries, timed, asked.block)
        measurements = results(entries, lines, ours)
    return {
        "schema": 1,
        "name": "peers-lines",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": _command(asked),
        "data": {"name": asked.data.name, "split": asked.split, "kind": asked.kind, "limit": asked.limit},
        "timing": {"lines": len(timed), "block_lines": asked.block, "turns_per_block": 2, "threads": 1},
        "host": machine.describe(),
        "versions": package_versions(),
        **measurements,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Line recognisers side by side on the same lines.")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="lines: *.parquet, lines.tsv, ALTO or PAGE, or a folder of them")
    add("--split", default="", help="splits to read, as the data calls them (train, val, test); all by default")
    add("--kind", default="", help="kinds of line to read, as the data calls them; all by default")
    add("--limit", type=_count, help="read the first N lines only")
    add("--ours", nargs="*", default=[], metavar="MODEL[+LM]", help="artefact folders or zoo names")
    add("--peers", default=",".join(TOOLS), help="tools, by comma: %(default)s; an empty text for none")
    add("--timed", type=_count, default=200, metavar="N", help="lines to time, spread over all; 0: none (%(default)s)")
    add("--block", type=_positive, default=8, metavar="N", help="lines that an engine reads in one turn (%(default)s)")
    add("--install", action="store_true", help="make the environments of the peers that are missing")
    add("--cache", type=Path, default=Path("runs/peers"), help="environments and answers (%(default)s)")
    add("-o", "--output", type=Path, help="write the figures to this JSON file")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _command(asked: argparse.Namespace) -> str:
    """What was asked for, without the folders of this machine."""
    parts = ["python benchmarks/peers/lines.py", "--data", asked.data.name]
    for name in ("split", "kind", "limit"):
        value = getattr(asked, name)
        parts += [f"--{name}", str(value)] if value else []
    parts += ["--ours", *("+".join(Path(part).name for part in model.split("+")) for model in asked.ours)]
    parts += ["--peers", asked.peers, "--timed", str(asked.timed), "--block", str(asked.block)]
    return " ".join(parts)


def _print(data: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in table(data):
        console.print(Text(line, style="bold red" if "**not measured**" in line else ""), soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
