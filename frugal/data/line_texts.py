"""What a written line says: windows of whole words from sentences, and dates, prices and quotes as people write them.

Knows no font and no picture. French first: the rules draw French dates, prices, ordinals and quotes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from frugal.contract import InputError

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
NAMES = (
    "Ángel", "Bogotá", "Éléonore", "Émile", "Étienne", "Évreux", "Åland", "Ängelholm", "Élysée", "Gómez",
    "Göteborg", "Île-de-France", "Âgée", "Ôtez", "Île", "José", "María", "Málaga", "Muñoz", "Müller", "München",
    "Niño", "Öresund", "Örebro", "Óscar", "Perón", "Potosí", "Raúl", "São", "Strauß", "Søren", "Tromsø", "Zürich",
    "Çanakkale", "Èze", "Ça", "Œuvre", "Æschne", "Ünal", "Übersee", "Noël", "L’Haÿ-les-Roses", "Citroën", "Zoé",
    "Œdipe", "José-María", "Oô", "Camões", "Être", "Où",
)  # fmt: skip
"""Names and words whose letters French sentences hardly hold, capitals with accents first."""
ACCENTED = "àâäæçéèêëîïôöœùûüÿ"
PUNCTUATION = ".,;:!?()«»[]\"'"
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Sentences:
    """Sentences, and their words by accented letter.

    Attributes:
        lines: the sentences.
        accented: for each accented letter that occurs, the words that hold it.
    """

    lines: tuple[str, ...]
    accented: dict[str, tuple[str, ...]]


def read_sentences(paths: Sequence[Path]) -> Sentences:
    """Sentences of text files, one a line, in UTF-8.

    Raises:
        InputError: a file is missing, not UTF-8, or none holds a word.
    """
    lines: list[str] = []
    for path in paths:
        try:
            lines += [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            reason = type(error).__name__
            raise InputError(f"{path} cannot be read ({reason})", remedy="a UTF-8 file, one sentence a line") from error
    lines = [unicodedata.normalize("NFC", line) for line in lines if any(letter.isalpha() for letter in line)]
    if not lines:
        raise InputError(
            f"no sentence in {', '.join(map(str, paths)) or 'no text file'}",
            remedy="texts=[FILE] with one sentence a line",
        )
    words = sorted({word.strip(PUNCTUATION) for line in lines for word in line.split()})
    accented = {letter: tuple(word for word in words if letter in word and word.isalpha()) for letter in ACCENTED}
    return Sentences(tuple(lines), {letter: found for letter, found in accented.items() if found})


def written_line(
    sentences: Sentences,
    random: np.random.Generator,
    *,
    length: tuple[int, int],
    accents: float,
    entries: float,
    capitals: float,
) -> str:
    """The text of one line of about `length` (shortest, longest) characters.

    Args:
        sentences: where its words come from.
        random: decides everything.
        length: the target is uniform between the two; the last word may pass it.
        accents: share of lines in which one word gives way to a word with an accented letter, rare letters more
            often than they are.
        entries: share of lines in which one word gives way to a date, price, number, quote, sign, name or word in
            capitals.
        capitals: share of lines in nothing but capitals.
    """
    words = _window(sentences, random, int(random.integers(length[0], length[1] + 1)))
    if sentences.accented and random.random() < accents:
        word = _accented_word(sentences, random)
        words[int(random.integers(len(words)))] = _capitals(word, random) if random.random() < 0.2 else word
    if random.random() < entries:
        place = int(random.integers(len(words)))
        words[place] = _one(ENTRIES, random)(words[place], random)
    text = " ".join(words)
    return text.upper() if random.random() < capitals else text


def _accented_word(sentences: Sentences, random: np.random.Generator) -> str:
    """By its letter: one comes up in proportion to the root of the number of its words, é no longer drowns ï."""
    choices = tuple(sentences.accented.values())
    roots = np.sqrt([len(words) for words in choices])
    return _one(choices[int(random.choice(len(choices), p=roots / roots.sum()))], random)


def _window(sentences: Sentences, random: np.random.Generator, target: int) -> list[str]:
    """Whole words of at least `target` characters in all, from a random word of a random sentence onwards."""
    lines = sentences.lines
    number = int(random.integers(len(lines)))
    words = lines[number].split()
    words = words[int(random.integers(len(words))) :] if random.random() < 0.7 else words
    taken: list[str] = []
    size = -1
    while size < target:
        if not words:
            number = (number + 1) % len(lines)
            words = lines[number].split()
        taken.append(words.pop(0))
        size += 1 + len(taken[-1])
    return taken


def _date(word: str, random: np.random.Generator) -> str:
    day, month, year = int(random.integers(1, 32)), int(random.integers(12)), int(random.integers(1780, 2031))
    first = "1er" if day == 1 else str(day)
    forms = (
        f"{first} {MONTHS[month]} {year}",
        f"{first} {MONTHS[month]}",
        f"{day:02d}/{month + 1:02d}/{year}",
        f"{day}-{month + 1}-{year % 100:02d}",
        f"en {year},",
        f"({year}-{year + int(random.integers(1, 90))})",
    )
    return _one(forms, random)


def _price(word: str, random: np.random.Generator) -> str:
    amount, cents = int(10 ** random.uniform(0, 4)), int(random.integers(100))
    return _one(
        (f"{amount},{cents:02d} €", f"{amount} €", f"{amount:,} €".replace(",", " "), f"{amount} euros"), random
    )


def _number(word: str, random: np.random.Generator) -> str:
    number = int(10 ** random.uniform(0, 6))
    small, minutes = int(random.integers(1, 24)), int(random.integers(60))
    century = _one(("XVIe", "XVIIe", "XVIIIe", "XIXe", "XXe", "XXIe"), random)
    forms = (
        f"{number}",
        f"{number:,}".replace(",", " "),
        f"{small} h {minutes:02d}",
        f"{small}:{minutes:02d}",
        f"n° {number % 1000}",
        f"{small},{minutes} %",
        f"{small}½",
        f"{number % 1000} m²",
        f"{small} £",
        f"{small}e",
        f"{century} siècle",
        " ".join(["0" + str(small % 10), *(f"{int(random.integers(100)):02d}" for _ in range(4))]),
    )
    return _one(forms, random)


def _quoted(word: str, random: np.random.Generator) -> str:
    bare = word.strip(PUNCTUATION) or "mot"
    return _one((f"« {bare} »", f"«{bare}»", f'"{bare}"', f"“{bare}”", f"({bare})", f"[{bare}]", f"l’{bare}"), random)


def _punctuated(word: str, random: np.random.Generator) -> str:
    bare = word.rstrip(".,;:!?") or "mot"
    return bare + _one((",", ".", ";", " ;", ":", " :", "!", " !", "?", " ?", "...", " -", " /", " &", " +"), random)


def _capitals(word: str, random: np.random.Generator) -> str:
    return word.upper() if random.random() < 0.5 else word[:1].upper() + word[1:]


def _sign(word: str, random: np.random.Generator) -> str:
    bare = word.strip(PUNCTUATION) or "mot"
    signs = (
        "{}_",
        "{}*",
        "#{}",
        "{}@",
        "<{}>",
        "{{{}}}",
        "~{}",
        "{}^",
        "|{}|",
        "{} =",
        "{} +",
        "{} ×",
        "\\{}",
        "${}",
        "{}`",
        "§ {}",
    )
    return _one(signs, random).format(bare)


def _name(word: str, random: np.random.Generator) -> str:
    return _one(NAMES, random)


ENTRIES: tuple[Callable[[str, np.random.Generator], str], ...] = (
    _date,
    _price,
    _number,
    _quoted,
    _punctuated,
    _capitals,
    _sign,
    _name,
)


def _one(choices: Sequence[Choice], random: np.random.Generator) -> Choice:
    return choices[int(random.integers(len(choices)))]
