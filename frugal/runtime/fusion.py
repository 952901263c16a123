"""What a beam search is told about the text: a character language model, and a list of words as a soft bonus.

Both only weigh: what the image says clearly is read, in whatever language and with whatever spelling.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.runtime.beam import Scorer
from frugal.runtime.language_model import LanguageModel, State
from frugal.text import normalise

BONUS = 0.5
"""Natural logarithm of what a character of a listed word is worth."""


class ModelScorer:
    """Shallow fusion (Gulcehre et al. 2015) with a language model: each character weighs p ** alpha * e ** beta.

    Args:
        model: gives p, alpha and beta.
        characters: the one of each class of the scores.
    """

    def __init__(self, model: LanguageModel, characters: Sequence[str]) -> None:
        self._model = model
        self._symbols = [model.symbol(character) for character in characters]
        self._space = model.symbol(" ")

    @property
    def highest(self) -> float:
        return math.exp(self._model.beta) if self._model.alpha >= 0 else math.inf

    def start(self) -> State:
        return self._model.start

    def weight(self, context: State, label: int) -> float:
        model = self._model
        return math.exp(model.alpha * model.log_probability(context, self._symbols[label]) + model.beta)

    def after(self, context: State, label: int) -> State:
        return self._model.after(context, self._symbols[label])

    def end(self, context: State) -> float:
        """A line ends where a word does."""
        return math.exp(self._model.alpha * self._model.log_probability(context, self._space))


@dataclass
class Place:
    """Where a word stands in the tree of listed words: how many characters it has so far, and how it may go on."""

    depth: int = 0
    is_word: bool = False
    children: dict[str, Place] = field(default_factory=dict)


class WordScorer:
    """Each character that agrees with a listed word weighs e ** bonus; a word that ends up otherwise gives it back.

    So a listed word of n characters is worth n * bonus in all, and is not lost before its last one. A word begins at
    the line's start and behind any character that is no letter or digit; listed words may contain such characters
    (aujourd'hui, Saint-Denis). A listed word in small letters also counts with a capital first one.

    Args:
        words: the list; normalised here.
        characters: the one of each class of the scores.
        bonus: of each character, a natural logarithm.
    """

    def __init__(self, words: Iterable[str], characters: Sequence[str], *, bonus: float = BONUS) -> None:
        self._characters = characters
        self._bonus = bonus
        self._root = Place()
        for word in words:
            text = normalise(word)
            for spelling in {text, text[:1].upper() + text[1:]}:
                self._add(spelling)

    @property
    def highest(self) -> float:
        return math.exp(max(self._bonus, 0.0))

    def start(self) -> Place | None:
        return self._root

    def weight(self, context: Place | None, label: int) -> float:
        character = self._characters[label]
        if context is not None and character in context.children:
            return math.exp(self._bonus)
        return 1.0 if context is None or (context.is_word and not character.isalnum()) else self._returned(context)

    def after(self, context: Place | None, label: int) -> Place | None:
        """None in a word that is not listed, until it ends."""
        character = self._characters[label]
        if context is not None and character in context.children:
            return context.children[character]
        return None if character.isalnum() else self._root

    def end(self, context: Place | None) -> float:
        return 1.0 if context is None or context.is_word else self._returned(context)

    def _returned(self, context: Place) -> float:
        return math.exp(-self._bonus * context.depth)

    def _add(self, word: str) -> None:
        place = self._root
        for character in word:
            place = place.children.setdefault(character, Place(depth=place.depth + 1))
        place.is_word = place.depth > 0


class Joint:
    """Several scorers at once: their weights multiply."""

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._scorers = scorers

    @property
    def highest(self) -> float:
        return math.prod(scorer.highest for scorer in self._scorers)

    def start(self) -> tuple[Any, ...]:
        return tuple(scorer.start() for scorer in self._scorers)

    def weight(self, context: tuple[Any, ...], label: int) -> float:
        return math.prod(one.weight(own, label) for one, own in zip(self._scorers, context, strict=True))

    def after(self, context: tuple[Any, ...], label: int) -> tuple[Any, ...]:
        return tuple(one.after(own, label) for one, own in zip(self._scorers, context, strict=True))

    def end(self, context: tuple[Any, ...]) -> float:
        return math.prod(one.end(own) for one, own in zip(self._scorers, context, strict=True))


def read_words(words: str | Path | Iterable[str]) -> list[str]:
    """A list as given, or the lines of a UTF-8 text file; raises InputError where there is none."""
    if not isinstance(words, str | Path):
        found = list(words)
        strange = [word for word in found if not isinstance(word, str)]
        if strange:
            raise InputError(f"words with {strange[0]!r}", allowed="a list of texts, or a text file")
        return found
    try:
        return Path(words).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        remedy = f"words=[{str(words)!r}]"
        raise InputError(f"words={str(words)!r} cannot be read", allowed="a UTF-8 file, one word a line, or a list",
                         remedy=remedy) from error  # fmt: skip
