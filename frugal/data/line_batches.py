"""From lines of several sources to padded training batches: mixed, decoded, resized, distorted, bucketed by width.

Knows no file format and no network. What an epoch shows depends on (seed, epoch) only; a run that resumes at an epoch
sees what an undisturbed run sees. At most one chunk of `CHUNK` batches is decoded at a time.

Shapes: `B` batch, `H`, `W` height and width.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from frugal.contract import Batch, InputError
from frugal.data.line_images import decoded
from frugal.data.line_source import LineSource, RawLine
from frugal.extras import require

CHUNK = 16
"""Batches that are sorted by width together: more pad less, fewer mix better and need less memory."""
REFUSED_IN_A_ROW = 10_000
"""So many lines that cannot be learnt from are no accident: without a limit an epoch would never begin."""
GAP = 0.4
"""Paper between two lines that are joined into one, as a share of the height: about a space."""

Shares = Mapping[str, Sequence[Sequence[float]]]
"""Source -> (epoch, its share of the epoch), linear in between; shares need not add up to 1."""


class Augmentation(Protocol):
    """A distortion of one line, uint8 (H, W) -> uint8 (H, W')."""

    def __call__(self, image: np.ndarray, random: np.random.Generator) -> np.ndarray: ...


@dataclass(frozen=True, kw_only=True)
class ReadyLine:
    """A line as the network will see it: uint8 (H, W), with its text."""

    image: np.ndarray
    text: str
    id: str
    writer: str | None


class TrainingBatches:
    """The padded batches of an epoch; Lightning calls `sampler.set_epoch`.

    Args:
        lines: lines per epoch.
        height: H of every image.
        joined: share of the lines that become one with the next, while they are short.
        longest: width in pixels beyond which a line is not joined and not trained on.
    """

    def __init__(
        self,
        sources: Mapping[str, LineSource],
        shares: Shares,
        *,
        lines: int,
        batch_size: int,
        height: int,
        seed: int,
        augmentation: Augmentation | None,
        joined: float,
        longest: int,
    ) -> None:
        self.sources = dict(sources)
        self.shares = shares
        self.lines = lines
        self.batch_size = min(batch_size, lines)
        self.height = height
        self.seed = seed
        self.augmentation = augmentation
        self.joined = joined
        self.longest = longest
        self.epoch = 0
        self.sampler = self  # the name under which Lightning looks for set_epoch

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.lines // self.batch_size

    def __iter__(self) -> Iterator[Batch]:
        require("cv2", extra="train").setNumThreads(1)  # lines are too small for threads, and training has its own
        random = np.random.default_rng((self.seed, self.epoch))
        ready = self._ready(random)
        left = len(self)
        while left:
            wanted = min(CHUNK, left)
            chunk = list(itertools.islice(ready, wanted * self.batch_size))
            yield from bucketed(chunk, self.batch_size, random)
            left -= wanted

    def _ready(self, random: np.random.Generator) -> Iterator[ReadyLine]:
        """Lines without end, as the network will see them."""
        lines = self._mixed(random)
        refused = 0
        while refused < REFUSED_IN_A_ROW:
            line = resized(next(lines), self.height)
            if self.joined and random.random() < self.joined:
                line = self._joined(line, lines)
            if self.augmentation is not None:
                line = _with_image(line, self.augmentation(line.image, random))
            if line.text and line.image.shape[1] <= self.longest:
                refused = 0
                yield line
            else:
                refused += 1
        raise InputError(
            f"{refused} training lines in a row without text or wider than {self.longest} pixels",
            allowed="lines with text",
            remedy="frugal data check, data.longest=...",
        )

    def _joined(self, line: ReadyLine, lines: Iterator[RawLine]) -> ReadyLine:
        """`line` and the next one side by side, if both together are still a line of usual length."""
        if line.image.shape[1] > self.longest // 4:
            return line
        following = resized(next(lines), self.height)
        if following.image.shape[1] > self.longest // 4:
            return following
        return side_by_side(line, following)

    def _mixed(self, random: np.random.Generator) -> Iterator[RawLine]:
        names = list(self.sources)
        weights = np.array([share_at(self.shares.get(name, [(0, 1.0)]), self.epoch) for name in names])
        if not weights.sum() > 0:
            weights = np.ones(len(names))
        streams = {name: endless(self.sources[name], random.spawn(1)[0]) for name in names}
        while True:
            yield next(streams[names[int(random.choice(len(names), p=weights / weights.sum()))]])


class LineByLine:
    """Batches of one line each, as the device would see them: in their own size, not distorted."""

    def __init__(self, source: LineSource, *, limit: int | None = None, mixed: bool = False) -> None:
        self.source = source
        self.limit = limit
        self.mixed = mixed

    def __len__(self) -> int:
        return len(self.source) if self.limit is None else min(self.limit, len(self.source))

    def __iter__(self) -> Iterator[Batch]:
        order = np.random.default_rng(0) if self.mixed else None
        for line in itertools.islice(self.source.stream(order), len(self)):
            image = torch.from_numpy(np.array(decoded(line)))[None]
            groups = None if line.writer is None else (line.writer,)
            yield Batch(inputs={"image": image}, targets=(line.text,), ids=(line.id,), groups=groups)


def share_at(points: Sequence[Sequence[float]], epoch: int) -> float:
    """The share at an epoch: linear between the given (epoch, share), constant before and after them.

    >>> share_at([(0, 1.0), (10, 0.0)], 4)
    0.6
    """
    epochs, shares = zip(*sorted(map(tuple, points)), strict=True)
    return float(np.interp(epoch, epochs, shares))


def endless(source: LineSource, random: np.random.Generator) -> Iterator[RawLine]:
    """The lines of `source`, mixed anew each time they have all been seen."""
    while True:
        yield from source.stream(random)


def resized(line: RawLine, height: int) -> ReadyLine:
    """Decoded, and brought to `height` with its proportions kept."""
    cv2 = require("cv2", extra="train")
    image = decoded(line)
    if image.shape[0] != height:
        width = max(1, round(image.shape[1] * height / image.shape[0]))
        shrinks = image.shape[0] > height
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return ReadyLine(image=image, text=line.text, id=line.id, writer=line.writer)


def side_by_side(left: ReadyLine, right: ReadyLine) -> ReadyLine:
    """Two lines as one, with a gap of paper and a space between them."""
    height = left.image.shape[0]
    before, after = (float(np.percentile(image, 90)) for image in (left.image, right.image))
    ramp = np.linspace(before, after, max(1, round(GAP * height))).round().astype(np.uint8)
    gap = np.broadcast_to(ramp, (height, len(ramp)))
    image = np.concatenate([left.image, gap, right.image], axis=1)
    return ReadyLine(image=image, text=f"{left.text} {right.text}", id=f"{left.id}+{right.id}", writer=left.writer)


def bucketed(lines: Sequence[ReadyLine], batch_size: int, random: np.random.Generator) -> Iterator[Batch]:
    """Batches of lines of like widths, in random order."""
    order = np.argsort([line.image.shape[1] for line in lines], kind="stable")
    groups = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    for number in random.permutation(len(groups)):
        yield padded([lines[index] for index in groups[number]])


def padded(lines: Iterable[ReadyLine]) -> Batch:
    """One batch, each line padded on its right with its own lightest grey, which is no ink to any normalisation."""
    lines = list(lines)
    widths = [line.image.shape[1] for line in lines]
    images = np.empty((len(lines), lines[0].image.shape[0], max(widths)), dtype=np.uint8)
    for row, line in zip(images, lines, strict=True):
        row[:, : line.image.shape[1]] = line.image
        row[:, line.image.shape[1] :] = line.image.max()
    return Batch(
        inputs={"image": torch.from_numpy(images)},
        targets=tuple(line.text for line in lines),
        ids=tuple(line.id for line in lines),
        lengths={"image": torch.tensor(widths)},
    )


def _with_image(line: ReadyLine, image: np.ndarray) -> ReadyLine:
    return ReadyLine(image=image, text=line.text, id=line.id, writer=line.writer)
