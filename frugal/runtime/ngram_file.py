"""`lm.bin`: an n-gram model in a few bytes per n-gram, laid out so that it is read where it lies.

The layout is described, for readers in any language, in export/LM_FORMAT.md. Knows no training and no decoder.

A trie, one level per order. An n-gram is 4 bytes (symbol, probability, back-off weight, number of children), one of the
highest order 2; the children of one level stand in order, so that only every 32nd n-gram needs to say where its own
begin. Logarithms are quantised uniformly to 8 bits.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.runtime.ngram import MAX_ORDER, MAX_SYMBOLS, BackoffModel, find, with_backoffs

MAGIC = b"FRLM"
VERSION = 1
BLOCK = 32
"""N-grams per stated position of children."""
_HEAD = struct.Struct("<4sBBHffff")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """value = highest - code * step, of natural logarithms; codes 0 to 255."""

    highest: float
    step: float

    def codes(self, logarithms: np.ndarray) -> np.ndarray:
        """The nearest code of each logarithm, uint8."""
        return np.clip(np.rint((self.highest - logarithms) / self.step), 0, 255).astype(np.uint8)

    def rounded(self, values: np.ndarray) -> np.ndarray:
        """`values` as they will be read back."""
        back: np.ndarray = np.exp(self.highest - self.codes(np.log(values)) * self.step)
        return back


@dataclass(frozen=True, kw_only=True)
class Level:
    """Where one level's arrays begin in the file: all are bytes, but `positions`, which are uint32.

    `backoffs`, `children` and `positions` are 0 on the highest level, which has none.
    """

    count: int
    symbols: int
    probabilities: int
    backoffs: int
    children: int
    positions: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the head of the file says."""

    alphabet: str
    probability: Scale
    backoff: Scale
    levels: tuple[Level, ...]
    size_bytes: int


def pack(model: BackoffModel) -> bytes:
    """The model as the bytes of `lm.bin`.

    The back-off weights are computed anew from the rounded probabilities, so that distributions still sum to 1 but for
    the rounding of the weight itself.
    """
    probability = _scale(np.concatenate(model.probabilities))
    rounded = [probability.rounded(values) for values in model.probabilities]
    rough = with_backoffs(model.alphabet, model.keys, rounded)
    backoff = _scale(np.concatenate([np.ones(1), *rough.backoffs]))
    final = with_backoffs(model.alphabet, model.keys, rounded, rounded=backoff.rounded)
    parts = [
        _HEAD.pack(MAGIC, VERSION, model.order, len(model.alphabet),
                   probability.highest, probability.step, backoff.highest, backoff.step),
        np.array([len(keys) for keys in model.keys], dtype="<u4").tobytes(),
        model.alphabet.encode("utf-32-le"),
    ]  # fmt: skip
    children = [_children(model, n) for n in range(1, model.order)]
    parts += [_positions(counts).astype("<u4").tobytes() for counts in children]
    for n in range(1, model.order + 1):
        parts.append((model.keys[n - 1] & np.uint64(255)).astype(np.uint8).tobytes())
        parts.append(probability.codes(np.log(model.probabilities[n - 1])).tobytes())
        if n < model.order:
            parts.append(backoff.codes(np.log(final.backoffs[n - 1])).tobytes())
            parts.append(children[n - 1].astype(np.uint8).tobytes())
    return b"".join(parts)


def size_bytes(counts: Sequence[int], symbols: int) -> int:
    """Bytes of a file with these numbers of n-grams per order."""
    head = _HEAD.size + 4 * len(counts) + 4 * symbols
    inner = sum(4 * count + 4 * _blocks(count) for count in counts[:-1])
    return head + inner + 2 * counts[-1]


def layout_of(data: bytes, path: Path) -> Layout:
    """Where everything stands; raises InputError, naming `path`, for a file that is none or not whole."""
    allowed = "lm.bin as `frugal lm` writes it"
    if len(data) < _HEAD.size or data[:4] != MAGIC:
        raise InputError(f"{path} is no language model", allowed=allowed)
    _, version, order, symbols, *numbers = _HEAD.unpack_from(data)
    if version != VERSION:
        raise InputError(f"{path} has the layout {version}", allowed=str(VERSION), remedy="a newer frugal")
    place = _HEAD.size + 4 * order + 4 * symbols
    if not 1 <= order <= MAX_ORDER or not 1 <= symbols <= MAX_SYMBOLS or len(data) < place:
        raise InputError(f"{path} is damaged", allowed=allowed)
    counts = struct.unpack_from(f"<{order}I", data, _HEAD.size)
    if counts[0] != symbols or len(data) != size_bytes(counts, symbols):
        raise InputError(f"{path} is damaged: {len(data)} bytes", allowed=f"{size_bytes(counts, symbols)} bytes")
    try:
        alphabet = data[_HEAD.size + 4 * order : place].decode("utf-32-le")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is damaged: its alphabet is no text", allowed=allowed) from error
    return Layout(
        alphabet=alphabet,
        probability=Scale(highest=numbers[0], step=numbers[1]),
        backoff=Scale(highest=numbers[2], step=numbers[3]),
        levels=_levels(counts, place),
        size_bytes=len(data),
    )


def _levels(counts: Sequence[int], place: int) -> tuple[Level, ...]:
    positions = []
    for count in counts[:-1]:
        positions.append(place)
        place += 4 * _blocks(count)
    levels = []
    for n, count in enumerate(counts, start=1):
        starts = [place + index * count for index in range(4)]
        if n == len(counts):
            levels.append(Level(count=count, symbols=starts[0], probabilities=starts[1],
                                backoffs=0, children=0, positions=0))  # fmt: skip
            continue
        levels.append(Level(count=count, symbols=starts[0], probabilities=starts[1],
                            backoffs=starts[2], children=starts[3], positions=positions[n - 1]))  # fmt: skip
        place += 4 * count
    return tuple(levels)


def _blocks(count: int) -> int:
    return -(-count // BLOCK)


def _scale(values: np.ndarray) -> Scale:
    logarithms = np.log(values)
    highest = float(np.float32(logarithms.max()))
    step = float(np.float32((highest - logarithms.min()) / 255))
    return Scale(highest=highest, step=step or 1.0)


def _children(model: BackoffModel, n: int) -> np.ndarray:
    """How many n-grams of the next order begin with each of order `n`."""
    context, _ = find(model.keys[n - 1], model.keys[n] >> np.uint64(8))
    return np.bincount(context, minlength=len(model.keys[n - 1]))


def _positions(children: np.ndarray) -> np.ndarray:
    """Where the children of every 32nd n-gram begin on the next level."""
    begins = np.cumsum(children) - children
    positions: np.ndarray = begins[::BLOCK]
    return positions
