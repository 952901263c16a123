"""The scores of one line into text with what is known of the text: beam search, confidence, alternatives, boxes.

Knows scores, an alphabet and a scorer of texts; knows no image and no file. Without a scorer, `ctc.decode` is the same
task done greedily.

Shapes: `T` steps, `C` classes, `U` characters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from frugal.runtime.alignment import best_alignment, boxes
from frugal.runtime.beam import WIDTH, Hypothesis, Scorer, search
from frugal.runtime.ctc import LinePrediction, checked

ALTERNATIVES = 4
LOOK_AHEAD = 4
"""How many characters behind a changed one say how well it fits."""
LEAST_ODDS = 0.01
"""Against the character that was read; what is less likely is not worth the look."""


def decode_line(
    scores: np.ndarray,
    labels: Sequence[str],
    *,
    blank: int,
    scorer: Scorer,
    time_stride: float = 1.0,
    temperature: float = 1.0,
    width: int = WIDTH,
) -> LinePrediction:
    """The text of one line under its scores and a scorer's weights, with the next four as alternatives.

    Args:
        scores: (1, T, C) softmax probabilities.
        labels: the C - 1 characters, in the order of the classes without blank.
        scorer: multiplies the texts' probabilities by its weights.
        time_stride, temperature: as in `ctc.decode`.
        width: how many texts are kept at each step.

    Raises:
        ValueError: `scores` has another shape, or holds numbers that are no probabilities.
    """
    (shares,) = checked(scores, labels, blank)
    symbols = (*labels[:blank], "", *labels[blank:])
    found = search(shares, blank=blank, scorer=scorer, width=width)
    classes = found[0].classes
    begins, ends = best_alignment(shares, classes, blank=blank)
    rows = [
        shares[begin + shares[begin:end, label].argmax()]
        for begin, end, label in zip(begins, ends, classes, strict=True)
    ]
    confidences = _confidences(rows, classes, blank, scorer, temperature)
    line = math.prod(confidences)
    return LinePrediction(
        value=_text(found[0], symbols),
        confidence=line,
        alternatives=_alternatives(found, line, temperature, symbols),
        spans=boxes(begins, ends, steps=len(shares), time_stride=time_stride),
        confidences=tuple(confidences),
    )


def _confidences(
    rows: Sequence[np.ndarray], classes: Sequence[int], blank: int, scorer: Scorer, temperature: float
) -> list[float]:
    """Each character's share among the texts that differ from this one there alone: another character, or none.

    A text counts by the score at the character's peak times its weights from there to a few characters on, to the
    power of 1 / temperature.

    Args:
        rows: per character, the scores (C,) at its peak.
    """
    contexts = [scorer.start()]
    for label in classes:
        contexts.append(scorer.after(contexts[-1], label))
    found = []
    for place, (row, label) in enumerate(zip(rows, classes, strict=True)):
        behind = classes[place + 1 : place + 1 + LOOK_AHEAD]
        likely = np.flatnonzero(row >= row[label] * LEAST_ODDS**temperature).tolist()
        scores = [
            float(row[other]) * _weight(scorer, contexts[place], behind if other == blank else (other, *behind))
            for other in (label, *(other for other in likely if other != label))
        ]
        found.append(1 / sum((score / scores[0]) ** (1 / temperature) for score in scores))
    return found


def _weight(scorer: Scorer, context: Any, classes: Sequence[int]) -> float:
    weight = 1.0
    for label in classes:
        weight *= scorer.weight(context, label)
        context = scorer.after(context, label)
    return weight


def _alternatives(
    found: Sequence[Hypothesis], best: float, temperature: float, symbols: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """The next texts; each is as much less probable than the best one as its score says."""
    odds = [math.exp((one.log_score - found[0].log_score) / temperature) for one in found[1 : 1 + ALTERNATIVES]]
    scale = min(best, (1 - best) / sum(odds)) if odds and sum(odds) else 0.0
    return tuple((_text(one, symbols), share * scale) for one, share in zip(found[1:], odds, strict=False))


def _text(hypothesis: Hypothesis, symbols: Sequence[str]) -> str:
    return "".join(symbols[label] for label in hypothesis.classes)
