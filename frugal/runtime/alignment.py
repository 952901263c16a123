"""Where a text stands in the steps of its line: the probability of all its alignments, and the best one.

Graves et al. 2006, "Connectionist temporal classification", section 4.1; the best path by Viterbi 1967. A text of U
characters has 2U + 1 states: blank, first character, blank, second character ... Knows classes, no alphabet.

Shapes: `T` steps, `C` classes, `U` characters.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

_SMALLEST = 1e-12
"""What a probability counts at least, so that one rounded to 0 rules nothing out."""
_NEVER = -1e30


def log_probability(shares: np.ndarray, text: Sequence[int], *, blank: int) -> float:
    """ln P(text | line), the sum over all alignments: the forward algorithm.

    Args:
        shares: (T, C) probabilities of one line.
        text: (U) classes.

    >>> round(float(np.exp(log_probability(np.array([[0.5, 0.5], [0.5, 0.5]]), [0], blank=1))), 6)
    0.75
    """
    if not len(shares):
        return -np.inf if len(text) else 0.0
    states, skips = _states(text, blank)
    reached = np.zeros(len(states) + 2)  # two more in front: nothing comes from before the first state
    reached[2:4] = 1.0
    total = 0.0
    for step, row in enumerate(np.maximum(shares[:, states], _SMALLEST)):
        if step:
            reached[2:] += reached[1:-1] + np.where(skips, reached[:-2], 0.0)
        reached[2:] *= row
        scale = reached.sum()
        reached /= scale
        total += float(np.log(scale))
    ends = reached[-2:].sum() if len(text) else reached[-1]
    return total + float(np.log(ends)) if ends > 0 else -np.inf


def best_alignment(shares: np.ndarray, text: Sequence[int], *, blank: int) -> tuple[np.ndarray, np.ndarray]:
    """First step of each character, and the one after its last, on the most probable alignment: two (U,).

    Args:
        shares: (T, C) probabilities of one line that is long enough for the text.
        text: (U) classes.
    """
    states, skips = _states(text, blank)
    emitted = np.log(np.maximum(shares[:, states], _SMALLEST))  # (T, 2U + 1)
    best = np.full(len(states) + 2, _NEVER)  # two more in front, as above
    best[2:4] = emitted[0, :2]
    came_from = np.zeros(emitted.shape, dtype=np.uint8)  # how many states before
    for step in range(1, len(emitted)):
        choices = np.stack([best[2:], best[1:-1], np.where(skips, best[:-2], _NEVER)])
        came_from[step] = choices.argmax(axis=0)
        best[2:] = choices.max(axis=0) + emitted[step]
    state = len(states) - 1
    if len(text) and best[-2] > best[-1]:
        state -= 1
    path = np.empty(len(emitted), dtype=np.intp)
    for step in range(len(emitted) - 1, -1, -1):
        path[step] = state
        state -= int(came_from[step, state])
    characters = 2 * np.arange(len(text)) + 1
    return np.searchsorted(path, characters), np.searchsorted(path, characters, side="right")


def boxes(begins: np.ndarray, ends: np.ndarray, *, steps: int, time_stride: float) -> tuple[tuple[float, float], ...]:
    """From where each character peaks to where it stands: [start, end) in pixels, one per character.

    CTC peaks are narrower than characters: two neighbours share what lies between their peaks; the outer sides reach
    as far as the inner ones.

    Args:
        begins, ends: (U) first step of each peak, and the one after its last.
        steps: T, where the line ends.
    """
    if not len(begins):
        return ()
    inner = (ends[:-1] + begins[1:]) / 2  # (U - 1,)
    left, right = float(begins[0]), float(ends[-1])
    if len(inner):
        left -= inner[0] - ends[0]
        right += begins[-1] - inner[-1]
    edges = np.concatenate([[max(left, 0.0)], inner, [min(right, float(steps))]]) * time_stride
    return tuple((float(start), float(end)) for start, end in itertools.pairwise(edges))


def _states(text: Sequence[int], blank: int) -> tuple[np.ndarray, np.ndarray]:
    """The class of each state, and whether it is reached from the character before without a blank between."""
    states = np.full(2 * len(text) + 1, blank)
    states[1::2] = text
    skips = np.zeros(len(states), dtype=bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return states, skips
