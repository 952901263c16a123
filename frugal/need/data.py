"""From a name or a path to a problem: a data set of frugal, images or lines of one's own. Knows no alternative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.need.own_images import holds_images, read_images
from frugal.need.problem import Items, Problem
from frugal.runtime import classification, ctc

SIDE = 28
MOST_CHARACTERS, MOST_LINES = 1000, 200
"""Reported on at most, evenly spread, where nothing else is asked for."""
NAMED = ("digits", "mnist", "unipen_chars", "lines")


def open_problem(data: str, *, root: str | None = None, most: int | None = None, side: int = SIDE) -> Problem:
    """The problem that `data` names: a data set of frugal (its files at `root`), or a file or folder of one's own.

    Args:
        most: items that are reported on at most. side: pixels to which one's own images are resized, both ways.
    """
    if most is not None and most < 2:
        raise InputError(f"--samples {most}", allowed="2 or more")
    if data in ("digits", "mnist", "unipen_chars"):
        return _named(data, root, most or MOST_CHARACTERS)
    if data == "lines":
        return _lines(data, root, most or MOST_LINES)
    path = Path(data)
    if not path.exists():
        raise InputError(f"--data {path}", allowed=f"{', '.join(NAMED)}, an NPZ file, a folder of images or of lines")
    if not holds_images(path):
        return _lines(path.name, data, most or MOST_LINES)
    parts = read_images(path, side)
    labels = sorted({truth for part in parts for truth in part.truths})
    return _characters(path.name, "item", labels, *parts, most or MOST_CHARACTERS)


def _named(data: str, root: str | None, most: int) -> Problem:
    from frugal.extras import require

    require("lightning", extra="train")
    from frugal.data.arrays import Characters
    from frugal.data.digits import Digits
    from frugal.data.mnist import Mnist
    from frugal.data.unipen_chars import UnipenChars

    loader = {"digits": Digits, "mnist": Mnist, "unipen_chars": UnipenChars}[data](root=root)
    labels = tuple(loader.labels)

    def items(characters: Characters) -> Items:
        return Items(
            images=list(characters.images),
            truths=tuple(labels[index] for index in characters.targets.tolist()),
            ids=tuple(characters.ids.tolist()),
            groups=None if characters.groups is None else tuple(characters.groups.tolist()),
        )

    splits = loader.splits
    return _characters(
        data, "character", labels, items(splits.train), items(splits.selection), items(splits.test), most
    )


def _characters(
    name: str, unit: str, labels: Sequence[str], train: Items, selection: Items, test: Items, most: int
) -> Problem:
    return Problem(
        name=name,
        task="characters",
        unit=unit,
        metric="error_rate",
        score=classification.score,
        labels=tuple(labels),
        train=train,
        selection=selection,
        test=test.spread(most),
    )


def _lines(name: str, root: str | None, most: int) -> Problem:
    """Truths of the lines to learn from (no alternative looks at their pixels), images of those that are read."""
    from frugal.extras import require

    require("lightning", extra="train")
    from frugal.data.line_images import decoded
    from frugal.data.line_source import LineSource
    from frugal.data.lines import Lines

    def items(source: LineSource, keep: Callable[[int], bool], *, looked_at: bool) -> Items:
        lines = [line for number, line in enumerate(source.stream(None)) if keep(number)]
        writers = [line.writer for line in lines]
        return Items(
            images=[decoded(line) for line in lines] if looked_at else (),
            truths=tuple(line.text for line in lines),
            ids=tuple(line.id for line in lines),
            groups=None if None in writers else tuple(map(str, writers)),
        )

    splits = Lines(root=root).splits
    wanted = set(np.linspace(0, len(splits["test"]) - 1, most).round().astype(int).tolist())
    return Problem(
        name=name,
        task="lines",
        unit="line",
        metric="cer",
        score=ctc.score,
        labels=(),
        train=items(splits["train"], lambda number: True, looked_at=False),
        selection=items(splits["selection"], lambda number: True, looked_at=False),
        test=items(splits["test"], lambda number: number in wanted, looked_at=True),
    )
