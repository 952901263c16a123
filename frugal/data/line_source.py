"""Text lines as they come from wherever they are stored or drawn: one record, one protocol.

Knows no file format, no network and no augmentation.

Shapes: `H`, `W` height and width of a line's image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True, kw_only=True)
class RawLine:
    """One line as it is stored.

    Attributes:
        image: an encoded image file (PNG, JPEG ...), or pixels uint8 (H, W), dark ink on light paper.
        text: what is written, as the source spells it (not normalised).
        id: stable over versions of the code.
        writer: who wrote it; None where nobody recorded that.
        split: `train`, `val` or `test` as the source says; None where it says nothing.
        kind: what sort of line the source calls it (body, label ...); None where it says nothing.
    """

    image: bytes | np.ndarray
    text: str
    id: str
    writer: str | None = None
    split: str | None = None
    kind: str | None = None


class LineSource(Protocol):
    """Lines that can be gone through again and again, without all of them being in memory."""

    def __len__(self) -> int:
        """How many lines one pass gives."""
        ...

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """Each line once: mixed by `random` as far as memory allows, or in its fixed order for None."""
        ...

    def fingerprint(self) -> str:
        """Changes when the lines change; cheap."""
        ...
