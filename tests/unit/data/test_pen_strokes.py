"""Strokes are moved, smoothed and thinned without losing an end, and drawn as thick as was said."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.data.pen_strokes import RUN, STEP, Strokes


def strokes(*parts: list[tuple[float, float]]) -> Strokes:
    ends = [number == len(part) - 1 for part in parts for number in range(len(part))]
    return Strokes(np.array([point for part in parts for point in part], np.float32), np.array(ends))


def drawn(given: Strokes, thickness: float = 4.0, uneven: float = 0.0, seed: int = 0) -> np.ndarray:
    canvas = np.zeros((60, 200), np.uint8)
    given.draw(canvas, np.random.default_rng(seed), thickness=thickness, uneven=uneven)
    return canvas


def test_moved_and_joined() -> None:
    word = strokes([(0, 0), (1, 2)])
    both = Strokes.joined([word, word.moved(2.0, (10.0, 1.0))])
    assert both.points.tolist() == [[0, 0], [1, 2], [10, 1], [12, 5]]
    assert both.ends.tolist() == [False, True, False, True]
    assert word.points.tolist() == [[0, 0], [1, 2]]


def test_smoothing_stays_within_a_stroke_and_keeps_its_ends() -> None:
    smooth = strokes([(0, 0), (4, 8), (8, 0)], [(100, 0), (101, 4), (102, 0)]).smoothed()
    assert smooth.points.tolist() == [[0, 0], [4, 4], [8, 0], [100, 0], [101, 2], [102, 0]]


@pytest.mark.parametrize("count", [1, 2])
def test_smoothing_leaves_dots_and_dashes(count: int) -> None:
    given = strokes([(5, 5)] * count, [(9, 9)])
    assert np.array_equal(given.smoothed().points, given.points)


def test_thinning_keeps_ends_and_bounds_the_gaps() -> None:
    given = strokes([(x / 4, 0.0) for x in range(81)], [(50.0, 1.0)], [(60.0, 0.0), (60.1, 0.0)])
    thin = given.thinned(STEP)
    assert thin.ends.sum() == 3
    assert thin.points[thin.ends].tolist() == given.points[given.ends].tolist()
    first = thin.points[: int(np.flatnonzero(thin.ends)[0]) + 1, 0]
    assert len(first) <= 20 / STEP + 2
    assert np.diff(first).max() <= STEP + 0.25


@pytest.mark.parametrize("thickness", [1.0, 3.0, 6.0])
def test_thickness_is_in_pixels(thickness: float) -> None:
    canvas = drawn(strokes([(float(x), 30.0) for x in range(20, 180)]), thickness)
    assert canvas[:, 40:160].sum(axis=0).mean() / 255 == pytest.approx(thickness, abs=1.1)


def test_uneven_pressure_varies_the_thickness_and_the_seed_decides() -> None:
    given = strokes([(float(x), 30.0) for x in range(10, 190)])
    even, uneven = drawn(given, 6.0), drawn(given, 6.0, uneven=0.3)
    assert even[:, 20:180].sum(axis=0).std() < 0.3 * uneven[:, 20:180].sum(axis=0).std()
    assert np.array_equal(uneven, drawn(given, 6.0, uneven=0.3))
    assert not np.array_equal(uneven, drawn(given, 6.0, uneven=0.3, seed=1))


def test_pen_up_leaves_a_gap_and_a_long_stroke_none() -> None:
    canvas = drawn(strokes([(float(x), 30.0) for x in range(10, 90)], [(float(x), 30.0) for x in range(110, 190)]))
    inked = np.flatnonzero(canvas.any(axis=0))
    gaps = np.diff(inked)
    assert (gaps > 1).sum() == 1 and gaps.max() >= 12
    assert len(inked) > 10 * RUN


def test_a_dot_is_drawn() -> None:
    canvas = drawn(strokes([(100.0, 30.0)]))
    assert canvas[30, 100] == 255
    assert 4 <= (canvas > 128).sum() <= 40
