"""Text as it is compared: the rules that make two spellings one, edit distance, alignment, accents and alphabets.

Knows strings; knows no image, no network, no file and no statistics.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

LETTERS = "àâæçéèêëîïôœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸáíóúñãõöäåøßÁÓÑÖÄÅ"
"""The accented letters of French, then those that names of its neighbours bring along."""
ASCII = "".join(map(chr, range(ord(" "), ord("~") + 1)))
SIGNS = "«»–—…€£§°½¼²³¹ºª·•†×±→⋎ȼ"
"""Typography, measures, and the signs of old hands: ⋎ here something is inserted, ȼ centimes."""

FRENCH = ASCII + LETTERS + SIGNS
"""The default alphabet: what French and Latin handwriting holds after `normalise`; the space comes first."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_GUILLEMETS = str.maketrans({"«": '"', "»": '"', "‹": "'", "›": "'"})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def nfc(text: str) -> str:
    """One code point per accented letter (Unicode normal form C)."""
    return unicodedata.normalize("NFC", text)


def quotes(text: str) -> str:
    """’ and ‘ become ', “ and ” become "; guillemets stay."""
    return text.translate(_QUOTES)


def spaces(text: str) -> str:
    """Any run of white space is one space; the ends are trimmed."""
    return " ".join(text.split())


def guillemets(text: str) -> str:
    """« and » become ", ‹ and › become '."""
    return text.translate(_GUILLEMETS)


def dashes(text: str) -> str:
    """Every dash, hyphen and minus sign is the hyphen of the keyboard."""
    return text.translate(_DASHES)


def ellipsis(text: str) -> str:
    """… becomes three full stops."""
    return text.replace("…", "...")


def case(text: str) -> str:
    """Capitals count as small letters (Unicode case folding)."""
    return text.casefold()


def accents(text: str) -> str:
    """Letters lose accent and cedilla; œ becomes oe, æ becomes ae."""
    bare = [char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)]
    return nfc("".join(bare)).translate(_LIGATURES)


def punctuation(text: str) -> str:
    """Punctuation is removed (Unicode categories P*); spaces stay."""
    return "".join(char for char in text if not unicodedata.category(char).startswith("P"))


RULES: Mapping[str, Callable[[str], str]] = {
    rule.__name__: rule
    for rule in (nfc, quotes, guillemets, dashes, ellipsis, case, accents, punctuation, spaces)
}  # fmt: skip
"""Each rule by its name, in the order in which they are applied."""
STANDARD = ("nfc", "quotes", "spaces")
"""The rules behind every CER and WER that is not called raw."""


def apply_rules(text: str, names: Iterable[str]) -> str:
    """`text` after the rules of these names, in the order of `RULES`.

    >>> apply_rules("« L’Été »", ["case", "accents", "quotes", "punctuation", "spaces"])
    'lete'
    """
    wanted = set(names)
    for name, rule in RULES.items():
        if name in wanted:
            text = rule(text)
    return text


def normalise(text: str) -> str:
    """`text` after the standard rules: what is trained on, answered and compared.

    >>> normalise("  l’e\\u0301te\\u0301 :  “chaud” ")
    'l\\'été : "chaud"'
    """
    return spaces(quotes(nfc(text)))


def alphabet_of(texts: Iterable[str]) -> str:
    """Every character of `texts` once, in code point order; the space comes first, whether it occurs or not.

    >>> alphabet_of(["été", "à"])
    ' tàé'
    """
    found = set().union(*texts)
    return " " + "".join(sorted(found - {" "}))


def words(text: str) -> list[str]:
    """What white space parts."""
    return text.split()


def edit_distance(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Fewest insertions, deletions and substitutions that turn `a` into `b` (Levenshtein 1966); exact.

    Strings are compared by character, lists by item.

    >>> edit_distance("Zürich", "zurich"), edit_distance(["la", "mer"], ["mer"])
    (2, 1)
    """
    distance = len(a)
    if not a:
        return len(b)
    last = len(a) - 1
    for plus, minus, _ in _columns(a, b):
        distance += (plus >> last & 1) - (minus >> last & 1)
    return distance


def align(truth: Sequence[str], answer: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of a shortest edit path from `truth` to `answer`; "" stands where one of them has nothing.

    Of paths that are equally short it takes the one that, from the start, first pairs equals, then substitutes, then
    inserts. The matrix is kept as the bit vectors of its falls, two a column (after Hyyrö 2004, "A note on bit-parallel
    alignment computation"), and filled from the end.

    >>> align("été", "ete!")
    [('é', 'e'), ('t', 't'), ('é', 'e'), ('', '!')]
    """
    falls = [(before, minus << 1) for _, minus, before in _columns(truth[::-1], answer[::-1])]
    pairs: list[tuple[str, str]] = []
    i, j = len(truth), len(answer)  # what is still to be paired
    while i and j:
        char, other = truth[-i], answer[-j]
        inserts, deletes = (fall >> (i - 1) & 1 for fall in falls[j - 1])
        if char == other or not (inserts or deletes):
            pairs.append((char, other))
            i, j = i - 1, j - 1
        elif inserts:
            pairs.append(("", other))
            j -= 1
        else:
            pairs.append((char, ""))
            i -= 1
    rest = [(char, "") for char in truth[len(truth) - i :]] + [("", other) for other in answer[len(answer) - j :]]
    return pairs + rest


def is_accented(char: str) -> bool:
    """Whether `char` carries a diacritic or cedilla, or is one of the ligatures œ and æ."""
    return char in "œæŒÆ" or any(unicodedata.combining(part) for part in unicodedata.normalize("NFD", char))


def accent_tally(truth: str, answer: str) -> tuple[int, int]:
    """Accented characters of `truth` that `answer` has at their place (see `align`), and all of them.

    Give it normalised texts: a letter and an accent of its own are two characters.

    >>> accent_tally("où est l'été", "ou est l'été")
    (2, 3)
    """
    total = sum(map(is_accented, truth))
    if not total or truth == answer:
        return total, total
    return sum(char == other and is_accented(char) for char, other in align(truth, answer)), total


def _columns(a: Sequence[Hashable], b: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """The edit matrix of `a` (rows) and `b` (columns), a column at a time, as bit vectors over the rows.

    Myers, "A fast bit-vector algorithm for approximate string matching" (1999), for the distance of whole sequences
    as in Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003); one Python
    integer holds a column of any length.

    Yields:
        Per item of `b`: the rows where the value rises from the column before (+1) and where it falls (-1), and those
        where it falls downwards inside the column before.
    """
    positions: dict[Hashable, int] = {}
    for index, item in enumerate(a):
        positions[item] = positions.get(item, 0) | 1 << index
    every = (1 << len(a)) - 1
    rises, falls = every, 0
    for item in b:
        before = falls
        equal = positions.get(item, 0)
        diagonal = (((equal & rises) + rises) ^ rises) | equal | falls
        plus = falls | ~(diagonal | rises) & every
        minus = rises & diagonal
        shifted_plus = plus << 1 | 1
        rises = (minus << 1 | ~(diagonal | shifted_plus)) & every
        falls = shifted_plus & diagonal & every
        yield plus, minus, before
