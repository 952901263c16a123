"""How much easier are lines whose text was copied by a training writer too: errors with and without them.

    python benchmarks/shared_texts.py LINES.parquet TRUTH.tsv ANSWERS.tsv [ANSWERS.tsv ...] [--run 25]

TRUTH and ANSWERS are `item TAB text`, as benchmarks/peers/lines.py keeps them below runs/peers. A line counts as shared
where a run of so many characters of its text stands in a line of the training split. Needs frugal-ml[train].
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from frugal.data.lines import FurtherLines
from frugal.text import edit_distance, normalise
from frugal.transcripts import read_answers, read_truth


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    known = runs((line.text for line in FurtherLines(path=str(asked.lines), splits=["train"]).stream(None)), asked.run)
    truths = read_truth(asked.truth).texts
    shared = {item for item, text in truths.items() if not runs([text], asked.run).isdisjoint(known)}
    apart = truths.keys() - shared
    print(f"| answers | all {len(truths)}, CER % | {len(shared)} shared | {len(apart)} not shared |")
    print("| --- | ---: | ---: | ---: |")
    for file in asked.answers:
        answers = read_answers(file)
        figures = (error(truths, answers, items) for items in (truths.keys(), shared, apart))
        print(f"| {file.stem} | {' | '.join(f'{100 * figure:.2f}' for figure in figures)} |")


def runs(texts: Iterable[str], length: int) -> set[str]:
    """Every run of so many characters, as texts are compared."""
    plain = map(normalise, texts)
    return {text[start : start + length] for text in plain for start in range(len(text) - length + 1)}


def error(truths: Mapping[str, str], answers: Mapping[str, str], items: Iterable[str]) -> float:
    """Character errors / characters of these lines; a line that was not answered is wrong as a whole."""
    pairs = [(normalise(truths[item]), normalise(answers.get(item, ""))) for item in items]
    return sum(edit_distance(*pair) for pair in pairs) / max(1, sum(len(truth) for truth, _ in pairs))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path, help="parquet with a column split")
    parser.add_argument("truth", type=Path)
    parser.add_argument("answers", type=Path, nargs="+")
    parser.add_argument("--run", type=int, default=25, help="characters (%(default)s)")
    return parser


if __name__ == "__main__":
    main()
