"""Each step from ink to outline on ink drawn by hand: skew, rules, strokes, pitch, ridges, columns, seams, owners."""

import itertools

import numpy as np
import pytest

from frugal.reading.columns import columns_of
from frugal.reading.joining import lines_of
from frugal.reading.outlines import outline, shares_of
from frugal.reading.paper import without_print
from frugal.reading.pitch import component_height, pitch_of
from frugal.reading.ridges import Bands, Ridge, trace
from frugal.reading.rules import print_of, rules_of, without_rules
from frugal.reading.seams import zones_of
from frugal.reading.skew import skew_degrees
from frugal.reading.strokes import uneven, writing

PITCH = 50


def letters(rows, height=600, width=800, left=60, right=740):
    """Rings of 18 x 16 pixels at these rows, in words of five."""
    ink = np.zeros((height, width), bool)
    for top in rows:
        for number, x in enumerate(range(left, right - 20, 24)):
            if number % 6 < 5:
                ink[top : top + 18, x : x + 16] = True
                ink[top + 3 : top + 15, x + 3 : x + 13] = False
    return ink


ROWS = range(60, 540, PITCH)


@pytest.mark.parametrize("degrees", [0.0, 2.0, -4.5])
def test_skew(degrees):
    y, x = np.mgrid[0:700, 0:900]
    level = y - np.tan(np.deg2rad(degrees)) * (x - 450)
    ink = ((level % 50) < 10) & ((x // 9) % 2 == 0) & (y > 80) & (y < 620)
    assert skew_degrees(ink) == pytest.approx(degrees, abs=0.15)


def test_a_word_tells_no_angle():
    ink = letters([300], right=110)
    assert abs(skew_degrees(ink)) < 1


@pytest.mark.parametrize("slope", [0.0, 0.03, -0.06, 0.1])
def test_rules_go_and_letters_stay(slope):
    written = letters(ROWS)
    ruled = written.copy()
    x = np.arange(800)
    for y in range(75, 560, PITCH):
        for thickness in (0, 1):
            ruled[np.round(y + slope * (x - 400)).astype(int) + thickness, x] = True
    ruled[:, 30:32] = True
    left = without_rules(ruled, rules_of(ruled, ruled))
    assert (left & ~written).sum() < 0.1 * (ruled & ~written).sum()
    assert (left & written).sum() > 0.8 * written.sum()


def test_the_rules_of_squared_paper_seen_from_the_side_go():
    written = letters(ROWS)
    y, x = np.mgrid[0:600, 0:800]
    fan = (x - 400) * (1 + 0.15 * (y - 300) / 600)  # uprights part downwards: by 0.08 to either side at the edges
    squared = written | (fan % 40 < 2) | ((y + 0.05 * x) % 40 < 2)
    left = without_rules(squared, rules_of(squared, squared))
    assert (left & ~written).sum() < 0.02 * (squared & ~written).sum()
    assert (left & written).sum() > 0.6 * written.sum()
    assert len(lines_of(trace(left, PITCH), Bands(left), PITCH)) == len(ROWS)


def test_what_is_printed_is_divided_out_and_ink_on_a_rule_stays():
    written = letters(ROWS)
    y, x = np.mgrid[0:600, 0:800]
    ruled = ((x + 0.05 * y) % 40 < 2) | ((y + 0.03 * x) % 40 < 2)
    page = np.where(written, 60, np.where(ruled, 170, 250)) + np.random.default_rng(0).normal(0, 3, written.shape)
    flat = np.clip(page, 0, 255).astype(np.uint8)
    rules = rules_of(written | ruled, written | ruled)
    bare = without_print(flat, print_of(flat, rules))
    assert np.median(bare[ruled & ~written]) > 235
    assert np.percentile(bare[ruled & ~written], 5) > 195  # 170 as printed; its steps along a slope remain
    assert np.percentile(bare[written], 99) < 110
    assert np.median(bare[~ruled & ~written]) > 245


def test_where_nothing_is_ruled_nothing_is_printed():
    written = letters(ROWS)
    flat = np.where(written, 60, 250).astype(np.uint8)
    assert print_of(flat, rules_of(written, written)) is None


def test_a_dot_where_pale_rules_cross_goes_and_a_full_stop_stays():
    ink = letters([100, 150], height=260, right=400)
    ink[162:168, 400:406] = True  # ends the second line
    dots = np.zeros_like(ink)
    for row, column in itertools.product(range(40, 240, 50), range(500, 760, 80)):
        dots[row : row + 7, column : column + 7] = True
    kept, specks = writing(ink | dots, PITCH)
    assert not (kept & dots).any() and specks[dots].all()
    assert kept[ink].all()


def test_specks_lines_and_blots_are_no_letters():
    ink = letters(ROWS)
    ink[10:12, 400:402] = True  # dirt
    ink[20:23, 100:300] = True  # an underline
    ink[100:500, 770:774] = True  # a margin
    ink[560:598, 650:700] = True
    kept, specks = writing(ink, PITCH)
    assert not kept[10:12, 400:402].any() and specks[10:12, 400:402].all()
    assert not kept[20:23].any() and not kept[:, 770:774].any()
    assert kept[60:540, 60:740].sum() == letters(ROWS).sum()


def test_shades_are_told_from_strokes():
    assert not uneven(letters(ROWS)).any()
    y, x = np.mgrid[0:300, 0:300]
    blob = ((x - 150) ** 2 + (y - 150) ** 2 < 3000) | ((abs(y - 150) < 2) & (abs(x - 150) < 140))
    assert uneven(blob).sum() == blob.sum()


def test_pitch_is_the_distance_of_the_rows():
    assert pitch_of(letters(ROWS)) == pytest.approx(PITCH, abs=2)
    assert component_height(letters(ROWS)) == 18
    assert 30 < pitch_of(letters([300])) < 70
    assert pitch_of(np.zeros((50, 50), bool)) == 0


def test_every_row_is_one_line_also_when_it_bends():
    ink = letters(ROWS)
    bend = np.round(10 * np.sin(np.linspace(0, 3, 800))).astype(int)
    bent = np.stack([np.roll(column, shift) for column, shift in zip(ink.T, bend, strict=True)], axis=1)
    bands = Bands(bent)
    lines = lines_of(trace(bent, PITCH), bands, PITCH)
    assert len(lines) == len(ROWS)
    for line, top in zip(lines, ROWS, strict=True):
        assert line.start < 70 and line.stop > 680
        inner = np.arange(150, 600)
        assert np.abs(line.at(inner) - (top + 9 + bend[inner])).mean() < 4


def test_a_wide_gap_is_bridged_and_a_gutter_is_not():
    gap = letters(ROWS)
    gap[:, 330:420] = False
    gap[60:80] = letters([60])[60:80]
    (column,) = columns_of(trace(letters(ROWS), PITCH), letters(ROWS), PITCH)
    assert len(column) == len(ROWS)
    above, left, right = columns_of(trace(gap, PITCH), gap, PITCH)
    assert [len(part) for part in (above, left, right)] == [1, len(ROWS) - 1, len(ROWS) - 1]
    assert max(line.stop for line in lines_of(left, Bands(gap), PITCH)) <= 335
    assert min(line.start for line in lines_of(right, Bands(gap), PITCH)) >= 415
    lines = lines_of(trace(gap, PITCH), Bands(gap), PITCH)
    assert len(lines) == len(ROWS)  # without columns the halves are joined


def test_the_seam_goes_around_a_descender_and_the_descender_stays_whole():
    ink = letters([100, 150], height=260)
    ink[118:146, 300:304] = True
    ink[142:146, 290:304] = True  # a tail that ends below the middle between the lines
    lines = [Ridge(60, np.full(680, 109.0)), Ridge(60, np.full(680, 159.0))]
    zones = zones_of(lines, ink, PITCH)
    seam = zones[0].bottom
    assert (zones[1].top[: len(seam)] == seam).all()
    assert seam[300 - zones[0].start] > 140
    assert seam[500 - zones[0].start] < 140
    shares = shares_of(ink, zones)
    assert (shares.owner[118:146, 300:304] == 0).all()
    assert (shares.owner[150:168][ink[150:168]] == 1).all()
    assert (shares.owner[~ink] == -1).all()


def test_an_outline_holds_its_own_ink_and_none_of_the_neighbours():
    import cv2

    ink = letters([100, 150], height=260)
    ink[118:160, 299:302] = True  # reaches between two letters of the next line
    lines = [Ridge(60, np.full(680, 109.0)), Ridge(60, np.full(680, 159.0))]
    shares = shares_of(ink, zones_of(lines, ink, PITCH))
    for number, line in enumerate(lines):
        mask = np.zeros(ink.shape, np.uint8)
        cv2.fillPoly(mask, [outline(line, number, shares, PITCH)], 1)
        own, others = shares.owner == number, (shares.owner >= 0) & (shares.owner != number)
        assert mask[own].mean() > 0.98
        assert mask[others].mean() < 0.02
