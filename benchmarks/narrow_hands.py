"""What a second look at narrow hands brings: errors and CPU time by threshold and widening.

    python benchmarks/narrow_hands.py MODEL LINES.parquet [--lm lm-fr] [--narrower-than 18] [--widen 1.4] [--widest 1.7]

Lines with splits are read in two parts, those that may choose a setting (held out of training) and those that are
reported; of others a sample (`--limit`) is read. A language model that has learnt from the lines' texts is too good
there. Needs frugal-ml[train].
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from frugal.contract import Artefact
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from frugal.data.lines import Lines
from frugal.runtime import ctc
from frugal.runtime.reader import Reader
from frugal.text import normalise
from frugal.zoo import index
from frugal.zoo.loading import resolve


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    model = resolve(asked.model)
    looks = [
        {"narrower_than": pixels, name: factor}
        for pixels in asked.narrower_than
        for name in ("widen", "widest")
        for factor in getattr(asked, name)
    ]
    print("| lines | second look below, pixels per character | drawn out | CER % | CPU ms a line |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for part, lines in _parts(asked).items():
        for look in (None, *looks):
            error, cpu_ms = _read(_looking(model, look), lines, asked.lm)
            print(f"| {part} | {_shown(look)} | {100 * error:.2f} | {cpu_ms:.1f} |", flush=True)


def _parts(asked: argparse.Namespace) -> dict[str, list[tuple[np.ndarray, str]]]:
    """Images and texts by what to call them."""
    if asked.limit:
        found = list(open_lines(asked.lines).stream(None))
        order = np.random.default_rng(0).permutation(len(found))[: asked.limit]
        parts = {"drawn with seed 0": [found[place] for place in sorted(order)]}
    else:
        data = Lines(root=str(asked.lines), test_kinds=[asked.kind] if asked.kind else None)
        parts = {split: list(data.splits[split].stream(None)) for split in ("selection", "test")}
    return {
        f"{len(lines)}, {name}": [(decoded(line), normalise(line.text)) for line in lines]
        for name, lines in parts.items()
    }


def _shown(look: Mapping[str, float] | None) -> str:
    if look is None:
        return "none |"
    how = f"by {look['widen']:g}" if "widen" in look else f"until then, at most by {look['widest']:g}"
    return f"{look['narrower_than']:g} | {how}"


def _looking(model: Artefact, look: Mapping[str, float] | None) -> Reader:
    """The model with this second look instead of its own."""
    contract = {key: value for key, value in model.contract.items() if key != "second_look"}
    if look is not None:
        contract["second_look"] = look
    return Reader(Artefact(path=model.path, contract=contract), find_lm=index.find)


def _read(reader: Reader, lines: Sequence[tuple[np.ndarray, str]], lm: str | None) -> tuple[float, float]:
    """Character error rate, and CPU milliseconds per line."""
    started = time.process_time()
    found = reader.predict([image for image, _ in lines], lm=lm)
    cpu_s = time.process_time() - started
    tallies = ctc.score(found, [truth for _, truth in lines])
    return sum(t.errors for t in tallies) / sum(t.total for t in tallies), 1000 * cpu_s / len(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="What a second look at narrow hands brings.")
    parser.add_argument("model", help="artefact folder or zoo name")
    parser.add_argument("lines", type=Path, help="lines with writers")
    parser.add_argument("--lm", help="language model to decode with")
    parser.add_argument("--kind", default="body", help="of lines, as the data calls them (%(default)s)")
    parser.add_argument("--limit", type=int, help="read so many lines of any split, writer and kind")
    parser.add_argument("--narrower-than", type=float, nargs="*", default=[14.0, 18.0])
    parser.add_argument("--widen", type=float, nargs="*", default=[])
    parser.add_argument("--widest", type=float, nargs="*", default=[1.7])
    return parser


if __name__ == "__main__":
    main()
