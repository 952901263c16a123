"""Any engine's answers against the truth: error rates with intervals, and whether two engines truly differ.

Knows texts, rules and writers; knows no file, no network and no terminal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from frugal import text
from frugal.contract import InputError, Tally
from frugal.evaluation import bootstrap_interval, ratio_of
from frugal.transcripts import Truth

METRICS = ("cer", "cer_raw", "wer", "wer_raw", "accents", "exact")
"""Characters, words (after the rules, and as they stand in the files), accented characters right, lines right."""
GOOD = ("accents", "exact")
"""Metrics that count what is right; tallies count what is wrong."""
LEAST_P = 1e-12
"""Smaller p-values drown in rounding."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A share of 1 or a difference of two, with its 95 % interval; None where nothing could be counted or drawn."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """One engine on the lines of the truth.

    Attributes:
        answers: in the order of the truth; "" for those in `missing`, which count as empty.
        strangers: items that were answered and do not stand in the truth; not counted.
        tallies: what is wrong, per metric and line. rates: the same as shares, per metric.
        worst_decile: CER of the tenth of the writers (at least one) who are read worst; None where they are unknown.
    """

    name: str
    answers: tuple[str, ...]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]
    tallies: Mapping[str, tuple[Tally, ...]]
    rates: Mapping[str, Rate]
    worst_decile: float | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The second engine minus the first, on the same lines.

    Attributes:
        rates: per metric, with paired intervals.
        p_value: of the difference in CER, two-sided; `least_p` is the smallest that so few differing units can give.
        units: how many writers (or lines) were drawn or swapped; `differing` of them have a difference at all.
    """

    rates: Mapping[str, Rate]
    p_value: float
    least_p: float
    units: int
    differing: int


def score(name: str, truth: Truth, answers: Mapping[str, str], rules: Collection[str] = text.STANDARD) -> Score:
    """Answers (item -> text) on the lines of the truth; `rules` are names of `text.RULES`.

    Raises:
        InputError: there is no character to compare with.
    """
    if not any(text.apply_rules(right, rules) for right in truth.texts.values()):
        raise InputError("a truth in which every line is empty", allowed="text to compare with", remedy="fewer rules")
    given = tuple(answers.get(item, "") for item in truth.texts)
    lines = [_tallies(right, answer, rules) for right, answer in zip(truth.texts.values(), given, strict=True)]
    tallies = {metric: tuple(line[metric] for line in lines) for metric in METRICS}
    return Score(
        name=name,
        answers=given,
        missing=tuple(item for item in truth.texts if item not in answers),
        strangers=tuple(item for item in answers if item not in truth.texts),
        tallies=tallies,
        rates={metric: _rate(_summed(tallies[metric], truth), good=metric in GOOD) for metric in METRICS},
        worst_decile=None if units(truth) is None else _worst_decile(_summed(tallies["cer"], truth)),
    )


def difference(first: Score, second: Score, truth: Truth) -> Difference:
    """Second minus first, with the paired bootstrap over writers (or lines) and the randomisation test for the CER."""
    changes = {
        metric: _summed(
            [Tally(b.errors - a.errors, a.total) for a, b in zip(one, second.tallies[metric], strict=True)], truth
        )
        for metric, one in first.tallies.items()
    }
    edits = [round(change.errors) for change in changes["cer"]]
    differing = sum(change != 0 for change in edits)
    return Difference(
        rates={metric: _change(changes[metric], good=metric in GOOD) for metric in METRICS},
        p_value=randomisation_test(edits),
        least_p=max(LEAST_P, 2.0 ** (1 - differing)) if differing else 1.0,
        units=len(edits),
        differing=differing,
    )


def units(truth: Truth) -> tuple[str, ...] | None:
    """The writer of each line where two or more are known: what is drawn and swapped as a whole. Else None: lines."""
    return truth.writers if truth.writers is not None and len(set(truth.writers)) > 1 else None


def differ_most(scores: Sequence[Score], count: int) -> list[int]:
    """Positions of the lines on which two engines differ most in edits; of one engine its worst lines."""
    edits = np.array([[tally.errors for tally in score.tallies["cer"]] for score in scores])
    gaps = np.abs(edits[-1] - edits[0]) if len(scores) > 1 else edits[0]
    order = np.argsort(-gaps, kind="stable")[:count]
    return [int(index) for index in order if gaps[index]]


def randomisation_test(differences: Sequence[int]) -> float:
    """Two-sided p-value of a sum of paired differences when each may as well have had the other sign; exact.

    Fisher 1935; for language tools Noreen 1989, "Computer-intensive methods for testing hypotheses", and Dror et al.
    2018, "The hitchhiker's guide to testing statistical significance in NLP". They draw signs at random; the edits
    are whole numbers, so the distribution over all signs is had exactly: its characteristic function is a product of
    cosines, and a Fourier transform turns it back.

    >>> randomisation_test([1, 1, 1, 1, 1])
    0.0625
    """
    steps, counts = np.unique(np.abs([each for each in differences if each]).astype(np.int64), return_counts=True)
    if not len(steps):
        return 1.0
    size = 1 << int(2 * (steps * counts).sum()).bit_length()
    places = np.arange(size)
    characteristic = np.ones(size)
    for step, number in zip(steps, counts, strict=True):
        characteristic *= np.cos(2 * np.pi * (step * places % size) / size) ** number
    probabilities = np.fft.fft(characteristic).real / size  # of the sum s, at s modulo size
    as_far = np.abs(np.fft.fftfreq(size, 1 / size)) >= abs(sum(differences))
    return min(1.0, max(LEAST_P, round(float(probabilities[as_far].sum()), 12)))


def _tallies(truth: str, answer: str, rules: Collection[str]) -> dict[str, Tally]:
    """What is wrong in one line, per metric. Accents are compared before the rule that would fold them."""
    right, given = text.apply_rules(truth, rules), text.apply_rules(answer, rules)
    marked = {"nfc", *rules} - {"accents"}
    recalled, accents = text.accent_tally(text.apply_rules(truth, marked), text.apply_rules(answer, marked))
    return {
        "cer": _edits(right, given),
        "cer_raw": _edits(truth, answer),
        "wer": _edits(text.words(right), text.words(given)),
        "wer_raw": _edits(text.words(truth), text.words(answer)),
        "accents": Tally(accents - recalled, accents),
        "exact": Tally(float(right != given), 1),
    }


def _edits(truth: Sequence[str], answer: Sequence[str]) -> Tally:
    return Tally(text.edit_distance(truth, answer), len(truth))


def _summed(tallies: Sequence[Tally], truth: Truth) -> list[Tally]:
    """One tally per writer, or per line where writers are unknown: what is drawn and swapped as a whole."""
    sums: dict[str, Tally] = {}
    for unit, tally in zip(units(truth) or truth.texts, tallies, strict=True):
        before = sums.get(unit, Tally(0, 0))
        sums[unit] = Tally(before.errors + tally.errors, before.total + tally.total)
    return list(sums.values())


def _rate(tallies: Sequence[Tally], *, good: bool) -> Rate:
    if not sum(tally.total for tally in tallies):
        return Rate(value=None)
    wrong, (low, high) = ratio_of(tallies), bootstrap_interval(tallies)
    if good and wrong == 1:  # nothing right in n draws: the rule of three, as for nothing wrong
        low = max(0.0, 1 - 3 / len(tallies))
    return Rate(value=1 - wrong, low=1 - high, high=1 - low) if good else Rate(value=wrong, low=low, high=high)


def _change(tallies: Sequence[Tally], *, good: bool) -> Rate:
    """As `_rate`, of differences; where none is different from 0, or one unit stands alone, nothing can be drawn."""
    if not sum(tally.total for tally in tallies):
        return Rate(value=None)
    change = ratio_of(tallies)
    if len(tallies) < 2 or not any(tally.errors for tally in tallies):
        return Rate(value=-change if good and change else change)
    low, high = bootstrap_interval(tallies)
    return Rate(value=-change, low=-high, high=-low) if good else Rate(value=change, low=low, high=high)


def _worst_decile(tallies: Sequence[Tally]) -> float:
    legible = sorted((tally for tally in tallies if tally.total), key=lambda tally: -tally.errors / tally.total)
    return ratio_of(legible[: max(1, len(legible) // 10)])
