"""Ruled lines, margins and grids: where they run, the ink without them, and how dark they are printed.

A rule is a long straight run of thin ink. Knows ink and grey of a page that stands straight; knows no text line.

Shapes: `H`, `W` height and width of the page, `w` of it when COARSE columns are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from frugal.extras import require
from frugal.reading.paper import PAPER

LENGTH, STRIP = 16, 4
"""A rule is longer than 1 / 16 of the page's long side: longer than a dash or the bar of a T; in a strip it is longer
than 4 times the strip's height."""
THICKNESS = 350
"""A rule is thinner than 1 / 350 of the long side; a margin line may be half as thick again."""
SLACK = 3
"""Pixels by which a rule may wander from row to row."""
COARSE = 4
"""Columns that are looked at as one: the gaps between the dots of a dotted rule close."""
CROWDED = 0.25
"""Share of the page that marks may cover."""
SLOPES = np.linspace(-0.12, 0.12, 13)
"""Rules are sought along these slopes: paper that is bent or seen from the side. Neighbours among them part by
about SLACK over the length of a rule."""
COVERED = 0.75
"""Share of its length on which a rule must show; letters and faded spots interrupt it."""
RARE = 0.001
"""Share of the page under which what looks like rules of a slope is a chance run of letters."""
SMOOTHED = 7
"""Pixels along a rule over which its print is averaged: a closing of grain leans to the bright side."""


@dataclass(frozen=True, eq=False)
class Rules:
    """Level rules of a page, or the upright ones of its transpose.

    Attributes:
        length: of the shortest rule in pixels. thickness: of the thickest.
        thin: bool (H, W), ink no thicker than a rule.
        bands: slope -> uint8 (H, w), 1 where rules of that slope run, and between two stretches of one.
    """

    length: int
    thickness: int
    thin: np.ndarray
    bands: dict[float, np.ndarray]

    def where(self) -> np.ndarray:
        """Where about a rule runs, bool (H, W)."""
        found = np.zeros((len(self.thin), self.thin.shape[1] // COARSE), np.uint8)
        for band in self.bands.values():
            found |= band
        return _widened(found, self.thin.shape)


def rules_of(ink: np.ndarray, marks: np.ndarray) -> tuple[Rules, Rules]:
    """Level rules of a page, and upright ones as those of its transpose; `marks` (H, W) is ink and what is paler."""
    length = max(60, min(max(ink.shape) // LENGTH, STRIP * min(ink.shape)))
    thickness = max(4, max(ink.shape) // THICKNESS)
    # On grainy paper everything is a mark.
    pixels = (marks if marks.mean() < CROWDED else ink).astype(np.uint8)
    # Ascenders stand in line with the stem below them more often than dashes do: a vertical rule is longer.
    upright = _rules(np.ascontiguousarray(pixels.T), 2 * length, thickness * 3 // 2)
    return _rules(pixels, length, thickness), upright


def without_rules(ink: np.ndarray, rules: tuple[Rules, Rules]) -> np.ndarray:
    """`ink` (H, W) without its rules; bool like it."""
    across, down = (each.where() for each in rules)
    crossings = across & down.T
    left: np.ndarray = ink & ~(across & rules[0].thin) & ~(down & rules[1].thin).T & ~crossings
    return _without_dots(left, crossings, rules[0].thickness)


def print_of(flat: np.ndarray, rules: tuple[Rules, Rules]) -> np.ndarray | None:
    """Grey of the empty sheet with its rules, uint8 (H, W), from a flattened page; None where there are none."""
    if not any(each.bands for each in rules):
        return None
    level, upright = _print_along(flat, rules[0]), _print_along(np.ascontiguousarray(flat.T), rules[1]).T
    return np.asarray(level * (upright / np.float32(PAPER)), np.uint8)


def _print_along(flat: np.ndarray, rules: Rules) -> np.ndarray:
    """The same for rules of one direction: a closing along a rule takes out what only crosses it."""
    cv2 = require("cv2", extra="read")
    grey = np.full(flat.shape, int(PAPER), np.uint8)
    reach = np.ones((1, rules.length // 2), np.uint8)

    def closed(level: np.ndarray) -> np.ndarray:
        smooth = cv2.blur(level, (SMOOTHED, 1))
        return np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, reach))

    for slope, band in rules.bands.items():
        near = _widened(cv2.dilate(band, np.ones((2 * SLACK - 1, 1), np.uint8)), flat.shape)
        np.minimum(grey, _along(cv2, flat, slope, closed, smooth=True), out=grey, where=near)
    return grey


def _rules(ink: np.ndarray, length: int, thickness: int) -> Rules:
    cv2 = require("cv2", extra="read")
    thin = (_heights(ink) <= thickness) & (ink > 0)
    height, width = ink.shape
    if width < length:
        return Rules(length, thickness, thin, {})
    size = (width // COARSE, height)
    share = np.minimum(cv2.resize(thin.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA), 128)
    window = np.ones((1, length // COARSE), np.uint8)
    slopes = [float(slope) for slope in SLOPES if abs(slope) * width <= height]  # in a strip steep rules leave it
    covered = [_along(cv2, share, slope * COARSE, lambda level: _covered(cv2, level, window)) for slope in slopes]
    most = np.maximum(np.max(covered, axis=0), int(COVERED * 128))
    bands = {}
    for slope, amount in zip(slopes, covered, strict=True):
        clearest = (amount >= most).astype(np.uint8)  # other slopes would make the rule look thicker
        band = _along(cv2, clearest, slope * COARSE, lambda level: _stretches(cv2, level, window))
        if band.mean() > RARE:
            bands[slope] = band
    return Rules(length, thickness, thin, bands)


def _along(
    cv2: Any, image: np.ndarray, slope: float, see: Callable[[np.ndarray], np.ndarray], *, smooth: bool = False
) -> np.ndarray:
    """What `see` makes of an image whose lines of this slope were made level, turned back."""
    height, width = image.shape
    level = np.array([[1, 0, 0], [-slope, 1, max(slope, 0.0) * width]])
    room = int(abs(slope) * width)
    flags = cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST
    beyond = {"borderMode": cv2.BORDER_REPLICATE} if smooth else {}
    seen = see(cv2.warpAffine(image, level, (width, height + room), flags=flags, **beyond))
    back: np.ndarray = cv2.warpAffine(seen, level, (width, height), flags=flags | cv2.WARP_INVERSE_MAP, **beyond)
    return back


def _widened(band: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    cv2 = require("cv2", extra="read")
    wide: np.ndarray = cv2.resize(band, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return wide


def _covered(cv2: Any, share: np.ndarray, window: np.ndarray) -> np.ndarray:
    """How much of a window around each place thin ink fills, where a rule may wander."""
    thick = cv2.dilate(share, np.ones((SLACK, 1), np.uint8))
    filled: np.ndarray = cv2.blur(thick, window.shape[::-1])
    return filled


def _stretches(cv2: Any, middles: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The windows around `middles`, and what lies between two of them in a row."""
    runs = cv2.dilate(middles, window)
    between: np.ndarray = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((1, 2 * window.size), np.uint8))
    return between


def _without_dots(ink: np.ndarray, crossings: np.ndarray, thickness: int) -> np.ndarray:
    """`ink` without what is left where two rules cross: there they print darker, and thicker than either."""
    cv2 = require("cv2", extra="read")
    around = cv2.dilate(crossings.astype(np.uint8), np.ones((2 * thickness + 1,) * 2, np.uint8)) > 0
    count, labels = cv2.connectedComponents(ink.astype(np.uint8))
    beyond = np.zeros(count, bool)
    beyond[labels[ink & ~around]] = True
    left: np.ndarray = ink & beyond[labels]
    return left


def _heights(ink: np.ndarray) -> np.ndarray:
    """Length of the vertical run of ink through each pixel, int32 (H, W); 0 on paper."""
    run = np.zeros(ink.shape, np.int32)
    for row in range(len(ink)):
        run[row] = (run[row - 1] + 1) * ink[row] if row else ink[row]
    for row in range(len(ink) - 2, -1, -1):
        run[row] = np.where(ink[row + 1] & ink[row], run[row + 1], run[row])
    return run
