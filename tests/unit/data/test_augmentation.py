from __future__ import annotations

import pytest
import torch
from torchvision.transforms import v2

from frugal.data.augmentation import RandomDistortion

NOTHING = {"degrees": 0, "shear": 0, "scale": 0, "stretch": 0, "translate": 0, "warp": 0, "thickness": 0}


def images(count: int = 6) -> torch.Tensor:
    image = torch.zeros(count, 1, 28, 28, dtype=torch.uint8)
    image[:, :, 8:20, 12:16] = 200
    return image


def test_keeps_dtype_shape_and_its_argument() -> None:
    given = images()
    before = given.clone()
    moved = RandomDistortion(cutout=0.5)(given)
    assert moved.dtype == torch.uint8 and moved.shape == given.shape
    assert torch.equal(given, before) and not torch.equal(moved, before)


def test_every_sample_has_its_own_parameters() -> None:
    torch.manual_seed(0)
    moved = RandomDistortion()(images())
    assert all(not torch.equal(moved[0], other) for other in moved[1:])


def test_no_strength_is_the_identity() -> None:
    given = torch.randint(0, 256, (4, 1, 28, 28), dtype=torch.uint8)
    assert torch.equal(RandomDistortion(**NOTHING)(given), given)


def test_same_generator_state_same_images() -> None:
    distortion = v2.Compose([RandomDistortion(cutout=0.3), v2.RandomInvert(0.5)])
    torch.manual_seed(7)
    first = distortion(images())
    torch.manual_seed(7)
    assert torch.equal(first, distortion(images()))


def test_shift_is_bounded_in_pixels() -> None:
    torch.manual_seed(0)
    given = torch.zeros(64, 1, 28, 28)
    given[:, :, 14, 14] = 100.0
    moved = RandomDistortion(**{**NOTHING, "translate": 2.0})(given)
    rows = torch.arange(28.0)
    centre = (moved.sum((1, 3)) * rows).sum(1) / moved.sum((1, 2, 3))
    assert 1.0 < (centre - 14).abs().max() <= 2.0 + 1e-4
    assert torch.allclose(moved.sum((1, 2, 3)), torch.tensor(100.0), atol=1e-2)


def test_scale_changes_the_size_by_its_factor() -> None:
    torch.manual_seed(0)
    given = images(200).float()
    area = RandomDistortion(**{**NOTHING, "scale": 0.25})(given).sum((1, 2, 3)) / given[0].sum()
    assert 1.35 < area.max() <= 1.25**2 * 1.02 and 0.98 / 1.25**2 <= area.min() < 0.75


def test_full_thickness_is_dilation_or_erosion() -> None:
    torch.manual_seed(0)
    moved = RandomDistortion(**{**NOTHING, "thickness": 1.0})(images(200).float())
    areas = (moved / 200).sum((1, 2, 3))
    assert areas.max() > 75 and areas.min() < 25  # 12 x 4 ink: dilated 14 x 6 = 84, eroded 10 x 2 = 20
    assert areas.max() <= 84 and areas.min() >= 20


def test_cutout_blackens_one_square_in_its_share_of_images() -> None:
    torch.manual_seed(0)
    given = torch.full((400, 1, 28, 28), 255, dtype=torch.uint8)
    hidden = (RandomDistortion(**{**NOTHING, "cutout": 0.25, "cutout_size": 7})(given) == 0).sum((1, 2, 3))
    assert set(hidden.tolist()) == {0, 49}
    assert 60 < int((hidden > 0).sum()) < 140


@pytest.mark.parametrize("wrong", [{"thickness": 1.5}, {"cutout": -0.1}, {"control_points": 1}])
def test_impossible_strengths_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RandomDistortion(**wrong)  # type: ignore[arg-type]
