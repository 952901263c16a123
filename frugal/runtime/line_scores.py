"""Answers and truths of text lines into tallies beside the character error rate: raw characters, words, accents.

Knows texts; knows no image, no decoder, no torch.
"""

from __future__ import annotations

from collections.abc import Sequence

from frugal import text
from frugal.contract import Prediction, Tally


def raw_score(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[Tally]:
    """One Tally per line: edits out of the characters of the truth, nothing normalised."""
    return [_edits(truth, answer) for truth, answer in _pairs(predictions, truths)]


def word_score(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[Tally]:
    """One Tally per line, for the word error rate: edits out of the words of the normalised truth.

    >>> word_score([Prediction(value="le chat", confidence=1.0)], ["le chien"])
    [Tally(errors=1.0, total=2.0)]
    """
    normal = [(text.normalise(truth), text.normalise(answer)) for truth, answer in _pairs(predictions, truths)]
    return [_edits(text.words(truth), text.words(answer)) for truth, answer in normal]


def accent_score(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[Tally]:
    """One Tally per line: accented characters of the normalised truth that were missed, out of all of them.

    >>> accent_score([Prediction(value="ete", confidence=1.0)], ["été"])
    [Tally(errors=2.0, total=2.0)]
    """
    normal = [(text.normalise(truth), text.normalise(answer)) for truth, answer in _pairs(predictions, truths)]
    recalled = [text.accent_tally(truth, answer) for truth, answer in normal]
    return [Tally(float(total - right), float(total)) for right, total in recalled]


def _pairs(predictions: Sequence[Prediction], truths: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(truth), str(p.value)) for p, truth in zip(predictions, truths, strict=True)]


def _edits(truth: Sequence[str], answer: Sequence[str]) -> Tally:
    return Tally(float(text.edit_distance(truth, answer)), float(len(truth)))
