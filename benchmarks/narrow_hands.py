"""What a second look at narrow hands brings: errors and CPU time by threshold and widening.

    python benchmarks/narrow_hands.py MODEL LINES.parquet [--lm lm-fr] [--narrower-than 12 14] [--widen 1.3 1.4]

Each setting on the lines that may choose it (writers held out of training) and on the lines that are reported. A
language model that has learnt from the texts of the former is too good there. Needs frugal-ml[train].
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from frugal.contract import Artefact
from frugal.data.line_images import decoded
from frugal.data.lines import Lines
from frugal.runtime import ctc
from frugal.runtime.line_reading import SecondLook
from frugal.runtime.reader import Reader
from frugal.text import normalise
from frugal.zoo import index
from frugal.zoo.loading import resolve


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    model = resolve(asked.model)
    data = Lines(root=str(asked.lines), test_kinds=[asked.kind] if asked.kind else None)
    looks = [SecondLook(narrower_than=n, widen=w) for n in asked.narrower_than for w in asked.widen]
    print("| lines | second look below, pixels per character | widened by | CER % | CPU ms a line |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for split in ("selection", "test"):
        lines = [(decoded(line), normalise(line.text)) for line in data.splits[split].stream(None)]
        for look in (None, *looks):
            error, cpu_ms = _read(_looking(model, look), lines, asked.lm)
            shown = "none | " if look is None else f"{look.narrower_than:g} | {look.widen:g}"
            print(f"| {len(lines)}, {split} | {shown} | {100 * error:.2f} | {cpu_ms:.1f} |", flush=True)


def _looking(model: Artefact, look: SecondLook | None) -> Reader:
    """The model with this second look instead of its own."""
    contract = {key: value for key, value in model.contract.items() if key != "second_look"}
    if look is not None:
        contract["second_look"] = dataclasses.asdict(look)
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
    parser.add_argument("--narrower-than", type=float, nargs="*", default=[12.0, 14.0, 15.0])
    parser.add_argument("--widen", type=float, nargs="*", default=[1.3, 1.4])
    return parser


if __name__ == "__main__":
    main()
