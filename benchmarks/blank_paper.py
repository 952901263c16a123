"""What blank paper behind a line does to its reading: errors by how much of it there is.

    python benchmarks/blank_paper.py MODEL LINES.parquet [--lm lm-fr] [--heights 0 2 5] [--limit 60]

The paper is the median grey of the line's image, as wide as so many heights of it. Needs frugal-ml[train].
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

import frugal
from frugal.data.line_images import decoded
from frugal.data.lines import Lines
from frugal.runtime import ctc
from frugal.text import normalise


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    reader = frugal.load(asked.model)
    data = Lines(root=str(asked.lines), test_kinds=[asked.kind] if asked.kind else None)
    lines = [(decoded(line), normalise(line.text)) for line in islice(data.splits["test"].stream(None), asked.limit)]
    print(f"| heights of blank paper behind {len(lines)} lines | CER % |\n| ---: | ---: |")
    for heights in asked.heights:
        found = reader.predict([with_paper(image, heights) for image, _ in lines], lm=asked.lm)
        tallies = ctc.score(found, [truth for _, truth in lines])
        print(
            f"| {heights:g} | {100 * sum(t.errors for t in tallies) / sum(t.total for t in tallies):.2f} |", flush=True
        )


def with_paper(image: np.ndarray, heights: float) -> np.ndarray:
    """A line uint8 (H, W) with `heights` times H columns of its median grey behind it."""
    paper = np.full((image.shape[0], round(heights * image.shape[0])), np.median(image), np.uint8)
    return np.concatenate([image, paper], axis=1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="What blank paper behind a line does to its reading.")
    parser.add_argument("model", help="artefact folder or zoo name")
    parser.add_argument("lines", type=Path, help="lines with writers")
    parser.add_argument("--lm", help="language model to decode with")
    parser.add_argument("--kind", default="body", help="of lines, as the data calls them (%(default)s)")
    parser.add_argument("--heights", type=float, nargs="+", default=[0.0, 2.0, 5.0])
    parser.add_argument("--limit", type=int, help="of lines")
    return parser


if __name__ == "__main__":
    main()
