"""A second look at a line of a narrow hand, drawn out: how far, and which of the two looks' texts is taken.

Knows scores as probabilities, classes and a scorer of texts; knows no session and no image.

Shapes: `T` steps, `C` classes, `U` characters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.runtime.alignment import log_probability
from frugal.runtime.beam import Scorer

SECOND_COUNTS = 2.0
"""Times what the first look counts: the network has more steps for each character then."""
_KEYS = ({"narrower_than", "widen"}, {"narrower_than", "widest"})


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """How lines of narrow hands are read: drawn out, and once more. Of `widen` and `widest` one is given.

    Attributes:
        narrower_than: pixels at the network's height per character that was read the first time.
        widen: so many times the width.
        widest: until a character has `narrower_than` pixels, but at most so many times the width.
    """

    narrower_than: float
    widen: float | None = None
    widest: float | None = None

    def factor(self, pixels: float, characters: int) -> float:
        """By how much to draw out a line of so many pixels with so many characters; 1 where one look is enough."""
        if pixels >= self.narrower_than * characters:
            return 1.0
        if self.widest is None:
            return self.widen or 1.0
        return min(self.narrower_than * characters / pixels, self.widest)


def second_look(stated: Any, *, named: str = "second_look") -> SecondLook | None:
    """The key `second_look` of a contract or of a task; raises InputError, calling it so, where it cannot be used."""
    if stated is None:
        return None
    numbers: dict[str, Any] = dict(stated) if isinstance(stated, Mapping) else {}
    if set(numbers) not in _KEYS or not all(_is_factor(number) for number in numbers.values()):
        raise InputError(
            f"{named} {stated!r}", allowed="null, or narrower_than with widen or widest: numbers above 0, below 1000"
        )
    return SecondLook(**numbers)


def choose(texts: Sequence[Sequence[int]], looks: Sequence[np.ndarray], *, blank: int, scorer: Scorer) -> int:
    """Which of the texts both looks and the scorer find the most probable; of equal ones the first.

    Args:
        texts: classes (U,) each.
        looks: probabilities (T, C) of the first and of the second look.
    """
    first, second = looks
    found = []
    for text in texts:
        seen = log_probability(first, text, blank=blank) + SECOND_COUNTS * log_probability(second, text, blank=blank)
        found.append(seen / (1 + SECOND_COUNTS) + _log_weight(scorer, text))
    return int(np.argmax(found))


def _log_weight(scorer: Scorer, text: Sequence[int]) -> float:
    context, total = scorer.start(), 0.0
    for label in text:
        total += math.log(scorer.weight(context, label))
        context = scorer.after(context, label)
    return total + math.log(scorer.end(context))


def _is_factor(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 < number < 1000
