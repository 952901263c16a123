"""Generated glyphs for tests: four strokes in noise, in memory, easy to learn."""

from __future__ import annotations

import numpy as np

from frugal.data.arrays import CharacterData, Characters, Splits


class Glyphs(CharacterData):
    """Four classes: a horizontal, a vertical and two slanted strokes, thickened and moved at random."""

    def __init__(self, *, batch_size: int = 32, seed: int = 0, count: int = 128) -> None:
        super().__init__(batch_size=batch_size, seed=seed, augmentation=None, limit=None)
        self.count = count
        self.labels = list("abcd")

    def read(self) -> Splits:
        return Splits(train=draw(self.count, 0), selection=draw(64, 1), test=draw(64, 2))


def draw(count: int, seed: int) -> Characters:
    """`count` glyphs with writers w0 to w7."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, 4, size=count)
    images = generator.integers(0, 40, size=(count, 28, 28)).astype(np.uint8)
    for image, target in zip(images, targets, strict=True):
        row, column = generator.integers(8, 20, size=2)
        along = np.arange(-7, 8)
        down = np.array([0, 1, 1, -1])[target] * along
        right = np.array([1, 0, 1, 1])[target] * along
        for thickness in (0, 1):
            image[np.clip(row + down + thickness, 0, 27), np.clip(column + right, 0, 27)] = 255
    return Characters(
        images=images,
        targets=targets.astype(np.int64),
        ids=np.array([f"g{seed}-{k}" for k in range(count)]),
        groups=np.array([f"w{k % 8}" for k in range(count)]),
    )
