"""From lines of text to `lm.bin`: counted, mixed by held-out lines, pruned to a size, packed, measured.

Knows lists of lines; reads and writes no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.runtime.language_model import LanguageModel
from frugal.runtime.ngram import MAX_ORDER, BackoffModel, checked_alphabet
from frugal.runtime.ngram_file import layout_of, pack, size_bytes
from frugal.runtime.ngram_pruning import prune
from frugal.runtime.ngram_smoothing import mix

EVERY = 20
"""One line of so many is held out where no lines were given to measure on."""


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """`lm.bin` and how it came about.

    Attributes:
        data: the bytes of `lm.bin`.
        weights: source -> its share of the mixture; they sum to 1.
        ngrams: how many of each order, from 1 on.
        ngrams_unpruned: the same before pruning.
        bits_per_character: on the held-out lines, as the file is read back.
        bits_unpruned: the same before pruning and rounding.
    """

    data: bytes
    weights: Mapping[str, float]
    ngrams: tuple[int, ...]
    ngrams_unpruned: tuple[int, ...]
    bits_per_character: float
    bits_unpruned: float


def train(
    sources: Mapping[str, Sequence[str]],
    held_out: Sequence[str],
    *,
    alphabet: str,
    order: int = 6,
    max_bytes: int = 2_000_000,
    weights: Sequence[float] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> TrainedModel:
    """The best model of these sources that fits into `max_bytes`.

    Args:
        sources: name -> lines, normalised.
        held_out: lines like those that will be read; they give the weights of the sources and the measured bits.
        alphabet: the characters that can be predicted; a line is cut at any other.
        order: the longest n-gram.
        weights: of the sources, in their order; None: fitted on the held-out lines.
        say: told what is done next.

    Raises:
        InputError: no lines, an order or alphabet that cannot be, or a size that not even single characters fit.
    """
    checked_alphabet(alphabet)
    _check(sources, held_out, alphabet, order, max_bytes)
    if weights is not None and (len(weights) != len(sources) or min(weights) < 0 or not sum(weights) > 0):
        raise InputError(f"weights {list(weights)}", allowed=f"{len(sources)} numbers >= 0, one per text")
    say(f"counting up to {order} characters, smoothing, mixing {len(sources)} sources")
    mixture = mix(list(sources.values()), held_out, alphabet=alphabet, order=order, weights=weights)
    total = sum(map(len, mixture.model.keys))
    say(f"pruning {total} n-grams to {max_bytes} bytes")
    pruned = prune(mixture, lambda counts: size_bytes(counts, len(alphabet)) <= max_bytes)
    say(f"packing {sum(map(len, pruned.keys))} n-grams")
    data = pack(pruned)
    model = LanguageModel(data, layout_of(data, Path("lm.bin")))
    return TrainedModel(
        data=data,
        weights=dict(zip(sources, mixture.weights, strict=True)),
        ngrams=_sizes(pruned),
        ngrams_unpruned=_sizes(mixture.model),
        bits_per_character=model.bits_per_character(held_out),
        bits_unpruned=float(-np.log2(mixture.model.probabilities_in(held_out)).mean()),
    )


def hold_out(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """What to train on, and every twentieth line to measure on; of those, none that is also trained on.

    >>> kept, held = hold_out([f"ligne {number}" for number in range(40)])
    >>> len(kept), held
    (38, ['ligne 19', 'ligne 39'])
    """
    kept = [line for number, line in enumerate(lines, start=1) if number % EVERY]
    known = set(kept)
    return kept, [line for line in lines[EVERY - 1 :: EVERY] if line not in known]


def _check(
    sources: Mapping[str, Sequence[str]], held_out: Sequence[str], alphabet: str, order: int, max_bytes: int
) -> None:
    if not 1 <= order <= MAX_ORDER:
        raise InputError(f"order {order}", allowed=f"1 to {MAX_ORDER}", remedy="6")
    known = set(alphabet) - {" "}
    empty = [name for name, lines in sources.items() if not any(known & set(line) for line in lines)]
    if empty or not sources:
        raise InputError(
            f"{empty[0] if empty else 'no text'} holds no line", allowed="lines with characters of the alphabet"
        )
    if not any(known & set(line) for line in held_out):
        raise InputError(
            "no line is left to measure on", allowed=f"at least {EVERY} lines of text", remedy="--held-out FILE"
        )
    least = size_bytes([len(alphabet)] + [0] * (order - 1), len(alphabet))
    if max_bytes < least:
        raise InputError(f"max_bytes {max_bytes}", allowed=f">= {least}, the single characters alone", remedy="2M")


def _sizes(model: BackoffModel) -> tuple[int, ...]:
    return tuple(map(len, model.keys))
