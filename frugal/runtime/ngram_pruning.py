"""Entropy pruning of an n-gram model (Stolcke 1998, "Entropy-based pruning of backoff language models").

Knows probabilities and how many n-grams may stay; knows no text and no byte. Deviations: the frequency of a context is
its relative frequency in the training text, not its probability under the model; all n-grams are judged in the full
model at once; and an n-gram stays as long as a longer one needs it as its context.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from frugal.runtime.ngram import BackoffModel, find, leftovers, with_backoffs, without_first
from frugal.runtime.ngram_smoothing import Mixture


def prune(mixture: Mixture, fits: Callable[[Sequence[int]], bool]) -> BackoffModel:
    """The model of those n-grams that matter most, as many as fit; the unigrams always stay.

    Args:
        fits: whether a model with these numbers of n-grams per order is small enough.
    """
    losses = [np.full(len(mixture.model.keys[0]), np.inf), *_losses(mixture)]
    candidates = np.unique(np.concatenate(losses))  # ascending; the last one, infinity, keeps the unigrams alone
    ordered = [np.sort(loss) for loss in losses]
    low, high = 0, len(candidates) - 1
    while low < high:  # the smallest threshold under which the model fits
        middle = (low + high) // 2
        kept = [len(loss) - int(np.searchsorted(loss, candidates[middle])) for loss in ordered]
        low, high = (low, middle) if fits(kept) else (middle + 1, high)
    stays = [loss >= candidates[high] for loss in losses]
    model = mixture.model
    keys = [keys[kept] for keys, kept in zip(model.keys, stays, strict=True)]
    probabilities = [found[kept] for found, kept in zip(model.probabilities, stays, strict=True)]
    return with_backoffs(model.alphabet, keys, probabilities)


def _losses(mixture: Mixture) -> list[np.ndarray]:
    """Per order from 2 on, how much entropy (nats per character) the model loses with each n-gram and all above it."""
    model = mixture.model
    losses: list[np.ndarray] = []
    for n in range(model.order, 1, -1):
        loss = relative_entropy(model, mixture.shares[n - 1], n)
        if losses:
            context, _ = find(model.keys[n - 1], model.keys[n] >> np.uint64(8))
            np.maximum.at(loss, context, losses[0])
        losses.insert(0, loss)
    return losses


def relative_entropy(model: BackoffModel, shares: np.ndarray, n: int) -> np.ndarray:
    """D(model || model without this n-gram), for each n-gram of order `n` by itself: Stolcke's equation 3, (N,).

    Args:
        shares: relative frequency of each n-gram of this order.
    """
    below = BackoffModel(
        alphabet=model.alphabet,
        keys=model.keys[: n - 1],
        probabilities=model.probabilities[: n - 1],
        backoffs=model.backoffs[: n - 2],
    )
    keys, own = model.keys[n - 1], model.probabilities[n - 1]
    context, _ = find(below.keys[-1], keys >> np.uint64(8))
    left, left_lower, _ = (array[context] for array in leftovers(below, keys, own))
    lower = below.probability(without_first(keys, n), n - 1)
    frequency = np.bincount(context, weights=shares)[context]
    change = np.log((left + own) / (left_lower + lower)) - np.log(left / left_lower)  # of the back-off weight's ln
    new_own = np.log(lower) + np.log((left + own) / (left_lower + lower))
    loss: np.ndarray = -frequency * (own * (new_own - np.log(own)) + left * change)
    return loss
