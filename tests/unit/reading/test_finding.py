"""Lines on drawn pages: found, in order, on plain and ruled paper, turned and shaded; none where there is none."""

import numpy as np
import pytest
from PIL import Image

from frugal.reading.finding import find_lines, straightened
from tests.unit.reading.drawn_pages import KINDS, draw_page, found


def test_at_least_95_of_100_lines_are_found_on_20_pages_and_few_that_are_none():
    total = right = answers = 0
    for seed in range(20):
        page = draw_page(seed, **KINDS[seed % len(KINDS)])
        lines = find_lines(page.grey)
        total += len(page.boxes)
        answers += len(lines)
        right += found(page, [line.polygon for line in lines])
    assert total > 250
    assert right / total >= 0.95
    assert right / answers >= 0.95


def tops(lines):
    return [min(y for _, y in line.polygon) for line in lines]


def test_one_column_is_read_downwards():
    lines = find_lines(draw_page(1).grey)
    assert {line.block for line in lines} == {0}
    assert tops(lines) == sorted(tops(lines))


def test_two_columns_are_read_one_after_the_other():
    page = draw_page(2, columns=2)
    lines = find_lines(page.grey)
    assert [line.block for line in lines] == [0] * 14 + [1] * 14
    assert found(page, [line.polygon for line in lines]) == 28
    middle = page.grey.shape[1] / 2
    assert all(max(x for x, _ in line.polygon) < middle + 30 for line in lines[:14])
    assert tops(lines[14:]) == sorted(tops(lines[14:]))


def test_a_title_above_two_columns_comes_first():
    page = draw_page(3, columns=2).grey
    title = draw_page(4, lines=1, size=40).grey[40:140, 60:]
    whole = np.full((page.shape[0] + 120, page.shape[1]), 228, np.uint8)
    whole[120:] = page
    whole[20:120, 100 : 100 + title.shape[1]] = title[:, : page.shape[1] - 100]
    lines = find_lines(whole)
    assert [line.block for line in lines] == [0] + [1] * 14 + [2] * 14
    assert max(y for _, y in lines[0].polygon) < 160


def test_the_turn_of_the_page_is_undone():
    for degrees in (3.0, -5.0):
        sheet = straightened(draw_page(5, skew=degrees).grey)
        turn = np.rad2deg(np.arctan2(sheet.to_page[1, 0], sheet.to_page[0, 0]))
        assert turn == pytest.approx(degrees, abs=0.3)


def test_points_are_pixels_of_the_page_also_of_a_large_one():
    page = draw_page(6)
    large = page.grey.repeat(4, axis=0).repeat(4, axis=1)
    lines = find_lines(large)
    assert found(page, [tuple((x / 4, y / 4) for x, y in line.polygon) for line in lines]) == len(page.boxes)


@pytest.mark.parametrize("seed", [1, 2])
def test_rules_of_a_pixel_do_not_hide_the_lines_of_a_small_page(seed):
    page = draw_page(seed, rules="seyes", shadow=0.4)
    small = Image.fromarray(page.grey).reduce(2)
    lines = find_lines(np.asarray(small))
    assert len(lines) == len(page.boxes)
    assert found(page, [tuple((2 * x, 2 * y) for x, y in line.polygon) for line in lines]) == len(page.boxes)


def test_the_baseline_runs_below_the_letters_from_left_to_right():
    page = draw_page(7, spacing=2.0)
    for line, (left, top, right, bottom) in zip(find_lines(page.grey), page.boxes, strict=True):
        (x0, y0), (x1, y1) = line.baseline[0], line.baseline[-1]
        assert abs(x0 - left) < 12 and abs(x1 - right) < 12
        assert top + 0.4 * (bottom - top) < y0 < bottom + 4
        assert abs(y1 - y0) < 4


def test_the_table_around_the_sheet_is_no_writing():
    page = draw_page(8)
    height, width = page.grey.shape
    photo = np.full((height + 160, width + 200), 40, np.uint8)
    photo[80:-80, 100:-100] = page.grey
    lines = find_lines(photo)
    assert len(lines) == len(page.boxes)
    assert found(page, [tuple((x - 100, y - 80) for x, y in line.polygon) for line in lines]) == len(page.boxes)


def noise(shape, seed=0):
    return np.random.default_rng(seed).integers(225, 245, shape).astype(np.uint8)


def rules_only():
    page = noise((800, 600))
    page[40::40] = 140
    page[:, 60:62] = 140
    return page


@pytest.mark.parametrize(
    "grey",
    [
        np.full((900, 700), 255, np.uint8),
        np.zeros((900, 700), np.uint8),
        noise((900, 700)),
        np.tile(np.linspace(60, 250, 700).astype(np.uint8), (900, 1)),
        rules_only(),
        noise((10, 10)),
        noise((1, 1)),
        noise((1, 5000)),
        noise((5000, 1)),
    ],
    ids=["white", "black", "noise", "gradient", "rules", "10 x 10", "1 x 1", "1 x 5000", "5000 x 1"],
)
def test_no_writing_no_line(grey):
    assert find_lines(grey) == []


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_photo_without_writing_has_no_lines(name, times):
    datasets = pytest.importorskip("sklearn.datasets")  # ships two photos: a temple among trees, a dahlia
    photo = Image.fromarray(datasets.load_sample_image(name)).convert("L")
    larger = photo.resize((photo.width * times, photo.height * times), Image.Resampling.BICUBIC)
    assert find_lines(np.asarray(larger)) == []


def test_a_line_30_000_pixels_wide_is_one_line():
    text = draw_page(9, lines=1).grey[40:110]
    wide = np.tile(text, (1, 1 + 30_000 // text.shape[1]))[:, :30_000]
    [line] = find_lines(wide)
    xs = [x for x, _ in line.polygon]
    assert max(xs) - min(xs) > 29_000
