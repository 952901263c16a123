"""N-gram models from lines: modified Kneser-Ney per source, and sources mixed into one model by held-out lines.

Knows lines of text; knows no file.

Kneser and Ney 1995, "Improved backing-off for m-gram language modeling", in the interpolated and modified form of Chen
and Goodman 1998, "An empirical study of smoothing techniques for language modeling". Mixture weights: Jelinek and
Mercer 1980, by expectation maximisation on held-out text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from frugal.runtime.ngram import BackoffModel, encoded, find, is_predicted, windows, with_backoffs, without_first

_DISCOUNTS = (0.5, 1.0, 1.5)
"""For n-grams seen once, twice and more often, where a source is too small to estimate them."""
_ROUNDS = 200


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Per order from 1 on: the n-grams of a source, ascending, uint64 (N,), and how often each occurs, int (N,)."""

    keys: tuple[np.ndarray, ...]
    counts: tuple[np.ndarray, ...]

    def shares(self, keys: np.ndarray, n: int) -> np.ndarray:
        """Relative frequency of n-grams among all places of the source."""
        at, is_here = find(self.keys[n - 1], keys)
        counts = np.where(is_here, self.counts[n - 1][at], 0) if len(self.keys[n - 1]) else np.zeros(len(keys))
        shares: np.ndarray = counts / self.counts[0].sum()
        return shares


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """The mixed model, the weight of each source, and per order the relative frequency of each n-gram, (N,)."""

    model: BackoffModel
    weights: tuple[float, ...]
    shares: tuple[np.ndarray, ...]


def count(lines: Sequence[str], alphabet: str, order: int) -> Counted:
    """All n-grams of the lines up to `order`; each line stands between two spaces, and none reaches over its ends."""
    symbols, run = encoded(lines, alphabet)
    found = [np.unique(keys[is_predicted(symbols, run, n)], return_counts=True) for n, keys in windows(symbols, order)]
    return Counted(keys=tuple(keys for keys, _ in found), counts=tuple(counts for _, counts in found))


def kneser_ney(counted: Counted, alphabet: str) -> BackoffModel:
    """The interpolated, modified Kneser-Ney model; the order below the first one is uniform over the alphabet.

    An n-gram with which a line begins has nothing before it: it counts as often as it occurs.
    """
    order = len(counted.keys)
    keys = [np.arange(len(alphabet), dtype=np.uint64), *counted.keys[1:]]
    probabilities: list[np.ndarray] = []
    for n in range(1, order + 1):
        counts = _adjusted(counted, n)
        discounts = np.minimum(_discounts(counts), counts)
        if n == 1:
            unigrams = np.full(len(alphabet), discounts.sum() / counts.sum() / len(alphabet))
            unigrams[counted.keys[0].astype(np.intp)] += (counts - discounts) / counts.sum()
            probabilities.append(unigrams)
            continue
        context, _ = find(keys[n - 2], keys[n - 1] >> np.uint64(8))
        lower, _ = find(keys[n - 2], without_first(keys[n - 1], n))
        total = np.bincount(context, weights=counts)[context]
        left = np.bincount(context, weights=discounts)[context]
        probabilities.append((counts - discounts + left * probabilities[n - 2][lower]) / total)
    return with_backoffs(alphabet, keys, probabilities)


def mix(
    sources: Sequence[Sequence[str]],
    held_out: Sequence[str],
    *,
    alphabet: str,
    order: int,
    weights: Sequence[float] | None = None,
) -> Mixture:
    """One model of all sources, each weighted by how well it predicts the held-out lines.

    The mixture is exact for every n-gram that any source has; others back off as in any back-off model.

    Args:
        weights: of the sources, where they are known already; they are made to sum to 1.
    """
    counted = [count(lines, alphabet, order) for lines in sources]
    models = [kneser_ney(one, alphabet) for one in counted]
    if weights is None:
        shares_of = mixture_weights(np.stack([model.probabilities_in(held_out) for model in models]))
    else:
        shares_of = np.asarray(weights, dtype=np.float64) / sum(weights)
    keys = [np.unique(np.concatenate([model.keys[n] for model in models])) for n in range(order)]
    probabilities, shares = [], []
    for n in range(1, order + 1):
        found = np.stack([model.probability(keys[n - 1], n) for model in models])
        frequent = np.stack([one.shares(keys[n - 1], n) for one in counted])
        probabilities.append(shares_of @ found)
        shares.append(shares_of @ frequent)
    model = with_backoffs(alphabet, keys, probabilities)
    return Mixture(model=model, weights=tuple(shares_of.tolist()), shares=tuple(shares))


def mixture_weights(probabilities: np.ndarray) -> np.ndarray:
    """The weights (S,) under which S sources together predict best, from each one's probabilities (S, P)."""
    weights = np.full(len(probabilities), 1 / len(probabilities))
    for _ in range(_ROUNDS):
        joint = weights[:, None] * probabilities
        weights = (joint / joint.sum(axis=0)).mean(axis=1)
    return weights


def _adjusted(counted: Counted, n: int) -> np.ndarray:
    """Counts of the highest order; below, the number of different symbols that an n-gram follows."""
    counts = counted.counts[n - 1].astype(np.float64)
    if n == len(counted.keys):
        return counts
    longer = counted.keys[n]
    at, is_here = find(counted.keys[n - 1], without_first(longer, n + 1))
    before = np.bincount(at[is_here], minlength=len(counts))
    adjusted: np.ndarray = np.where(before > 0, before, counts)
    return adjusted


def _discounts(counts: np.ndarray) -> np.ndarray:
    """What is taken from each count, by how many n-grams were seen once, twice, three and four times."""
    once, twice, thrice, four = (int((counts == times).sum()) for times in (1, 2, 3, 4))
    discounts = _DISCOUNTS
    if once and twice and thrice:
        share = once / (once + 2 * twice)
        estimated = (1 - 2 * share * twice / once, 2 - 3 * share * thrice / twice, 3 - 4 * share * four / thrice)
        if all(0 < value <= times for times, value in enumerate(estimated, start=1)):
            discounts = estimated
    taken: np.ndarray = np.asarray((0.0, *discounts))[np.minimum(counts, 3).astype(np.intp)]
    return taken
