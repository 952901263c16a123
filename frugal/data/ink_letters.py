"""Isolated pen-stroke characters of each writer, brought to one x-height and set on a baseline; accents are added.

Reads `unipen_strokes.npz` (points, stroke_end, offsets, label, writer, rel_height, split, splits), y pointing down,
each character scaled to one common size, with its height as a share of the writer's median one. What nobody wrote
alone, letters with accents among them, is composed of what they wrote and of short strokes.

Knows no sentence and no line. Source: as `frugal.data.ink_lines`.

Shapes: `P` points of a character's strokes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from frugal.contract import InputError
from frugal.data.pen_strokes import Strokes

NAMES = ("points", "stroke_end", "offsets", "label", "writer", "rel_height", "split", "splits")
CORE = "acemnorsuvwxz"
LOWER = "abcdefghijklmnopqrstuvwxyz"
LEAST_LETTERS = 20
"""Small letters of the alphabet without which somebody's characters make no hand."""
USUAL = (10.0, 90.0)
"""Percentiles of a character's height within which it is kept: beyond them are wrong labels and doodles."""
TOPS = {letter: -1.0 for letter in "gpqy"} | {"j": -1.5, "f": -1.9, "'": -1.8, '"': -1.8, "^": -1.8, "`": -1.8}
TOPS |= {",": -0.12, ";": -0.9}
"""Where characters hang, in x-heights; the others stand on the baseline or float."""
MIDDLES = {sign: -0.55 for sign in "-+=*~<>"} | {sign: -0.6 for sign in "()[]{}|/@"}
"""Where the middle of characters is that float."""
ACCENTS: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "\u0300": (((-0.18, -0.42), (0.14, -0.12)),),
    "\u0301": (((0.2, -0.45), (-0.1, -0.12)),),
    "\u0302": (((-0.24, -0.12), (0.0, -0.42), (0.24, -0.12)),),
    "\u0303": (((-0.26, -0.18), (-0.1, -0.32), (0.08, -0.18), (0.26, -0.32)),),
    "\u0308": (((-0.17, -0.24), (-0.15, -0.2)), ((0.17, -0.24), (0.19, -0.2))),
    "\u0327": (((0.03, 0.0), (0.1, 0.16), (-0.02, 0.22), (0.1, 0.34), (-0.08, 0.42)),),
}
"""Strokes in x-heights: above, from the top of the letter; the cedilla, below, from its bottom."""
CEDILLA = "\u0327"
COMPOSED = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "«": "<<", "»": ">>", "’": "'", "–": "-", "—": "-", "…": "..."}
TIGHT = 0.45
"""Of a letter's width: how far the second part of a ligature or quote moves into the first."""


@dataclass(frozen=True)
class Hand:
    """Whose characters a line is written with.

    Attributes:
        writer: who wrote most of it; what he did not write is lent.
        lenders: character -> the writer whose one is taken; filled as characters come up.
    """

    writer: int
    lenders: dict[str, int]


class InkLetters:
    """The usable characters of one split, by writer.

    Attributes:
        names: the writers who wrote enough letters to be a hand.
        shares: how often each of those is to come up, 1 in all.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], split: str, path: str) -> None:
        """Raises InputError for arrays that do not belong together, an unknown split or one without a hand."""
        _check(arrays, path)
        splits = [str(name) for name in arrays["splits"]]
        if split not in splits:
            raise InputError(f"split={split}", allowed=", ".join(splits), remedy="split=train")
        self._points, self._ends, self._offsets = arrays["points"], arrays["stroke_end"], arrays["offsets"]
        rows = np.flatnonzero((arrays["split"] == splits.index(split)) & (np.diff(self._offsets) > 0))
        labels, writers = arrays["label"].astype(str), arrays["writer"]
        self._heights = _in_x_heights(arrays["rel_height"].astype(np.float64), labels, writers, rows)
        rows = _usual(rows, self._heights, labels)
        self._rows: dict[str, dict[int, list[int]]] = {}  # character -> writer -> rows
        for row in rows.tolist():
            self._rows.setdefault(labels[row], {}).setdefault(int(writers[row]), []).append(row)
        counts = {
            writer: sum(writer in self._rows.get(letter, {}) for letter in LOWER) for writer in set(writers[rows])
        }
        self.names = sorted(int(writer) for writer, count in counts.items() if count >= LEAST_LETTERS)
        if not self.names:
            raise InputError(
                f"{path} holds nobody of split {split} with {LEAST_LETTERS} small letters",
                remedy="another file, or split=train",
            )
        roots = np.sqrt([np.sum(writers[rows] == writer) for writer in self.names])
        self.shares = roots / roots.sum()

    def hand(self, random: np.random.Generator) -> Hand:
        """Somebody's, in proportion to the root of what he wrote."""
        return Hand(self.names[int(random.choice(len(self.names), p=self.shares))], {})

    def holds(self, letter: str) -> bool:
        """Whether a character was written or can be composed."""
        if letter in COMPOSED:
            return all(part in self._rows for part in COMPOSED[letter])
        base, marks = _taken_apart(letter)
        return base in self._rows and all(mark in ACCENTS for mark in marks)

    def written(self, letter: str, hand: Hand, random: np.random.Generator) -> Strokes:
        """One character in x-heights, from x = 0 on, the baseline at y = 0; one that `holds` knows."""
        if letter in COMPOSED:
            return self._side_by_side(COMPOSED[letter], hand, random)
        base, marks = _taken_apart(letter)
        strokes = self._alone(base, hand, random)
        if base in "ij" and marks:
            strokes = _without_dot(strokes)
        for mark in marks:
            strokes = Strokes.joined([strokes, _accent(mark, strokes, random)])
        return strokes.moved(1.0, (-float(strokes.points[:, 0].min()), 0.0))

    def _side_by_side(self, parts: str, hand: Hand, random: np.random.Generator) -> Strokes:
        x, placed = 0.0, []
        for part in parts:
            strokes = self._alone(part, hand, random)
            placed.append(strokes.moved(1.0, (x, 0.0)))
            x += (1.0 - TIGHT * random.uniform(0.2, 1.0)) * float(strokes.points[:, 0].max()) + 0.05
        return Strokes.joined(placed)

    def _alone(self, letter: str, hand: Hand, random: np.random.Generator) -> Strokes:
        by_writer = self._rows[letter]
        writer = hand.writer
        if writer not in by_writer:
            lenders = list(by_writer)
            writer = hand.lenders.setdefault(letter, lenders[int(random.integers(len(lenders)))])
        rows = by_writer[writer]
        return self._placed(rows[int(random.integers(len(rows)))], letter)

    def _placed(self, row: int, letter: str) -> Strokes:
        span = slice(int(self._offsets[row]), int(self._offsets[row + 1]))
        points = self._points[span].astype(np.float32)
        low, high = points.min(axis=0), points.max(axis=0)
        height = float(self._heights[row])
        scale = height / max(float(high[1] - low[1]), 1.0)
        if letter in TOPS:
            top = TOPS[letter]
        elif letter in MIDDLES:
            top = MIDDLES[letter] - height / 2
        else:
            top = -height
        ends = self._ends[span].copy()
        ends[-1] = True
        return Strokes((points - low) * np.float32(scale) + np.array([0.0, top], np.float32), ends)


def _taken_apart(letter: str) -> tuple[str, str]:
    """A letter and its combining marks.

    >>> _taken_apart("a"), len(_taken_apart("é")[1])
    (('a', ''), 1)
    """
    parts = unicodedata.normalize("NFD", letter)
    return parts[0], parts[1:]


def _in_x_heights(heights: np.ndarray, labels: np.ndarray, writers: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Heights (N,) over the height of the writer's own small letters, or of everybody's where he wrote none."""
    is_core = np.isin(labels[rows], list(CORE))
    core = rows[is_core]
    usual = float(np.median(heights[core])) if len(core) else 1.0
    result = heights / usual
    for writer in np.unique(writers[core]):
        own = heights[core[writers[core] == writer]]
        result[writers == writer] = heights[writers == writer] / np.median(own)
    return result


def _usual(rows: np.ndarray, heights: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The rows whose height is not an odd one for their character."""
    kept = []
    for label in np.unique(labels[rows]):
        own = rows[labels[rows] == label]
        low, high = np.percentile(heights[own], USUAL)
        kept.append(own[(heights[own] >= low) & (heights[own] <= high)])
    return np.sort(np.concatenate(kept)) if kept else rows


def _without_dot(strokes: Strokes) -> Strokes:
    """The stem of an i or j: its high strokes; all of it where none is high."""
    starts = np.concatenate([[0], np.flatnonzero(strokes.ends)[:-1] + 1])
    kept = np.zeros(len(strokes.ends), bool)
    for start, end in zip(starts, np.flatnonzero(strokes.ends), strict=True):
        kept[start : end + 1] = np.ptp(strokes.points[start : end + 1, 1]) > 0.4
    return Strokes(strokes.points[kept], strokes.ends[kept]) if kept.any() else strokes


def _accent(mark: str, below: Strokes, random: np.random.Generator) -> Strokes:
    """An accent's strokes over (a cedilla's under) what is there."""
    low, high = below.points.min(axis=0), below.points.max(axis=0)
    size = random.uniform(0.75, 1.4)
    middle = (low[0] + high[0]) / 2 + random.normal(0.0, 0.1)
    edge = high[1] - 0.05 if mark == CEDILLA else low[1] - random.uniform(-0.05, 0.2)
    parts = []
    for corners in ACCENTS[mark]:
        points = np.array(corners, np.float32) * np.float32(size) + random.normal(0.0, 0.03, (len(corners), 2))
        places = np.linspace(0.0, len(corners) - 1.0, 4 * len(corners))
        drawn = np.stack([np.interp(places, range(len(corners)), points[:, axis]) for axis in (0, 1)], axis=1)
        ends = np.zeros(len(drawn), bool)
        ends[-1] = True
        parts.append(Strokes(drawn.astype(np.float32), ends))
    return Strokes.joined(parts).moved(1.0, (float(middle), float(edge)))


def _check(arrays: Mapping[str, np.ndarray], path: str) -> None:
    """Refuse a file whose arrays do not belong together."""
    offsets, count, points = arrays["offsets"], len(arrays["label"]), len(arrays["points"])
    is_whole = all(len(arrays[name]) == count for name in ("writer", "split", "rel_height"))
    is_whole = is_whole and len(offsets) == count + 1 and len(arrays["stroke_end"]) == points
    is_whole = is_whole and arrays["points"].shape[1:] == (2,) and np.isfinite(arrays["rel_height"]).all()
    if not is_whole or (np.diff(offsets) < 0).any() or (offsets < 0).any() or (offsets > points).any():
        raise InputError(f"{path}: its arrays do not belong together", allowed=", ".join(NAMES))
