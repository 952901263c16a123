"""How lines are decoded: error, accents, CPU time and calibration of greedy, beam, and beam with a language model.

    python benchmarks/decoding.py MODEL LINES.parquet [--lm lm-fr] [--split val] [--kind body] [--limit 200] [--tune]

Needs frugal-ml[train] for Parquet. `--tune` tries a grid of alpha and beta and fits the temperature: give it lines of
writers that neither the model, nor the language model, was trained on, and that nothing is reported on.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import frugal
from frugal.data.line_files import open_lines
from frugal.runtime import ctc
from frugal.runtime.beam import Unweighted
from frugal.runtime.calibration import are_right, expected_calibration_error, fit_temperature, words_are_right
from frugal.runtime.ctc import LinePrediction
from frugal.runtime.fusion import ModelScorer
from frugal.runtime.language_model import LanguageModel, open_language_model
from frugal.runtime.line_decoding import decode_line
from frugal.runtime.line_scores import accent_score, word_score
from frugal.runtime.session import open_session
from frugal.text import normalise
from frugal.zoo import index
from frugal.zoo.loading import resolve

ALPHAS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BETAS = (0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True)
class Scored:
    """The network's scores of each line (1, T, C), and what the lines say."""

    scores: list[np.ndarray]
    truths: list[str]
    labels: list[str]


def main() -> None:
    arguments = _arguments()
    model = resolve(arguments.model)
    lines = _scored(model, arguments)
    labels, blank = lines.labels, len(lines.labels)
    temperature = float(model.contract.get("temperature", 1.0))
    if arguments.tune:
        temperature = fit_temperature(lines.scores, lines.truths, labels, blank=blank)
        print(f"temperature {temperature:.2f}")
    folder = Path(arguments.lm) if Path(arguments.lm).is_dir() else index.find(arguments.lm)
    lm = open_language_model(folder)
    symbols = (*labels, "")
    how = {"blank": blank, "temperature": temperature}
    fused = how | {"temperature": temperature * lm.temperature}
    scorer = ModelScorer(lm, symbols)
    decoders: dict[str, Callable[[np.ndarray], LinePrediction]] = {
        "greedy": lambda line: ctc.decode(line, labels, **how)[0],
        "beam 16": lambda line: decode_line(line, labels, scorer=Unweighted(), **how),
        f"beam 16 + {folder.name}": lambda line: decode_line(line, labels, scorer=scorer, **fused),
    }
    print("| decoder | CER % | WER % | accents right % | CPU ms a line | ECE character | word | line |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, decode in decoders.items():
        print(_row(name, lines, decode))
    if arguments.tune:
        _tune(lines, lm, lambda line: decode_line(line, labels, scorer=ModelScorer(lm, symbols), **how))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("lines", type=Path)
    parser.add_argument("--lm", default="lm-fr")
    parser.add_argument("--split", default="val")
    parser.add_argument("--kind", default="body")
    parser.add_argument("--limit", type=int, default=200, help="lines, drawn with seed 0; 0: all")
    parser.add_argument("--writers", help="text file: only lines of these writers")
    parser.add_argument("--tune", action="store_true")
    return parser.parse_args()


def _scored(model: frugal.contract.Artefact, arguments: argparse.Namespace) -> Scored:
    writers = Path(arguments.writers).read_text(encoding="utf-8").split() if arguments.writers else None
    wanted = [
        line
        for line in open_lines(arguments.lines).stream(None)
        if line.split == arguments.split and line.kind == arguments.kind and (not writers or line.writer in writers)
    ]
    order = np.random.default_rng(0).permutation(len(wanted))
    chosen = [wanted[place] for place in sorted(order[: arguments.limit or None])]
    session = open_session(model.model_path)
    scores = []
    for line in chosen:
        image = line.image if isinstance(line.image, np.ndarray) else _grey(line.image)
        scores.append(session({model.contract["inputs"][0]["name"]: image[None]})["scores"])
    print(f"{len(chosen)} lines of {len({line.writer for line in chosen})} writers, {model.path.name}")
    return Scored(scores, [normalise(line.text) for line in chosen], list(model.contract["labels"]))


def _grey(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def _row(name: str, lines: Scored, decode: Callable[[np.ndarray], LinePrediction]) -> str:
    started = time.process_time()
    found = [decode(line) for line in lines.scores]
    cpu_ms = 1000 * (time.process_time() - started) / len(found)
    pairs = list(zip(found, lines.truths, strict=True))
    characters = np.concatenate([np.asarray(line.confidences) for line in found])
    words = np.array([word.confidence for line in found for word in line.words])
    whole = np.array([line.confidence for line in found])
    errors = (
        expected_calibration_error(characters, np.concatenate([are_right(line.value, truth) for line, truth in pairs])),
        expected_calibration_error(words, np.concatenate([words_are_right(line, truth) for line, truth in pairs])),
        expected_calibration_error(whole, np.array([line.value == truth for line, truth in pairs])),
    )
    cells = [
        f"{100 * _rate(ctc.score(found, lines.truths)):.2f}",
        f"{100 * _rate(word_score(found, lines.truths)):.1f}",
    ]
    cells += [f"{100 - 100 * _rate(accent_score(found, lines.truths)):.1f}", f"{cpu_ms:.1f}"]
    return f"| {name} | {' | '.join([*cells, *(f'{error:.3f}' for error in errors)])} |"


def _rate(tallies: Sequence[frugal.contract.Tally]) -> float:
    return sum(tally.errors for tally in tallies) / sum(tally.total for tally in tallies)


def _tune(lines: Scored, lm: LanguageModel, decode: Callable[[np.ndarray], LinePrediction]) -> None:
    print("\n| alpha | " + " | ".join(f"beta {beta:g}" for beta in BETAS) + " |")
    print("| ---: | " + " | ".join("---:" for _ in BETAS) + " |")
    for lm.alpha in ALPHAS:
        cells = []
        for lm.beta in BETAS:
            cells.append(f"{100 * _rate(ctc.score([decode(line) for line in lines.scores], lines.truths)):.2f}")
        print(f"| {lm.alpha:g} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
