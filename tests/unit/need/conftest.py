"""A problem that is drawn here: strokes in four directions, some to learn from, to choose with, to report on."""

import numpy as np
import pytest

from frugal.need.problem import Items, Problem
from frugal.runtime import classification

LABELS = ("-", "/", "\\", "|")


def items(count: int, seed: int, side: int = 28) -> Items:
    """`count` strokes of random place and brightness in noise, uint8 (side, side), light on black."""
    random = np.random.default_rng(seed)
    images, truths = [], []
    for number in range(count):
        truth = number % 4
        image = random.integers(0, 40, (side, side))
        row, column = random.integers(9, side - 9, 2)
        along = np.arange(-7, 8)
        down, right = ((0, 1), (-1, 1), (1, 1), (1, 0))[truth]
        for thick in (0, 1):
            image[row + down * along + thick, column + right * along] = random.integers(180, 256)
        images.append(image.astype(np.uint8))
        truths.append(LABELS[truth])
    return Items(images=images, truths=tuple(truths), ids=tuple(f"{seed}-{k}" for k in range(count)))


@pytest.fixture(scope="session")
def strokes() -> Problem:
    """120 strokes to learn from, 40 to choose with, 80 to report on."""
    return Problem(
        name="strokes",
        task="characters",
        unit="character",
        metric="error_rate",
        score=classification.score,
        labels=LABELS,
        train=items(120, 0),
        selection=items(40, 1),
        test=items(80, 2),
    )
