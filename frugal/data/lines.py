"""Handwritten lines for training and measuring: one stored set with its splits by writer, and further sources.

Reads whatever `open_lines` knows (Parquet, lines.tsv, ALTO, PAGE, IAM, RIMES ...). What the source says about splits
holds; where it says nothing, writers are held out by a hash of their names, so that adding lines moves no writer. Knows
no network and no alphabet.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import lightning
import numpy as np

from frugal.contract import InputError
from frugal.data.files import below_data, data_folder
from frugal.data.line_batches import Augmentation, LineByLine, Shares, TrainingBatches
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from frugal.data.line_parts import Part, StoredLines, filtered
from frugal.data.line_source import LineSource, RawLine

HELD_OUT = 0.1
"""Share of the writers (or lines, where nobody recorded writers) held out for each of selection and test."""
SPLITS = ("train", "selection", "test")
MEASURED_LINES = 200
FEWEST_WRITERS = 20
"""With fewer, lines are held out instead of writers."""
REMEDY = "data.root=FILE_OR_FOLDER with *.parquet (image, text) or lines.tsv (file TAB text); see frugal data check"


class Lines(lightning.LightningDataModule):
    """Text lines by writer.

    Args:
        root: a file or folder of lines; None for `$FRUGAL_DATA/lines`.
        file: the file below that folder; None for all that lies there. Without effect where `root` is a file.
        height: what training lines are resized to; the task's and the network's.
        batch_size: lines per training batch.
        seed: fixes order, augmentation and mixture of the training lines.
        augmentation: distorts a training line; None for none.
        joined: share of the short training lines that are joined with the next one.
        train_kinds, test_kinds: kinds of lines (as the source calls them) to learn from, and to choose and report
            with; None for all.
        further: further sources to learn from, by name.
        shares: share of each source in an epoch, as pairs of epoch and share, linear in between; the stored set is
            `main`. A source that is not named has the share 1.
        lines_per_epoch: None for as many as the stored set has to learn from.
        longest: pixels of width beyond which a training line is left out.
        learn_from: at most so many lines of the stored set to learn from.
        limit: the same for every split, for a quick try.
    """

    def __init__(
        self,
        *,
        root: str | None = None,
        file: str | None = None,
        height: int = 40,
        batch_size: int = 16,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        joined: float = 0.0,
        train_kinds: Sequence[str] | None = None,
        test_kinds: Sequence[str] | None = None,
        further: Mapping[str, LineSource] | None = None,
        shares: Shares | None = None,
        lines_per_epoch: int | None = None,
        longest: int = 1600,
        learn_from: int | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__()
        self.root, self.file, self.height = root, file, height
        self.batch_size, self.seed, self.augmentation, self.joined = batch_size, seed, augmentation, joined
        self.train_kinds, self.test_kinds = train_kinds, test_kinds
        self.further, self.shares = dict(further or {}), dict(shares or {})
        self.lines_per_epoch, self.longest, self.limit = lines_per_epoch, longest, limit
        self.learn_from = learn_from
        self._batches: TrainingBatches | None = None

    def setup(self, stage: str | None = None) -> None:
        """Find the lines and decide their splits; no image is decoded."""
        if self.batch_size < 1:
            raise InputError(f"data.batch_size={self.batch_size}", allowed="1 or more", remedy="data.batch_size=16")
        for name in ("limit", "learn_from", "lines_per_epoch"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 1):
                raise InputError(f"data.{name}={value}", allowed="1 or more, or null")
        unknown = set(self.shares) - set(self.sources)
        if unknown:
            raise InputError(f"data.shares of {sorted(unknown)[0]}", allowed=", ".join(self.sources))
        for name, points in self.shares.items():
            if isinstance(points, Mapping) or not points or any(len(point) != 2 for point in points):
                given = f"data.shares.{name}={points}"
                raise InputError(given, allowed="pairs of an epoch and a share", remedy="[[0,0.15],[16,0.6]]")

    @cached_property
    def splits(self) -> dict[str, LineSource]:
        """train, selection and test of the stored set."""
        source = open_lines(self._path())
        role = role_of_lines(source)
        kinds = {"train": self.train_kinds, "selection": self.test_kinds, "test": self.test_kinds}
        parts: dict[str, LineSource] = {name: _Part.of(source, name, role, kinds[name]) for name in SPLITS}
        for name, part in parts.items():
            if not len(part):
                raise InputError(f"{self._path()}: no lines for {name}", allowed="lines in each", remedy=REMEDY)
        most = min((n for n in (self.limit, self.learn_from) if n is not None), default=None)
        return parts if most is None else {**parts, "train": _Few(parts["train"], most)}

    @cached_property
    def sources(self) -> dict[str, LineSource]:
        """What training learns from, by name."""
        return {"main": self.splits["train"], **self.further}

    def set_epoch(self, epoch: int) -> None:
        """Fix mixture, order and augmentation of the next pass over the training batches."""
        self.train_dataloader().set_epoch(epoch)

    def train_dataloader(self) -> TrainingBatches:
        if self._batches is None:
            main = self.splits["train"]
            self._batches = TrainingBatches(
                self.sources,
                self.shares,
                lines=self.lines_per_epoch or len(main),
                batch_size=self.batch_size,
                height=self.height,
                seed=self.seed,
                augmentation=self.augmentation,
                joined=self.joined,
                longest=self.longest,
            )
        return self._batches

    def val_dataloader(self) -> LineByLine:
        """Held out for choosing: epochs, ratios, stopping."""
        return LineByLine(self.splits["selection"], limit=self.limit)

    def test_dataloader(self) -> LineByLine:
        """Held out for the reported figures; nothing is ever chosen by it."""
        return LineByLine(self.splits["test"], limit=self.limit)

    def calibration_dataloader(self) -> LineByLine:
        """Training lines as the device would see them: not distorted, in one fixed mixed order."""
        return LineByLine(self.splits["train"], mixed=True)

    def reference_shape(self) -> dict[str, list[int]]:
        """The shape at which operations are counted: median height and width of the lines to choose with."""
        sizes = [decoded(line).shape for line in islice(self.splits["selection"].stream(None), MEASURED_LINES)]
        height, width = (round(statistics.median(size[axis] for size in sizes)) for axis in (0, 1))
        return {"image": [1, height, width]}

    def fingerprint(self) -> str:
        """Of the stored set and of every further source."""
        parts = [self.splits[name].fingerprint() for name in SPLITS]
        parts += [f"{name} {source.fingerprint()}" for name, source in sorted(self.further.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _path(self) -> Path:
        folder = data_folder(self.root, "lines")
        if folder is None:
            raise InputError("lines: no data folder given", allowed="data.root=... or $FRUGAL_DATA", remedy=REMEDY)
        path = folder if self.file is None or folder.is_file() else folder / self.file
        if not path.exists():
            raise InputError(f"lines: no file or folder {path}", remedy=REMEDY)
        return path


@dataclass(frozen=True, kw_only=True)
class FurtherLines:
    """A stored set to learn from beside the main one.

    Attributes:
        path: a file or folder; a relative one that is not there is looked up below $FRUGAL_DATA.
        splits, kinds: what to take of it; None for all.
    """

    path: str
    splits: Sequence[str] | None = None
    kinds: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self._part)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        return self._part.stream(random)

    def fingerprint(self) -> str:
        return self._part.fingerprint()

    @cached_property
    def _part(self) -> Part:
        return filtered(open_lines(below_data(self.path)), splits=self.splits, kinds=self.kinds)


def role_of_lines(source: StoredLines) -> Callable[[RawLine], str]:
    """Which of train, selection and test a line belongs to; the same for all lines of a writer.

    `test` is what the source calls test, else what it calls val; `selection` is its val where it has both. What is
    missing is held out by a hash: of the writer, or of the line where there are too few writers.
    """
    writers: dict[str | None, set[str | None]] = {}  # by split
    ends: dict[str | None, tuple[float, float]] = {}  # lowest and highest place of a line: a million are not kept
    for line in source.described():
        writers.setdefault(line.split, set()).add(line.writer)
        low, high = ends.get(line.split, (1.0, 0.0))
        ends[line.split] = (min(low, _place(line.id)), max(high, _place(line.id)))
    splits = set(writers)
    tests = next((name for name in ("test", "val") if name in splits), None)
    chooses = "val" if tests == "test" and "val" in splits else None
    by_writer = len(set().union(*writers.values())) >= FEWEST_WRITERS
    free = [split for split in splits if split is None or split not in (tests, chooses)]
    places = [place for split in free for place in ends[split]]
    if by_writer:
        places = [_place(writer) for split in free for writer in writers[split] if writer] or places
    # Somebody is held out, however few there are.
    lowest, highest = max(HELD_OUT, min(places, default=1.0)), min(1 - HELD_OUT, max(places, default=0.0))

    def role(line: RawLine) -> str:
        if line.split is not None and line.split in (tests, chooses):
            return "test" if line.split == tests else "selection"
        place = _place(line.writer if by_writer and line.writer else line.id)
        if chooses is None and place <= lowest:
            return "selection"
        return "test" if tests is None and place >= highest else "train"

    return role


def _place(name: str) -> float:
    """A number in [0, 1) that depends on the name alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The lines of a stored set that have one role and, where asked, one of some kinds."""

    source: StoredLines
    name: str
    role: Callable[[RawLine], str]
    kinds: frozenset[str] | None
    count: int = 0

    @classmethod
    def of(cls, source: StoredLines, name: str, role: Callable[[RawLine], str], kinds: Sequence[str] | None) -> _Part:
        part = cls(source=source, name=name, role=role, kinds=None if kinds is None else frozenset(kinds))
        return replace(part, count=sum(map(part._keeps, source.described())))

    def __len__(self) -> int:
        return self.count

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        return filter(self._keeps, self.source.stream(random))

    def fingerprint(self) -> str:
        kinds = None if self.kinds is None else sorted(self.kinds)
        return f"{self.source.fingerprint()} {self.name} {kinds}"

    def _keeps(self, line: RawLine) -> bool:
        return self.role(line) == self.name and (self.kinds is None or line.kind in self.kinds)


@dataclass(frozen=True)
class _Few:
    """The first lines of a source, in its fixed order."""

    source: LineSource
    most: int

    def __len__(self) -> int:
        return min(self.most, len(self.source))

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        few = list(islice(self.source.stream(None), self.most))
        return iter(few if random is None else [few[index] for index in random.permutation(len(few))])

    def fingerprint(self) -> str:
        return f"{self.source.fingerprint()} {self.most}"
