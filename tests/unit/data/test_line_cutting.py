"""A line cut from its page: exact where it lies level, straightened where it does not, paper outside its outline."""

import cv2
import numpy as np
import pytest

from frugal.data.line_cutting import band, cut
from tests.unit.data.stored_lines import drawn

LINE = drawn("Une ligne droite, 1234")
HEIGHT, WIDTH = LINE.shape
PAPER = 245


def page_with(line=LINE, top=100, left=60):
    page = np.full((400, 600), PAPER, np.uint8)
    page[top : top + HEIGHT, left : left + WIDTH] = line
    return page


def rectangle(top=100, left=60):
    return [(left, top), (left + WIDTH - 1, top), (left + WIDTH - 1, top + HEIGHT - 1), (left, top + HEIGHT - 1)]


def likeness(line, expected):
    """Correlation of two images of about the same size, best over small shifts; strokes of one pixel are widened."""
    wide, inner = (cv2.GaussianBlur(image, (5, 5), 0) for image in (line, expected[2:-2, 2:-2]))
    rows, columns = min(len(wide), len(inner)), min(wide.shape[1], inner.shape[1])
    return float(cv2.matchTemplate(wide, inner[: rows - 2, : columns - 2], cv2.TM_CCOEFF_NORMED).max())


@pytest.mark.parametrize("baseline", [(), [(60, 130), (60 + WIDTH - 1, 130)], [(80, 120)]])
def test_a_level_rectangle_is_cut_exactly(baseline):
    assert np.array_equal(cut(page_with(), rectangle(), baseline), LINE)


def test_outside_the_outline_is_paper():
    page = page_with()
    page[:100] = 0  # another line touches from above
    outline = [(60, 100), (260, 90), (459, 100), (459, 139), (60, 139)]
    line = cut(page, outline)
    assert line.shape == (50, 400)
    assert np.all(line[0, :100] == PAPER)
    assert np.all(line[-1] == cut(page, rectangle())[-1, :1]), "paper below"


@pytest.mark.parametrize("degrees", [-40, -7, 3, 25, 90, 180])
def test_a_turned_line_is_straightened(degrees):
    turn = cv2.getRotationMatrix2D((250.0, 120.0), degrees, 1) + np.array([[0, 0, 150], [0, 0, 280]])
    page = cv2.warpAffine(page_with(), turn, (800, 800), flags=cv2.INTER_CUBIC, borderValue=PAPER)
    corners = np.array(rectangle(), float) @ turn[:, :2].T + turn[:, 2]
    baseline = np.array([(60, 128), (60 + WIDTH - 1, 128)]) @ turn[:, :2].T + turn[:, 2]
    line = cut(page, corners, baseline)
    assert abs(line.shape[0] - HEIGHT) <= 2
    assert abs(line.shape[1] - WIDTH) <= 2
    assert likeness(line, LINE) > 0.9


def test_a_bent_baseline_is_made_level():
    bend = np.round(np.interp(np.arange(WIDTH), [0, WIDTH // 2, WIDTH - 1], [0, 30, 0])).astype(int)
    page = np.full((400, 600), PAPER, np.uint8)
    for column, down in enumerate(bend):
        page[100 + down : 100 + down + HEIGHT, 60 + column] = LINE[:, column]
    knots = (0, WIDTH // 2, WIDTH - 1)
    upper = [(60 + x, 100 + int(bend[x])) for x in knots]
    lower = [(x, y + HEIGHT - 1) for x, y in upper[::-1]]
    line = cut(page, upper + lower, [(x, y + 28) for x, y in upper])
    assert abs(line.shape[0] - HEIGHT) <= 1
    assert likeness(line, LINE) > 0.93
    assert likeness(cut(page, upper + lower), LINE) < 0.5, "without its baseline it stays bent"


def test_a_band_around_a_baseline():
    outline = band([(10, 100), (110, 100), (210, 90)], 40)
    heights = [y for _, y in outline]
    assert min(heights) < 75
    assert max(heights) > 108
    level = np.array(band([(0, 100), (50, 100)], 40))
    assert np.allclose(level, [(0, 70), (50, 70), (50, 112), (0, 112)])


def test_what_lies_beyond_the_edge_is_left_out():
    page = page_with()
    assert cut(page, [(500, 350), (900, 350), (900, 900), (500, 900)]).shape == (50, 100)
    assert cut(page, [(-50, -20), (40, -20), (40, 30), (-50, 30)]).shape == (31, 41)


@pytest.mark.parametrize(
    "outline", [[], [(10, 10), (50, 10)], [(10, 10), (50, 10), (90, 10)], [(700, 10), (800, 10), (800, 40), (700, 40)]]
)
def test_an_outline_without_area_encloses_nothing(outline):
    assert cut(page_with(), outline).shape == (0, 0)
