"""Step scores into text, and text into errors: the decoder `ctc`, greedy (Graves et al. 2006, best path).

Knows numpy, an alphabet and which class is blank; knows no image, no language model, no torch.

Shapes: `B` batch, `T` steps, `C` classes (one per label, and blank), `U` characters of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from frugal.contract import Prediction, Tally
from frugal.runtime.alignment import boxes, log_probability
from frugal.text import edit_distance, normalise

_ROUNDING = 0.01
"""How far outside [0, 1] a probability may lie: an int8 output ends a quantisation step beside 1."""
_SMALLEST = 1e-12
"""What a probability counts at least, so that one rounded to 0 rules nothing out."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """A run of characters without a space: `confidence` that all are right, `span` in pixels."""

    text: str
    confidence: float
    span: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class LinePrediction(Prediction):
    """A line of text; `confidence` estimates the probability that the whole text is right.

    Attributes:
        confidences: one per character of `value`: that this character is right.
    """

    confidences: tuple[float, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words in order; a word's confidence is the product of its characters' (taken as independent)."""
        found = []
        start = 0
        for text in self.value.split(" "):
            end = start + len(text)
            if text:
                span = (self.spans[start][0], self.spans[end - 1][1])
                share = float(np.prod(self.confidences[start:end]))
                found.append(Word(text=text, confidence=share, span=span))
            start = end + 1
        return tuple(found)


def decode(
    scores: np.ndarray, labels: Sequence[str], *, blank: int, time_stride: float = 1.0, temperature: float = 1.0
) -> list[LinePrediction]:
    """The text of the best path of each line: the best class of each step, repeats merged, blanks dropped.

    Args:
        scores: (B, T, C) softmax probabilities.
        labels: the C - 1 characters, in the order of the classes without blank.
        blank: the class that stands for no character.
        time_stride: pixels of the given image that one step covers; spans are counted in them.
        temperature: calibrates confidence: every p becomes p ** (1 / temperature), renormalised; changes no text.

    Raises:
        ValueError: `scores` has another shape, or holds numbers that are no probabilities.

    >>> scores = np.array([[[0.9, 0.1, 0.0], [0.2, 0.0, 0.8], [0.1, 0.7, 0.2]]])
    >>> [line] = decode(scores, "ab", blank=2)
    >>> line.value, line.confidences, line.spans
    ('ab', (0.9, 0.7), ((0.0, 1.5), (1.5, 3.0)))
    """
    shares = calibrated(checked(scores, labels, blank), temperature)
    symbols = (*labels[:blank], "", *labels[blank:])
    return [_best_path(line, symbols, blank, time_stride) for line in shares]


def score(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[Tally]:
    """One Tally per line, for the character error rate: edits out of the characters of the normalised truth.

    >>> score([Prediction(value="Noel", confidence=1.0)], ["Noël"])
    [Tally(errors=1.0, total=4.0)]
    """
    if len(predictions) != len(truths):
        raise ValueError(f"one prediction per truth, got {len(predictions)} and {len(truths)}")
    pairs = [(normalise(truth), normalise(p.value)) for p, truth in zip(predictions, truths, strict=True)]
    return [Tally(float(edit_distance(truth, answer)), float(len(truth))) for truth, answer in pairs]


def checked(scores: np.ndarray, labels: Sequence[str], blank: int) -> np.ndarray:
    """`scores` as float64 in [0, 1]; ValueError where they are no (B, T, C) probabilities."""
    classes = len(labels) + 1
    if scores.ndim != 3 or scores.shape[2] != classes:
        raise ValueError(f"scores must be (B, T, {classes}), one per label and blank, got {scores.shape}")
    if not 0 <= blank < classes:
        raise ValueError(f"blank must be a class, 0 to {classes - 1}, got {blank}")
    if scores.size and not (scores.min() >= -_ROUNDING and scores.max() <= 1 + _ROUNDING):
        raise ValueError(
            f"scores must be probabilities in [0, 1], got {scores.min():.4g} to {scores.max():.4g}; "
            "put a softmax at the end of the graph"
        )
    return np.clip(scores.astype(np.float64), 0.0, 1.0)


def calibrated(shares: np.ndarray, temperature: float) -> np.ndarray:
    """Temperature scaling (Guo et al. 2017) of probabilities (..., C): softmax(logits / temperature)."""
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, got {temperature}; use 1.0 to change nothing")
    if temperature == 1.0:
        return shares
    powers = np.maximum(shares, _SMALLEST) ** (1 / temperature)
    scaled: np.ndarray = powers / powers.sum(axis=-1, keepdims=True)
    return scaled


def best_path(shares: np.ndarray, blank: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of shares (T, C) each step's likeliest class, repeats merged, blanks dropped.

    Returns:
        The classes (U,), and where each begins and ends, [begin, end) in steps, (U,) each.
    """
    best = shares.argmax(axis=1)  # (T,)
    begins = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(begins[1:], len(best))
    kept = best[begins] != blank
    return best[begins[kept]], begins[kept], ends[kept]


def _best_path(shares: np.ndarray, symbols: Sequence[str], blank: int, time_stride: float) -> LinePrediction:
    classes, begins, ends = best_path(shares, blank)
    peaks = [float(shares[begin:end, c].max()) for begin, end, c in zip(begins, ends, classes, strict=True)]
    return LinePrediction(
        value="".join(symbols[c] for c in classes),
        confidence=float(np.exp(log_probability(shares, classes.tolist(), blank=blank))),
        confidences=tuple(peaks),
        spans=boxes(begins, ends, steps=len(shares), time_stride=time_stride),
    )
