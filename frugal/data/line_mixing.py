"""Lines in a mixed order without holding them all: a shuffle buffer of bounded length and bounded bytes.

Knows no file. The order depends on the incoming order and the generator alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from frugal.data.line_source import RawLine

BUFFER_LINES = 4096
BUFFER_BYTES = 128_000_000


def mixed(
    lines: Iterable[RawLine],
    random: np.random.Generator,
    *,
    buffer_lines: int = BUFFER_LINES,
    buffer_bytes: int = BUFFER_BYTES,
) -> Iterator[RawLine]:
    """Each of `lines` once: one drawn at random from those that wait makes room for the next.

    At most `buffer_lines` lines wait, and so many that their images fit in `buffer_bytes` (at least one waits).
    """
    waiting: list[RawLine] = []
    held_bytes = 0
    for line in lines:
        while waiting and (len(waiting) >= buffer_lines or held_bytes + _size(line) > buffer_bytes):
            drawn = _drawn(waiting, random)
            held_bytes -= _size(drawn)
            yield drawn
        waiting.append(line)
        held_bytes += _size(line)
    while waiting:
        yield _drawn(waiting, random)


def _drawn(waiting: list[RawLine], random: np.random.Generator) -> RawLine:
    """One of `waiting`, removed; the last takes its place."""
    place = int(random.integers(len(waiting)))
    waiting[place], waiting[-1] = waiting[-1], waiting[place]
    return waiting.pop()


def _size(line: RawLine) -> int:
    return len(line.image) if isinstance(line.image, bytes) else line.image.nbytes
