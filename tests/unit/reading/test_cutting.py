"""A line's pixels and the way back: what shows at a place of the line stands at that place of the page."""

import numpy as np
import pytest

from frugal.reading.cutting import TALLEST, line_image, whole_image

LEVEL = ((40.0, 100.0), (260.0, 100.0))
RISING = ((40.0, 120.0), (260.0, 90.0))
BENT = ((40.0, 100.0), (150.0, 115.0), (260.0, 100.0))


def around(baseline, above=40, below=20):
    return (*((x, y - above) for x, y in baseline), *((x, y + below) for x, y in reversed(baseline)))


@pytest.mark.parametrize("baseline", [LEVEL, RISING, BENT, ()], ids=["level", "rising", "bent", "none"])
def test_a_dot_is_found_again_on_the_page(baseline):
    for x, y in ((70, 95), (150, 100), (230, 92)):
        page = np.full((200, 300), 250, np.uint8)
        page[y - 1 : y + 2, x - 1 : x + 2] = 0
        line = line_image(page, around(baseline or LEVEL), baseline)
        rows, columns = np.nonzero(line.pixels < 60)
        there = line.on_page(columns.mean(), rows.mean())
        assert there == pytest.approx((x, y), abs=1.0)


def test_a_rising_line_is_level_in_its_image():
    page = np.full((200, 300), 250, np.uint8)
    for x in range(60, 240):
        page[round(np.interp(x, [40, 260], [120, 90])) - 5, x] = 0
    line = line_image(page, around(RISING), RISING)
    rows = np.nonzero(line.pixels < 150)[0]
    assert rows.max() - rows.min() <= 3


def test_a_box_goes_around_its_columns():
    line = line_image(np.full((200, 300), 250, np.uint8), around(LEVEL), LEVEL)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = line.box(10, 30)
    assert (x0, x1, x2, x3) == (50, 70, 70, 50)
    assert y0 == y1 == 60
    assert y2 == y3 == pytest.approx(120, abs=1.5)


def test_a_tall_line_is_reduced_and_still_finds_back():
    page = np.full((900, 1500), 250, np.uint8)
    page[395:405, 745:755] = 0
    line = line_image(page, ((100, 200), (1400, 200), (1400, 700), (100, 700)), ((100.0, 500.0), (1400.0, 500.0)))
    assert line.pixels.shape[0] == TALLEST
    rows, columns = np.nonzero(line.pixels < 150)
    assert line.on_page(columns.mean() + 0.5, rows.mean() + 0.5) == pytest.approx((750, 400), abs=4)


def test_an_outline_beside_the_page_has_no_image():
    page = np.full((50, 50), 250, np.uint8)
    assert line_image(page, ((60, 60), (90, 60), (90, 90), (60, 90)), ()) is None


def test_a_whole_image_is_left_as_it_is():
    pixels = np.arange(200, dtype=np.uint8).reshape(10, 20)
    line = whole_image(pixels)
    assert line.pixels is pixels
    assert line.on_page(3, 4) == (3, 4)
