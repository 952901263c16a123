"""Each distortion of a line alone does what its name says; the height, and the line that was given, stay."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_augmentation import LineAugmentation, thickened, tiled

NOTHING = LineAugmentation(**{field.name: 0.0 for field in fields(LineAugmentation)})
MOVING = replace(NOTHING, geometry=1.0)
PAPER = 210


def line(width: int = 320) -> np.ndarray:
    """40 rows of grey paper with upright strokes, 3 pixels wide, between rows 10 and 30."""
    image = np.full((40, width), PAPER, np.uint8)
    for start in range(20, width - 20, 24):
        image[10:30, start : start + 3] = 40
    return image


def ink(image: np.ndarray) -> np.ndarray:
    return np.clip(PAPER - image.astype(float), 0.0, None)


def results(augmentation: LineAugmentation, count: int = 40, width: int = 320) -> list[np.ndarray]:
    return [augmentation(line(width), np.random.default_rng(seed)) for seed in range(count)]


def slope(image: np.ndarray) -> float:
    """Columns per row that the (single) stroke of an image leans to the right, going up."""
    weights = ink(image)
    rows = np.flatnonzero(weights.sum(axis=1) > 100)
    centres = (weights[rows] * np.arange(image.shape[1])).sum(axis=1) / weights[rows].sum(axis=1)
    return -float(np.polyfit(rows, centres, 1)[0])


def test_switched_off_it_is_the_identity() -> None:
    given = np.random.default_rng(0).integers(0, 256, (40, 200), dtype=np.uint8)
    assert np.array_equal(NOTHING(given, np.random.default_rng(1)), given)


def test_seeded_and_its_argument_untouched() -> None:
    given, augmentation = line(), LineAugmentation()
    for seed in range(20):
        first, second = (augmentation(given, np.random.default_rng(seed)) for _ in range(2))
        assert (first.dtype, first.shape[0]) == (np.uint8, 40)
        assert np.array_equal(first, second)
    assert np.array_equal(given, line())
    assert len({image.tobytes() for image in results(augmentation)}) == 40


def test_stretch_alone_changes_the_width_alone() -> None:
    images = results(replace(MOVING, stretch=0.25), 100)
    ratios = [image.shape[1] / 320 for image in images]
    assert 0.749 <= min(ratios) < 0.8 < 1.2 < max(ratios) <= 1.251
    for image in images:
        rows = np.flatnonzero(ink(image).sum(axis=1) > 100)
        assert (rows[0], rows[-1]) == (10, 29)
        strokes = np.diff((ink(image)[20] > 80).astype(int), prepend=0) == 1
        assert strokes.sum() == 12


def test_shear_slants_by_at_most_its_degrees_and_keeps_the_ends() -> None:
    single = np.full((40, 60), PAPER, np.uint8)
    single[2:38, 0:3] = 40
    slopes = []
    for seed in range(60):
        moved = replace(MOVING, shear=25.0)(single, np.random.default_rng(seed))
        slopes.append(slope(moved))
        assert ink(moved).sum() == pytest.approx(ink(single).sum(), rel=0.05)
    assert max(np.abs(slopes)) <= math.tan(math.radians(25.0)) + 0.02
    assert min(slopes) < -0.35 and max(slopes) > 0.35


def test_shrink_lowers_the_ink_and_moves_it_within_the_image() -> None:
    heights, middles = [], []
    for image in results(replace(MOVING, shrink=0.4), 80):
        rows = np.flatnonzero(ink(image).sum(axis=1) > 300)
        heights.append(len(rows))
        middles.append(rows.mean())
        assert image.shape == (40, 320)
        assert ink(image).sum() == pytest.approx(ink(line()).sum() * len(rows) / 20, rel=0.12)
    assert 11 <= min(heights) < 14 and 20 < max(heights) <= 23
    assert min(middles) < 17 and max(middles) > 22


def test_rotation_tilts_but_never_out_of_the_image() -> None:
    def rises(width: int) -> list[float]:
        found = []
        for image in results(replace(MOVING, rotation=1.5), 40, width):
            centres = [
                (ink(part) * np.arange(40)[:, None]).sum() / ink(part).sum() for part in (image[:, :80], image[:, -80:])
            ]
            found.append(centres[1] - centres[0])
        return found

    short, long = rises(320), rises(1600)
    assert min(short) < -2 and max(short) > 2
    assert max(np.abs(short)) <= 240 * math.tan(math.radians(1.5)) + 0.3
    assert max(np.abs(long)) <= 4.1


def test_warp_moves_ink_a_little() -> None:
    for image in results(replace(MOVING, warp=1.0), 10):
        assert image.shape == (40, 320)
        assert not np.array_equal(image, line())
        assert ink(image).sum() == pytest.approx(ink(line()).sum(), rel=0.15)


def test_no_border_shows_where_the_paper_ends() -> None:
    for image in results(replace(MOVING, stretch=0.25, shrink=0.25, shear=25.0, rotation=1.5, warp=1.0, shift=0.1)):
        assert image[ink(image) < 20].min() >= PAPER - 20
        assert image.max() <= PAPER + 1
        assert (np.abs(image[:, -1].astype(int) - PAPER) <= 1).all()


def test_thickness_goes_both_ways_and_below_a_pixel() -> None:
    masses = [ink(image).sum() / ink(line()).sum() for image in results(replace(NOTHING, thickness=1.0))]
    assert min(masses) < 0.85 and max(masses) > 1.4
    assert len({round(mass, 3) for mass in masses}) > 30


@pytest.mark.parametrize("amount", [0.25, 1.0])
def test_thickened_blends_with_one_more_pixel_around(amount: float) -> None:
    dot = np.zeros((7, 7), np.float32)
    dot[3, 3] = 100.0
    grown = thickened(dot, amount)
    assert [grown[3, 3], grown[3, 4], grown[2, 3], grown[2, 2]] == pytest.approx([100, 100 * amount, 100 * amount, 0])
    thin = thickened(dot, -amount)
    assert thin[3, 3] == pytest.approx(100 * (1 - amount))


def test_contrast_changes_paper_and_ink_but_not_their_order() -> None:
    images = results(replace(NOTHING, contrast=1.0))
    papers = [int(image[0, 0]) for image in images]
    assert min(papers) < 160 and max(papers) > PAPER
    assert all(int(image.max()) - int(image.min()) > 40 for image in images)
    assert all((image[line() == PAPER] == image[0, 0]).all() for image in images)


def test_shadow_is_smooth_across_the_paper() -> None:
    for image in results(replace(NOTHING, shadow=1.0), 10):
        top = image[0].astype(int)
        assert top.max() - top.min() >= 5
        assert np.abs(np.diff(top)).max() <= 4


@pytest.mark.parametrize("name", ["blur", "noise", "compressed"])
def test_camera_effects_change_pixels_by_little(name: str) -> None:
    for image in results(replace(NOTHING, **{name: 1.0}), 10):
        assert image.shape == (40, 320)
        error = np.abs(image.astype(int) - line()).mean()
        assert 0.1 < error < 12


def test_tiles_cover_their_share_upright_or_flat() -> None:
    given = np.full((40, 3200), 50.0, np.float32)
    shares: list[float] = []
    widths: list[int] = []
    heights: list[int] = []
    for seed in range(80):
        covered = tiled(given, np.random.default_rng(seed), share=0.2, dark=100.0)
        assert covered.min() >= 0.0 and covered.max() <= 100.0
        changed = covered != 50.0
        shares.append(changed.mean())
        is_flat = changed.any(axis=0).all()
        edges = np.diff(changed.any(axis=1 if is_flat else 0).astype(int), prepend=0)
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        (heights if is_flat else widths).extend((ends - starts[: len(ends)]).tolist())
    assert np.mean(shares) == pytest.approx(0.2, abs=0.05)
    assert 8 <= min(widths) <= 12 and 3 <= min(heights) <= 6
    assert len(widths) > len(heights) > 0
    assert (given == 50.0).all()


def test_ruled_lines_run_across() -> None:
    for image in results(replace(NOTHING, ruled=1.0), 20):
        between = ink(image)[20:, 0:18]
        assert between.max() > 5
        assert np.array_equal(image >= line(), image == line())


def test_margins_are_blank_paper_at_either_end() -> None:
    given, lefts, rights = line(), [], []
    for image in results(replace(NOTHING, margin=0.5, longest_margin=4.0), 200):
        columns = np.flatnonzero((ink(image) > 100).any(axis=0))
        start, stop = int(columns[0]) - 20, int(columns[-1]) + 1 + (320 - 287)
        lefts.append(start)
        rights.append(image.shape[1] - stop)
        assert np.abs(image[:, start : start + 320].astype(int) - given).max() <= 1
        assert (np.abs(image[:, :start].astype(int) - PAPER) <= 1).all()
        assert (np.abs(image[:, start + 320 :].astype(int) - PAPER) <= 1).all()
    for widths in (lefts, rights):
        assert min(widths) == 0 and 120 < max(widths) <= 160
        assert 0.4 < np.mean(np.array(widths) == 0) < 0.65
        assert np.median([width for width in widths if width]) < 60


@pytest.mark.parametrize("shape", [(1, 1), (40, 1), (40, 2), (8, 300), (64, 40)])
@pytest.mark.parametrize("shade", [0, 255])
def test_blank_and_tiny_lines_pass(shape: tuple[int, int], shade: int) -> None:
    everything = replace(LineAugmentation(), **dict.fromkeys(("geometry", "thickness", "tiles", "ruled"), 1.0))
    for seed in range(10):
        image = everything(np.full(shape, shade, np.uint8), np.random.default_rng(seed))
        assert (image.dtype, image.shape[0]) == (np.uint8, shape[0])


@pytest.mark.parametrize(
    ("name", "value", "limit"),
    [("stretch", 0.95, "0.9"), ("shear", -1.0, "60"), ("tiles", 1.2, "1"), ("warp", float("nan"), "10")],
)
def test_a_setting_out_of_range(name: str, value: float, limit: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}={value}; allowed: \[0, {limit}\]"):
        LineAugmentation(**{name: value})
