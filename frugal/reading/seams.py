"""Cuts between neighbouring lines: seams of least ink, so that a cut goes around ascenders and descenders.

Arvanitopoulos and Süsstrunk, "Seam carving for text line extraction on color and grayscale historical manuscripts"
(2014). Deviations: the medial seams are the traced ridges; the cost is ink, not the derivative of the image; a seam may
climb two rows per column at a price. Knows ink and ridges; knows no component and no page.

Shapes: `P` pairs of neighbours, `R` rows of a band, `N` columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from frugal.extras import require
from frugal.reading.ridges import Ridge

ROWS = 32
"""Rows in which the band between two ridges is searched."""
STEP = 2
"""Every second column is searched."""
CLIMBS = ((0, 0.0), (1, 0.02), (-1, 0.02), (2, 0.08), (-2, 0.08))
"""Rows by which a seam may move from column to column, and the price."""
OFF_CENTRE = 0.05
"""Price of a column at the very edge of the band: without ink a seam keeps to the middle."""
FARTHEST = 2.2
"""Ridges that are further apart than this, in pitches, do not touch."""
AROUND = 1.2
"""Where no neighbour is, a line reaches this far from its ridge, in pitches."""
BEYOND = 0.5
"""How far a line reaches beyond its first and last ink, in pitches."""


@dataclass(frozen=True, eq=False)
class Zone:
    """Where the ink of a line may lie: rows [top, bottom) of each column.

    Attributes:
        start: the first column.
        top, bottom: float (N,).
    """

    start: int
    top: np.ndarray
    bottom: np.ndarray


def zones_of(lines: Sequence[Ridge], ink: np.ndarray, pitch: float) -> list[Zone]:
    """One zone per line; zones of neighbours meet at a seam and do not overlap."""
    width = ink.shape[1]
    reach = int(BEYOND * pitch)
    zones = []
    for line in lines:
        columns = np.arange(max(0, line.start - reach), min(width, line.stop + reach))
        middle = line.at(columns)
        zones.append(Zone(int(columns[0]), middle - AROUND * pitch, middle + AROUND * pitch))
    pairs = _neighbours(lines, width, pitch)
    for (above, below), (columns, seam) in zip(pairs, _seams(lines, pairs, ink, pitch), strict=True):
        upper, lower = zones[above], zones[below]
        inside = slice(columns[0] - upper.start, columns[-1] + 1 - upper.start)
        np.minimum(upper.bottom[inside], seam, out=upper.bottom[inside])
        inside = slice(columns[0] - lower.start, columns[-1] + 1 - lower.start)
        np.maximum(lower.top[inside], seam, out=lower.top[inside])
    return zones


def _neighbours(lines: Sequence[Ridge], width: int, pitch: float) -> list[tuple[int, int]]:
    """(upper, lower) for all lines that have nothing between them in some column."""
    columns = np.arange(0, width, max(1, int(pitch / 4)))
    reach = int(BEYOND * pitch)
    heights = np.full((len(lines), len(columns)), np.inf)
    for index, line in enumerate(lines):
        covered = (columns >= line.start - reach) & (columns < line.stop + reach)
        heights[index, covered] = line.at(columns[covered])
    order = np.argsort(heights, axis=0)
    ranked = np.take_along_axis(heights, order, axis=0)
    near = ranked[1:] < np.minimum(ranked[:-1], 1e9) + FARTHEST * pitch  # infinite where there is no line
    found = set(zip(order[:-1][near].tolist(), order[1:][near].tolist(), strict=True))
    return sorted((a, b) for a, b in found if lines[a].y.mean() <= lines[b].y.mean())


def _seams(
    lines: Sequence[Ridge], pairs: Sequence[tuple[int, int]], ink: np.ndarray, pitch: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per pair the columns where both have a zone, and the height of the seam in each."""
    if not pairs:
        return []
    cv2 = require("cv2", extra="read")
    cost = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 1.0)
    reach, width = int(BEYOND * pitch), ink.shape[1]
    bands, curves = [], []
    for above, below in pairs:
        a, b = lines[above], lines[below]
        start = max(a.start, b.start, reach) - reach
        x = np.arange(start, min(a.stop + reach, b.stop + reach, width))
        upper, lower = a.at(x), np.maximum(b.at(x), a.at(x))
        rows = upper[::STEP] + np.linspace(0, 1, ROWS)[:, None] * (lower - upper)[::STEP]  # (R, N)
        across = np.broadcast_to(x[::STEP], rows.shape)
        bands.append(cv2.remap(cost, across.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR))
        curves.append((x, upper, lower))
    found = []
    for (x, upper, lower), path in zip(curves, _cheapest(bands), strict=True):
        share = np.interp(x, x[::STEP], path) / (ROWS - 1)
        found.append((x, upper + share * (lower - upper)))
    return found


def _cheapest(bands: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The row of the cheapest path from left to right through each band (R, N); all bands at once."""
    lengths = [band.shape[1] for band in bands]
    price = np.zeros((len(bands), ROWS, max(lengths)), np.float32)
    for index, band in enumerate(bands):
        price[index, :, : lengths[index]] = band
    price += (OFF_CENTRE * np.linspace(-1, 1, ROWS, dtype=np.float32) ** 2)[:, None]
    total = price[:, :, 0].copy()
    came = np.zeros(price.shape, np.int8)
    for column in range(1, price.shape[2]):
        ways = np.stack([_moved(total, rows) + toll for rows, toll in CLIMBS])  # (moves, P, R)
        best = ways.argmin(axis=0)
        came[:, :, column] = best
        total = np.take_along_axis(ways, best[None], axis=0)[0] + price[:, :, column]
        for index in np.flatnonzero(np.equal(lengths, column + 1)).tolist():
            price[index, :, 0] = total[index]  # where this band ends; its first column is spent
    return [_traced(came[index, :, :length], price[index, :, 0]) for index, length in enumerate(lengths)]


def _moved(total: np.ndarray, rows: int) -> np.ndarray:
    """`total` (P, R) as seen from the row that is `rows` further down; beyond the band it costs too much."""
    moved = np.full_like(total, 1e9)
    if rows > 0:
        moved[:, rows:] = total[:, :-rows]
    elif rows < 0:
        moved[:, :rows] = total[:, -rows:]
    else:
        moved[:] = total
    return moved


def _traced(came: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The path (N,) that ends in the cheapest row."""
    path = np.empty(came.shape[1], int)
    path[-1] = int(total.argmin())
    for column in range(len(path) - 1, 0, -1):
        path[column - 1] = path[column] - CLIMBS[came[path[column], column]][0]
    return path
