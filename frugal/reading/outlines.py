"""The outline of each line: its own strokes as a whole, without those of its neighbours.

A component belongs to the line that has most of it, so a descender that reaches into the next line stays with its
letter; only one that two lines share is cut along the seam. Knows ink and zones; knows no page.

Shapes: `H`, `W` height and width of the ink; `L` lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from frugal.extras import require
from frugal.reading.ridges import REACH, Ridge
from frugal.reading.seams import Zone

MOST = 0.7
"""Share of a component's ink that makes it a line's own."""
MARGIN = 0.06
"""Paper around the ink, in pitches."""
CORE = 0.2
"""Half height of the outline around the ridge between words, in pitches."""
THREAD = 0.02
"""Half height of what holds an outline together where a neighbour's stroke crosses it, in pitches."""
BESIDE = 0.4
"""How far from its line a full stop stands, in pitches."""
WINDOW = 1.5
"""Columns over which the outline is levelled, in pitches."""


@dataclass(frozen=True, eq=False)
class Shares:
    """Whose ink it is.

    Attributes:
        owner: int32 (H, W), number of the line; -1 for paper and for nobody's ink.
        rows, columns: per line the places of its ink.
    """

    owner: np.ndarray
    rows: list[np.ndarray]
    columns: list[np.ndarray]


def shares_of(ink: np.ndarray, zones: Sequence[Zone]) -> Shares:
    """Give the ink, bool (H, W), to the lines with these zones (L, one or more)."""
    cv2 = require("cv2", extra="read")
    owner = np.where(ink, _painted(ink.shape, zones), -1)
    count, component = cv2.connectedComponents(ink.astype(np.uint8))
    mine = owner >= 0
    pairs, amounts = np.unique(component[mine].astype(np.int64) * len(zones) + owner[mine], return_counts=True)
    parts, lines = pairs // len(zones), pairs % len(zones)
    is_most = amounts >= MOST * np.bincount(parts, weights=amounts, minlength=count)[parts]
    given = np.full(count, -1)
    given[parts[is_most]] = lines[is_most]
    wanted = given[component]
    owner = np.where(ink & (wanted >= 0), wanted, owner)
    rows, columns = np.nonzero(owner >= 0)
    numbers = owner[rows, columns]
    order = np.argsort(numbers, kind="stable")
    cuts = np.searchsorted(numbers[order], np.arange(1, len(zones)))
    return Shares(owner, np.split(rows[order], cuts), np.split(columns[order], cuts))


def near(lines: Sequence[Ridge], shape: tuple[int, int], pitch: float) -> np.ndarray:
    """Where a speck is punctuation, bool (H, W): at the height of a line's small letters, and close to its ends."""
    found = np.zeros(shape, np.uint8)
    reach = int(BESIDE * pitch)
    for line in lines:
        columns = np.arange(max(0, line.start - reach), min(shape[1], line.stop + reach))
        middle = line.at(columns)
        top, bottom = max(0, int(middle.min() - REACH * pitch)), min(shape[0], int(middle.max() + REACH * pitch) + 2)
        inside = _between(middle - REACH * pitch - top, middle + REACH * pitch - top, bottom - top)
        found[top:bottom, columns[0] : columns[-1] + 1] |= inside
    return found > 0


def _painted(shape: tuple[int, ...], zones: Sequence[Zone]) -> np.ndarray:
    painted = np.full(shape, -1, np.int32)
    for number, zone in enumerate(zones):
        top, bottom = max(0, int(zone.top.min())), min(shape[0], int(zone.bottom.max()) + 1)
        rows = np.arange(top, bottom)[:, None]
        part = painted[top:bottom, zone.start : zone.start + len(zone.top)]
        part[(rows >= zone.top) & (rows < zone.bottom)] = number
    return painted


def outline(line: Ridge, number: int, shares: Shares, pitch: float) -> np.ndarray | None:
    """The outline of line `number` as points (x, y), int32 (points, 2); None where it owns no ink."""
    cv2 = require("cv2", extra="read")
    rows, columns, owner = shares.rows[number], shares.columns[number], shares.owner
    if not len(rows):
        return None
    margin = max(1, round(MARGIN * pitch))
    x0, x1 = max(0, int(columns.min()) - margin), min(owner.shape[1], int(columns.max()) + margin + 1)
    y0, y1 = max(0, int(rows.min()) - 2 * margin), min(owner.shape[0], int(rows.max()) + 2 * margin + 1)
    around = owner[y0:y1, x0:x1]
    own = (around == number).astype(np.uint8)
    others = ((around >= 0) & (around != number)).astype(np.uint8)
    middle = line.at(np.arange(x0, x1)) - y0
    free = 1 - cv2.dilate(others, np.ones((7, 7), np.uint8))
    whole = _between(middle - THREAD * pitch, middle + THREAD * pitch, len(own))  # whatever stroke crosses it
    ring = cv2.dilate(own, np.ones((2 * margin + 1,) * 2, np.uint8))
    mask = (_body(cv2, own, middle, pitch) | ring) & free | own | whole
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    points: np.ndarray = cv2.approxPolyDP(largest, 0.02 * pitch, True)[:, 0] + (x0, y0)
    return points


def _body(cv2: Any, own: np.ndarray, middle: np.ndarray, pitch: float) -> np.ndarray:
    """The area between the levelled upper and lower edge of the own ink, uint8 like it."""
    height = len(own)
    inked = own.any(axis=0)
    top: np.ndarray = np.where(inked, own.argmax(axis=0), height).astype(np.float32)
    bottom: np.ndarray = np.where(inked, height - own[::-1].argmax(axis=0), 0).astype(np.float32)
    reach = np.ones((1, int(WINDOW * pitch) | 1), np.uint8)
    top, bottom = cv2.erode(top[None], reach)[0], cv2.dilate(bottom[None], reach)[0]
    bare = top >= bottom
    top = np.where(bare, middle - CORE * pitch, top) - MARGIN * pitch
    bottom = np.where(bare, middle + CORE * pitch, bottom) + MARGIN * pitch
    return _between(np.minimum(top, middle), np.maximum(bottom, middle), height)


def _between(top: np.ndarray, bottom: np.ndarray, height: int) -> np.ndarray:
    """1 in the rows [top, bottom] of each column, uint8 (height, N)."""
    rows = np.arange(height)[:, None]
    inside: np.ndarray = ((rows >= np.floor(top)) & (rows <= bottom)).astype(np.uint8)
    return inside
