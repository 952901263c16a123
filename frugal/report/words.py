"""Every sentence of the reports, in every language: a dictionary per language, with the same keys.

What the whole page shares stands in `english.py` and `french.py`, what one part says in a file of `wording`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from frugal.contract import InputError
from frugal.report.english import ENGLISH
from frugal.report.french import FRENCH
from frugal.report.numerals import NARROW_SPACE, Numerals
from frugal.report.wording import (
    advice,
    break_even,
    checklist,
    devices,
    energy,
    harm,
    life_cycle,
    need,
    samples,
    search,
    worth,
)

_SUBJECTS: tuple[ModuleType, ...] = (
    advice,
    break_even,
    checklist,
    devices,
    energy,
    harm,
    life_cycle,
    need,
    samples,
    search,
    worth,
)
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {**ENGLISH, **{key: text for subject in _SUBJECTS for key, text in subject.ENGLISH.items()}},
    "fr": {**FRENCH, **{key: text for subject in _SUBJECTS for key, text in subject.FRENCH.items()}},
}


@dataclass(frozen=True)
class Voice:
    """One language: its words and how it writes numbers."""

    language: str
    words: Mapping[str, str]
    numerals: Numerals

    def say(self, key: str, /, **values: object) -> str:
        """The sentence `key`, filled in."""
        return self.words[key].format(**values)

    def name(self, group: str, identifier: str) -> str:
        """The word for an identifier (`unit`, `character`), or the identifier itself where there is none."""
        return self.words.get(f"{group}.{identifier}", identifier)


def voice(language: str) -> Voice:
    """Raises InputError for a language that has no words."""
    if language not in LANGUAGES:
        raise InputError(f"lang={language}", allowed=", ".join(LANGUAGES))
    words = {key: _bound(sentence) for key, sentence in LANGUAGES[language].items()}
    return Voice(language, words, Numerals(decimal=words["decimal"]))


def _bound(sentence: str) -> str:
    """No line break before a sign that stands after a space: `95 %`, and in French `: ; ? !`."""
    return re.sub(r" ([%:;?!])", NARROW_SPACE + r"\1", sentence)
