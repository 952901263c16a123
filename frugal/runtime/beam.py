"""Prefix beam search over CTC scores (Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition
using bi-directional recurrent DNNs"), alone or fused with what is known of the text.

Every text that is kept carries the probability of all its alignments so far; each new character multiplies it by the
weight that a scorer gives it. Deviation: characters of less than `FLOOR` at a step, and texts that fall behind the best
one by `BEHIND`, are dropped. Knows no alphabet, no image and no language.

Shapes: `T` steps, `C` classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from heapq import heapreplace
from operator import attrgetter
from typing import Any, Protocol

import numpy as np

WIDTH = 16
FLOOR = 1e-3
BEHIND = 1e-4
_SMALLEST = 1e-12
"""What a probability counts at least: a step of zeros (a broken output) leaves the texts as they were."""


class Scorer(Protocol):
    """What is known of the text beforehand; a context is whatever it remembers of the characters so far."""

    @property
    def highest(self) -> float:
        """What no weight exceeds."""
        ...

    def start(self) -> Any:
        """The context at the beginning of a line."""
        ...

    def weight(self, context: Any, label: int) -> float:
        """By what the text's probability is multiplied when it goes on with this class."""
        ...

    def after(self, context: Any, label: int) -> Any:
        """The context after this class."""
        ...

    def end(self, context: Any) -> float:
        """By what the text's probability is multiplied when it ends."""
        ...


class Unweighted:
    """Nothing is known of the text."""

    highest = 1.0

    def start(self) -> None:
        return None

    def weight(self, context: Any, label: int) -> float:
        return 1.0

    def after(self, context: Any, label: int) -> None:
        return None

    def end(self, context: Any) -> float:
        return 1.0


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """A text as classes, and the natural logarithm of its probability times all its weights."""

    classes: tuple[int, ...]
    log_score: float


class _Prefix:
    """A text: its last class, the shares of its alignments that end in blank and in that class, now and next."""

    __slots__ = ("blank", "children", "context", "has_context", "is_listed", "label", "last", "next_blank",
                 "next_last", "parent", "score", "weight")  # fmt: skip

    def __init__(self, parent: _Prefix | None, label: int, weight: float) -> None:
        self.parent = parent
        self.label = label
        self.weight = weight
        self.children: dict[int, _Prefix] = {}
        self.context: Any = None
        self.has_context = False
        self.blank = self.last = self.next_blank = self.next_last = self.score = 0.0
        self.is_listed = False

    def classes(self) -> tuple[int, ...]:
        found = []
        prefix = self
        while prefix.parent is not None:
            found.append(prefix.label)
            prefix = prefix.parent
        return tuple(reversed(found))


def search(shares: np.ndarray, *, blank: int, scorer: Scorer | None = None, width: int = WIDTH) -> list[Hypothesis]:
    """The most probable texts of one line, best first, at most `width`.

    Args:
        shares: (T, C) probabilities.
        blank: the class that stands for no character.
        scorer: multiplies the texts' probabilities by its weights.
    """
    scorer = scorer or Unweighted()
    root = _Prefix(None, -1, 1.0)
    root.context, root.has_context = scorer.start(), True
    root.blank = root.score = 1.0
    beam, log_scale = [root], 0.0
    rows = np.maximum(shares, _SMALLEST).tolist()
    for row, candidates in zip(rows, _candidates(shares, blank), strict=True):
        _stay(beam, row, row[blank])
        reached = _extend(beam, candidates, scorer, width)
        beam, best = _survivors(reached, width)
        log_scale += math.log(best)
    return _finished(beam, log_scale, scorer)


def _candidates(shares: np.ndarray, blank: int) -> list[list[tuple[float, int]]]:
    """Per step the probability and class of what may go on with a text, the most probable first."""
    found: list[list[tuple[float, int]]] = [[] for _ in shares]
    is_likely = shares >= FLOOR
    is_likely[:, blank] = False
    steps, labels = np.nonzero(is_likely)
    for step, label, share in zip(steps.tolist(), labels.tolist(), shares[steps, labels].tolist(), strict=True):
        found[step].append((share, label))
    for candidates in found:
        candidates.sort(reverse=True)
    return found


def _stay(beam: list[_Prefix], row: list[float], blank: float) -> None:
    """The next shares of texts that do not go on."""
    for prefix in beam:
        prefix.next_blank = (prefix.blank + prefix.last) * blank
        prefix.next_last = prefix.last * row[prefix.label]
        prefix.score = prefix.next_blank + prefix.next_last


def _extend(beam: list[_Prefix], candidates: list[tuple[float, int]], scorer: Scorer, width: int) -> list[_Prefix]:
    """All texts that are reached in one step from those in the beam, but those that cannot be among the best.

    The beam and the candidates come in descending order; `best` holds the scores to beat.
    """
    reached = list(beam)
    best = [0.0] * (width - len(beam)) + sorted(prefix.score for prefix in beam)  # a heap
    highest = scorer.highest
    least = max(best[0], best[-1] * BEHIND) / highest
    for prefix in beam:
        total = prefix.blank + prefix.last
        for share, label in candidates:
            gain = total * share
            if gain < least:
                break
            child = prefix.children.get(label) or _extended(prefix, label, scorer)
            if label == prefix.label:
                gain = prefix.blank * share  # without a blank between, it is the same character still
            child.next_last += gain * child.weight
            child.score = child.next_blank + child.next_last
            if child.is_listed:
                continue
            child.is_listed = True
            reached.append(child)
            if child.score > best[0]:
                heapreplace(best, child.score)
                least = max(best[0] / highest, least)
    return reached


def _extended(prefix: _Prefix, label: int, scorer: Scorer) -> _Prefix:
    """`prefix` and one more character. Contexts are worked out here: most texts are never gone on from."""
    if not prefix.has_context:
        _remember(prefix, scorer)
    child = prefix.children[label] = _Prefix(prefix, label, scorer.weight(prefix.context, label))
    return child


def _remember(prefix: _Prefix, scorer: Scorer) -> None:
    assert prefix.parent is not None
    prefix.context = scorer.after(prefix.parent.context, prefix.label)
    prefix.has_context = True


def _survivors(reached: list[_Prefix], width: int) -> tuple[list[_Prefix], float]:
    """The best texts in descending order, their shares scaled so that the best one has 1, and its score before that."""
    reached.sort(key=attrgetter("score"), reverse=True)
    best = reached[0].score
    least = best * BEHIND
    kept = []
    for rank, prefix in enumerate(reached):
        prefix.is_listed = rank < width and prefix.score > least
        if prefix.is_listed:
            prefix.blank, prefix.last = prefix.next_blank / best, prefix.next_last / best
            kept.append(prefix)
        else:
            prefix.blank = prefix.last = 0.0
        prefix.next_blank = prefix.next_last = 0.0
    return kept, best


def _finished(beam: list[_Prefix], log_scale: float, scorer: Scorer) -> list[Hypothesis]:
    found = []
    for prefix in beam:
        if not prefix.has_context:
            _remember(prefix, scorer)
        log_score = math.log(prefix.blank + prefix.last) + math.log(scorer.end(prefix.context)) + log_scale
        found.append(Hypothesis(classes=prefix.classes(), log_score=log_score))
    return sorted(found, key=attrgetter("log_score"), reverse=True)
