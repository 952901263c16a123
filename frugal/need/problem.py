"""What is to be decided: items with their truth, some to learn from, some to choose with, some to report on.

Knows no alternative and no file.

Shapes: `N` items, `H`, `W` height and width of an image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from frugal.contract import Prediction, Tally

Score = Callable[[Sequence[Prediction], Sequence[str]], list[Tally]]


@dataclass(frozen=True, kw_only=True)
class Items:
    """Some items.

    Attributes:
        images: uint8, all (H, W) of one size for characters; lines differ in width.
        truths: one label or text per item. ids: one stable name per item.
        groups: who wrote it; None where nobody recorded that.
    """

    images: Sequence[np.ndarray]
    truths: tuple[str, ...]
    ids: tuple[str, ...]
    groups: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.truths)

    def take(self, rows: Sequence[int]) -> Items:
        """The items at these positions."""
        return Items(
            images=[self.images[row] for row in rows],
            truths=tuple(self.truths[row] for row in rows),
            ids=tuple(self.ids[row] for row in rows),
            groups=None if self.groups is None else tuple(self.groups[row] for row in rows),
        )

    def spread(self, most: int) -> Items:
        """At most so many items, spread evenly over all of them."""
        if len(self) <= most:
            return self
        return self.take(np.linspace(0, len(self) - 1, most).round().astype(int).tolist())


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A data set as every alternative sees it.

    Attributes:
        name: what the data are called. task: characters (one label per image) or lines (a text per image).
        unit: what one item is (character, line, item). metric: how error is called.
        score: answers and truths -> one tally per item.
        labels: all classes of characters, in order; empty for lines.
    """

    name: str
    task: str
    unit: str
    metric: str
    score: Score
    labels: tuple[str, ...]
    train: Items
    selection: Items
    test: Items

    @property
    def image_shape(self) -> tuple[int | str, ...]:
        """(H, W) of every image; names where they differ."""
        return tuple(self.test.images[0].shape) if self.task == "characters" else ("height", "width")

    @property
    def reference_shape(self) -> tuple[int, ...]:
        """(H, W) at which operations are counted: the median over the items that are reported on."""
        return tuple(int(np.median(sides)) for sides in zip(*(image.shape for image in self.test.images), strict=True))
