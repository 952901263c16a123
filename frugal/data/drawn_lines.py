"""Lines that are drawn on the fly: as many as asked per pass, other ones for another generator.

Knows nothing of what is drawn, or with what.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from frugal.data.line_source import RawLine


class DrawnLines:
    """What such sources have in common; each draws a line from a generator of its own.

    Attributes:
        kind: how the lines' ids begin.
        count: lines per pass.
        seed: of the pass that `stream(None)` gives.
    """

    kind: ClassVar[str]
    count: int
    seed: int

    def __len__(self) -> int:
        return self.count

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """`count` lines, other ones for another generator."""
        base = self.seed if random is None else int(random.integers(2**63))
        for number in range(self.count):
            yield self._line(np.random.default_rng((base, number)), f"{self.kind}-{base}-{number:06d}")

    @abstractmethod
    def _line(self, random: np.random.Generator, name: str) -> RawLine: ...
