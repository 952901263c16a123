"""A character n-gram model in back-off form, as arrays: what is trained, mixed, pruned and stored.

Knows no text file, no smoothing method and no decoder.

An n-gram is one unsigned integer: its symbols in base 256, the last one in the lowest byte. So sorted n-grams stand in
the order of a trie, an n-gram's context is `key >> 8`, and what is left of it without its first symbol is `key & mask`.

Shapes: `N` n-grams of one order, `V` symbols of the alphabet, `P` predicted characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from frugal.contract import InputError

MAX_ORDER = 8
"""A key is 8 bytes."""
MAX_SYMBOLS = 255
_BREAK = 255
"""Stands between two lines, and for a character outside the alphabet; no n-gram reaches over it."""
_SMALLEST = 1e-9
"""Probability mass that is left at least for what a context has not been seen with."""


@dataclass(frozen=True, kw_only=True)
class BackoffModel:
    """p(w | h) is stored where the n-gram hw is; else it is backoff(h) * p(w | h without its first symbol).

    Attributes:
        alphabet: the V characters; a symbol is a position in it.
        keys: per order, from 1 on, the n-grams in ascending order, uint64 (N,); all V unigrams are there, and the
            context of every n-gram.
        probabilities: per order, of the last symbol after the others, float64 (N,).
        backoffs: per order but the last, of the n-gram as a context, float64 (N,); 1 where nothing follows it.
    """

    alphabet: str
    keys: tuple[np.ndarray, ...]
    probabilities: tuple[np.ndarray, ...]
    backoffs: tuple[np.ndarray, ...]

    @property
    def order(self) -> int:
        return len(self.keys)

    def probability(self, keys: np.ndarray, n: int) -> np.ndarray:
        """p(last symbol | the n - 1 before it) of n-grams (N,), stored or not."""
        at, is_stored = find(self.keys[n - 1], keys)
        found = np.empty(len(keys))
        found[is_stored] = self.probabilities[n - 1][at[is_stored]]
        rest = keys[~is_stored]
        if len(rest):
            context, is_context = find(self.keys[n - 2], rest >> np.uint64(8))
            weight = np.where(is_context, self.backoffs[n - 2][context], 1.0)
            found[~is_stored] = weight * self.probability(without_first(rest, n), n - 1)
        return found

    def probabilities_in(self, lines: Sequence[str]) -> np.ndarray:
        """Of every character of the lines, and of the space after each, after what stands before it: (P,)."""
        symbols, run = encoded(lines, self.alphabet)
        found = np.zeros(len(symbols))
        for n, keys in windows(symbols, self.order):
            here = (run == n) if n < self.order else (run >= n)
            here &= is_predicted(symbols, run, n)
            found[here] = self.probability(keys[here], n)
        predicted: np.ndarray = found[is_predicted(symbols, run, 1)]
        return predicted


def checked_alphabet(alphabet: str) -> str:
    """`alphabet` as given; raises InputError where it cannot be a language model's."""
    if " " not in alphabet or "\n" in alphabet or len(set(alphabet)) != len(alphabet) or len(alphabet) > MAX_SYMBOLS:
        raise InputError(
            f"an alphabet of {len(alphabet)} characters: {alphabet[:40]!r}",
            allowed=f"at most {MAX_SYMBOLS} characters, each once, with the space, without line breaks",
        )
    return alphabet


def encoded(lines: Sequence[str], alphabet: str) -> tuple[np.ndarray, np.ndarray]:
    """The lines' symbols one after another, each line between two spaces, and how many stand in a row up to each.

    Returns:
        uint8 symbols with `_BREAK` between lines, and int run lengths: 0 at a break, 1 right after it.
    """
    table = np.full(0x110000, _BREAK, dtype=np.uint8)
    table[[ord(character) for character in alphabet]] = np.arange(len(alphabet))
    text = "".join(f" {line} \n" for line in lines)
    symbols = table[np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)]
    place = np.arange(len(symbols))
    run = place - np.maximum.accumulate(np.where(symbols == _BREAK, place, -1))
    return symbols, run


def windows(symbols: np.ndarray, order: int) -> Iterator[tuple[int, np.ndarray]]:
    """For n = 1 to `order`: the n-gram that ends at each symbol; meaningless where the run is shorter than n."""
    wide = symbols.astype(np.uint64)
    keys = wide.copy()
    for n in range(1, order + 1):
        if n > 1:
            keys[n - 1 :] += wide[: len(wide) - n + 1] << np.uint64(8 * (n - 1))
        yield n, keys


def is_predicted(symbols: np.ndarray, run: np.ndarray, n: int) -> np.ndarray:
    """Where an n-gram ends whose last symbol has to be predicted: all but the space before a line."""
    predicted: np.ndarray = (symbols != _BREAK) & (run >= max(n, 2))
    return predicted


def find(sorted_keys: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each key stands among the sorted ones, and whether it does."""
    at = np.minimum(np.searchsorted(sorted_keys, keys), max(len(sorted_keys) - 1, 0))
    if not len(sorted_keys):
        return at, np.zeros(len(keys), dtype=bool)
    return at, sorted_keys[at] == keys


def without_first(keys: np.ndarray, n: int) -> np.ndarray:
    """The last n - 1 symbols of n-grams."""
    return keys & np.uint64((1 << 8 * (n - 1)) - 1)


def with_backoffs(
    alphabet: str,
    keys: Sequence[np.ndarray],
    probabilities: Sequence[np.ndarray],
    *,
    rounded: Callable[[np.ndarray], np.ndarray] = lambda backoffs: backoffs,
) -> BackoffModel:
    """The model whose back-off weights make every distribution sum to 1: (1 - sum p(w|h)) / (1 - sum p(w|h')).

    Args:
        rounded: applied to the weights of each order before those of the next are computed on top of them.
    """
    model = BackoffModel(alphabet=alphabet, keys=(keys[0],), probabilities=(probabilities[0],), backoffs=())
    for n in range(2, len(keys) + 1):
        left, left_lower, follows = leftovers(model, keys[n - 1], probabilities[n - 1])
        weights = np.where(follows, rounded(left / left_lower), 1.0)
        model = BackoffModel(
            alphabet=alphabet,
            keys=tuple(keys[:n]),
            probabilities=tuple(probabilities[:n]),
            backoffs=(*model.backoffs, weights),
        )
    return model


def leftovers(model: BackoffModel, keys: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, ...]:
    """What n-grams one order above `model` leave of each of its longest n-grams as their context, (N,) each.

    Returns:
        1 - sum of their own probabilities, 1 - sum of those of the order below, and whether anything follows.
    """
    n = model.order + 1
    context, _ = find(model.keys[-1], keys >> np.uint64(8))
    count = len(model.keys[-1])
    lower = model.probability(without_first(keys, n), n - 1)
    left = 1 - np.bincount(context, weights=probabilities, minlength=count)
    left_lower = 1 - np.bincount(context, weights=lower, minlength=count)
    follows = np.bincount(context, minlength=count) > 0
    return np.maximum(left, _SMALLEST), np.maximum(left_lower, _SMALLEST), follows
