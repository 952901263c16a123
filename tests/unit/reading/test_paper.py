"""Light, table and ink on paper made by hand."""

import numpy as np
import pytest

from frugal.reading.paper import flattened, ink_of, light_of, marks_of


def words(height=400, width=600, ink=40, paper=230):
    """Rows of thin upright strokes."""
    page = np.full((height, width), paper, np.uint8)
    for top in range(60, height - 60, 50):
        for left in range(60, width - 60, 14):
            page[top : top + 18, left : left + 3] = ink
    return page


def test_a_shadow_is_divided_out():
    shade = np.linspace(1.0, 0.35, 600)[None, :] * np.linspace(1.0, 0.8, 400)[:, None]
    dark = (words() * shade).astype(np.uint8)
    flat = flattened(dark, light_of(dark))
    paper = flat[words() == 230]
    assert np.percentile(paper, 2) > 225
    assert flat[words() == 40].max() < 150


def test_ink_is_what_was_written_whatever_its_strength():
    written = words() == 40
    for strength in (40, 120, 180):
        page = words(ink=strength)
        ink = ink_of(flattened(page, light_of(page)), window=25)
        assert (ink == written).mean() > 0.99, strength


def test_pale_print_is_a_mark_and_no_ink():
    page = words()
    page[200:202] = 190
    flat = flattened(page, light_of(page))
    row = np.flatnonzero(words()[200] == 230)
    assert marks_of(flat, window=25)[200, row].mean() > 0.95
    assert ink_of(flat, window=25)[200, row].mean() < 0.05


def test_noise_is_no_ink():
    random = np.random.default_rng(0)
    page = np.clip(random.normal(220, 6, (400, 600)), 0, 255).astype(np.uint8)
    assert ink_of(flattened(page, light_of(page)), window=25).mean() < 0.001


@pytest.mark.parametrize("side", ["left", "top", "around"])
def test_the_table_is_told_by_its_hard_edge(side):
    page = words()
    page[:, :50] = 30 if side in ("left", "around") else page[:, :50]
    page[:40] = 30 if side in ("top", "around") else page[:40]
    if side == "around":
        page[-40:] = page[:, -50:] = 30
    table = light_of(page).table
    assert abs(table.mean() - (page == 30).mean()) < 0.06
    assert flattened(page, light_of(page))[page == 30].min() > 240


def test_a_soft_shadow_at_the_edge_is_paper():
    x = np.arange(600)
    shade = 1 - 0.65 / (1 + np.exp((x - 150) / 18))
    page = (words() * shade[None, :]).astype(np.uint8)
    assert not light_of(page).table.any()
    assert ink_of(flattened(page, light_of(page)), window=25)[:, :150][words()[:, :150] == 40].mean() > 0.9


def test_a_shadow_that_joins_the_table_is_paper():
    page = words(600, 600)
    page[:, :60] = 45
    y, x = np.mgrid[0:600, 0:600]
    shade = 1 - 0.6 / (1 + np.exp((np.hypot(x - 60, y - 300) - 180) / 15))  # falls on both, and is soft
    page = (page * shade).astype(np.uint8)
    table = light_of(page).table
    reduced = np.arange(table.shape[1]) * 600 / table.shape[1]
    assert table[:, reduced < 55].mean() > 0.95
    assert table[:, reduced > 75].mean() < 0.01
