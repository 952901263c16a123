"""Each effect of paper, light and camera does what its name says, and nothing where it is switched off."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data import paper
from frugal.data.paper import Paper

PLAIN = replace(Paper(**{field.name: 0.0 for field in fields(Paper)}), faint=1.0)
SHAPE = (64, 400)
EFFECTS = ("ruled", "tinted", "shadow", "blur", "noise", "compressed", "neighbours", "uneven")


def written() -> np.ndarray:
    """Ink of ten letters: upright strokes 4 pixels wide between rows 20 and 44."""
    ink = np.zeros(SHAPE, np.float32)
    for start in range(20, 380, 36):
        ink[20:44, start : start + 4] = 1.0
    return ink


def taken(sheet: Paper, ink: np.ndarray, seed: int) -> np.ndarray:
    return sheet(ink, np.random.default_rng(seed), baseline=44.0, spacing=50.0)


def test_without_effects_there_is_ink_on_white() -> None:
    picture = taken(PLAIN, written(), 0)
    assert (picture.dtype, picture.shape) == (np.uint8, SHAPE)
    assert (picture[written() == 0] == 255).all()
    assert (picture[written() == 1] <= 40).all()


def test_the_seed_decides_and_the_ink_is_left_alone() -> None:
    ink = written()
    assert np.array_equal(taken(Paper(), ink, 3), taken(Paper(), ink, 3))
    assert not np.array_equal(taken(Paper(), ink, 3), taken(Paper(), ink, 4))
    assert np.array_equal(ink, written())


@pytest.mark.parametrize("name", EFFECTS)
def test_each_effect_alone_changes_the_picture(name: str) -> None:
    ink = written()
    ink[2:62, 20:24] = 1.0  # a long letter, whose ends reach into the lines above and below
    plain, changed = (taken(sheet, ink, 5).astype(int) for sheet in (PLAIN, replace(PLAIN, **{name: 1.0})))
    assert changed.shape == SHAPE
    assert np.abs(changed - plain).max() >= 10


def test_faint_bounds_the_lightest_ink() -> None:
    darkest = [255 - int(taken(replace(PLAIN, faint=0.3), written(), seed).min()) for seed in range(40)]
    assert min(darkest) >= 0.3 * 215 - 1
    assert min(darkest) < 0.5 * 215 < 0.9 * 215 < max(darkest)


def test_tinted_paper_is_darker_everywhere_and_never_below_170() -> None:
    whites = [taken(replace(PLAIN, tinted=1.0), np.zeros(SHAPE, np.float32), seed) for seed in range(30)]
    levels = [int(white[0, 0]) for white in whites]
    assert all((white == level).all() for white, level in zip(whites, levels, strict=True))
    assert 170 <= min(levels) < 200 < max(levels)


def test_a_shadow_is_smooth_and_leaves_some_paper_white() -> None:
    for seed in range(10):
        picture = taken(replace(PLAIN, shadow=1.0), np.zeros(SHAPE, np.float32), seed).astype(int)
        assert picture.max() >= 254
        assert picture.max() - picture.min() >= 20
        assert np.abs(np.diff(picture, axis=1)).max() <= 4


def test_blur_takes_the_edges_and_keeps_the_ink() -> None:
    sharp, soft = (taken(sheet, written(), 5).astype(float) for sheet in (PLAIN, replace(PLAIN, blur=1.0)))
    assert np.abs(np.diff(soft, axis=1)).max() < np.abs(np.diff(sharp, axis=1)).max()
    assert (255 - soft).sum() == pytest.approx((255 - sharp).sum(), rel=0.03)


@pytest.mark.parametrize("shape", [(64, 400), (41, 401)])
def test_noise_has_unit_variance_whatever_its_grain(shape: tuple[int, int]) -> None:
    for seed in range(8):
        noise = paper.sensor_noise(shape, np.random.default_rng(seed))
        assert noise.shape == shape
        assert noise.std() == pytest.approx(1.0, abs=0.05)
        assert abs(noise.mean()) < 0.05


def test_light_stays_within_its_strength() -> None:
    factors = paper.light(SHAPE, np.random.default_rng(1), strength=0.4)
    assert float(factors.max()) == pytest.approx(1.0)
    assert float(factors.min()) == pytest.approx(0.6, abs=1e-5)


def test_stripes_lie_on_multiples_of_their_period() -> None:
    position = np.arange(-30, 61, dtype=np.float32)
    drawn = paper.stripes(position, period=20.0, thickness=1.0)
    assert position[drawn > 0].tolist() == [-20, 0, 20, 40, 60]
    assert (drawn[drawn > 0] == 1.0).all()


def test_a_thin_stripe_is_pale_wherever_it_lies() -> None:
    sums = [paper.stripes(np.arange(20) + shift, period=20.0, thickness=0.5).sum() for shift in (0.0, 0.25, 0.5)]
    assert sums == pytest.approx([0.5, 0.5, 0.5], abs=0.26)


@pytest.mark.parametrize("ruling", dict.fromkeys(paper.RULINGS))
def test_every_kind_of_rule_has_a_writing_line(ruling: object) -> None:
    rows = np.arange(64, dtype=np.float32)[:, None] - 44.0 + np.zeros((1, 400), np.float32)
    for seed in range(5):
        drawn = ruling(rows, np.random.default_rng(seed), 50.0)  # type: ignore[operator]
        assert drawn.shape == SHAPE
        assert 0.0 <= drawn.min() < 0.05 < 0.4 < drawn.max() <= 1.0
        assert drawn[44].mean() > 0.2
        assert drawn[44].mean() > 1.5 * drawn[41:43].mean()


def test_rules_follow_baseline_and_spacing() -> None:
    def darkest(baseline: float) -> float:
        profiles = [
            paper.rules((100, 300), np.random.default_rng(seed), baseline=baseline, spacing=70.0)[20:90].mean(axis=1)
            for seed in range(60)
        ]
        return float(np.mean(profiles, axis=0).argmax()) + 20

    assert darkest(40.0) == pytest.approx(40, abs=3)
    assert darkest(70.0) == pytest.approx(70, abs=3)


def test_neighbours_reach_in_from_one_edge_only() -> None:
    ink = np.ones(SHAPE, np.float32)
    for seed in range(20):
        other = paper.neighbouring_ink(ink, np.random.default_rng(seed), spacing=50.0)
        rows = np.flatnonzero(other.any(axis=1))
        assert len(rows) <= 0.3 * 64 + 1
        assert len(rows) == 0 or (rows[0] == 0) != (rows[-1] == 63)


def test_the_paper_below_a_line_is_found() -> None:
    sheet = np.broadcast_to(np.linspace(150, 230, 400, dtype=np.float32), SHAPE)
    image = (sheet * (1.0 - 0.8 * written())).astype(np.uint8)
    found = paper.estimated_paper(image)
    assert (found.dtype, found.shape) == (np.float32, SHAPE)
    assert np.abs(found - sheet).max() < 8


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 5)])
def test_a_line_of_hardly_any_pixels(shape: tuple[int, int]) -> None:
    assert paper.estimated_paper(np.full(shape, 200, np.uint8)).tolist() == np.full(shape, 200.0).tolist()
    everything = replace(Paper(), **dict.fromkeys(EFFECTS, 1.0))
    assert everything(np.zeros(shape, np.float32), np.random.default_rng(0), baseline=1.0, spacing=1.0).shape == shape


@pytest.mark.parametrize(("name", "value"), [("ruled", 1.5), ("faint", -0.1), ("noise", float("nan"))])
def test_a_share_outside_its_range(name: str, value: float) -> None:
    with pytest.raises(InputError, match=rf"^{name}={value}; allowed: \[0, 1\]"):
        Paper(**{name: value})
