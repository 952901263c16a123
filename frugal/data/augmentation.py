"""Random distortion of character images: a torchvision v2 transform that treats a whole batch at once.

Every sample of the batch gets parameters of its own (torchvision's transforms draw one set for the whole batch), yet
there is one `grid_sample` for all: affine map and elastic warp (Simard, Steinkraus, Platt 2003, "Best practices for
convolutional neural networks applied to visual document analysis") are added up in one sampling grid. Deviation from
the paper: the displacement field is drawn on a coarse grid and interpolated bicubically, not blurred.

Random numbers come from torch's default generator, as in every torchvision transform; `frugal.data.arrays` seeds it
from (seed, epoch, batch index) around each call. Knows no data set and no labels.

Shapes: `B` batch, `H`, `W` height and width, `K` control points per side.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms import v2


class RandomDistortion(v2.Transform):
    """Rotate, shear, stretch, shift, warp, thicken or thin, and partly hide each image of a uint8 batch (B, 1, H, W).

    Args:
        degrees: rotation, uniform in [-degrees, degrees].
        shear: horizontal slant in degrees, uniform in [-shear, shear].
        scale: size of the ink, log-uniform in [1 / (1 + scale), 1 + scale].
        stretch: width against height, log-uniform in [1 / (1 + stretch), 1 + stretch].
        translate: shift along each axis in pixels, uniform in [-translate, translate].
        warp: standard deviation of the elastic displacement at a control point, in pixels.
        control_points: control points per side of the elastic grid, at least 2.
        thickness: at most this share of the way to the image dilated (or eroded) by one pixel, in [0, 1].
        cutout: share of the images in which one square is blacked out, in [0, 1].
        cutout_size: side of that square in pixels.
    """

    def __init__(
        self,
        *,
        degrees: float = 10.0,
        shear: float = 10.0,
        scale: float = 0.1,
        stretch: float = 0.1,
        translate: float = 1.5,
        warp: float = 0.8,
        control_points: int = 5,
        thickness: float = 0.5,
        cutout: float = 0.0,
        cutout_size: int = 7,
    ) -> None:
        super().__init__()
        if control_points < 2:
            raise ValueError(f"control_points must be at least 2, got {control_points}; use 5")
        for name, share in (("thickness", thickness), ("cutout", cutout)):
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"{name} must be in [0, 1], got {share}; use 0 for none")
        self.degrees, self.shear, self.scale, self.stretch = degrees, shear, scale, stretch
        self.translate, self.warp, self.control_points = translate, warp, control_points
        self.thickness, self.cutout, self.cutout_size = thickness, cutout, cutout_size

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """One set of parameters per sample of the first image batch: each a tensor with first axis B."""
        images = next(item for item in flat_inputs if isinstance(item, Tensor))
        count, (height, width) = _flat(images).shape[0], images.shape[-2:]
        points = self.control_points
        return {
            "affine": self._affine(count, height, width),
            "control": torch.randn(count, 2, points, points) * self.warp,
            "thickness": _uniform(count, self.thickness),
            "hidden": torch.rand(count) < self.cutout,
            "corner": torch.rand(count, 2),
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """The images (..., 1, H, W) distorted; dtype, shape and value range stay."""
        images = _flat(inpt)
        moved = _resample(images.float(), params["affine"], params["control"] if self.warp else None)
        if self.thickness:
            moved = _thicken(moved, params["thickness"])
        if self.cutout:
            moved = _hide(moved, params["hidden"], params["corner"], self.cutout_size)
        if not inpt.dtype.is_floating_point:
            moved = moved.round_()
        return moved.to(inpt.dtype).reshape(inpt.shape)

    def _affine(self, count: int, height: int, width: int) -> Tensor:
        """Inverse maps (B, 2, 3) in grid_sample's coordinates: where each output pixel takes its ink from."""
        angle = _uniform(count, math.radians(self.degrees))
        slant = torch.tan(_uniform(count, math.radians(self.shear)))
        size = torch.exp(_uniform(count, math.log1p(self.scale)))
        aspect = torch.exp(_uniform(count, 0.5 * math.log1p(self.stretch)))
        cos, sin = torch.cos(angle), torch.sin(angle)
        rotation = torch.stack([cos, sin, -sin, cos], dim=1).reshape(count, 2, 2)
        shearing = torch.eye(2).repeat(count, 1, 1)
        shearing[:, 0, 1] = slant
        zoom = torch.stack([1 / (size * aspect), aspect / size], dim=1)
        linear = rotation @ shearing * zoom[:, None, :]
        shift = _uniform((count, 2), self.translate) * torch.tensor([2.0 / width, 2.0 / height])
        return torch.cat([linear, shift[:, :, None]], dim=2)


def _flat(images: Tensor) -> Tensor:
    """(..., C, H, W) as (B, C, H, W)."""
    return images.reshape(-1, *images.shape[-3:])


def _uniform(shape: int | tuple[int, ...], bound: float) -> Tensor:
    return (torch.rand(shape) * 2 - 1) * bound


def _resample(images: Tensor, affine: Tensor, control: Tensor | None) -> Tensor:
    """Images (B, 1, H, W) sampled through affine (B, 2, 3) plus displacements (B, 2, K, K) in pixels; black outside."""
    count, _, height, width = images.shape
    grid = F.affine_grid(affine, [count, 1, height, width], align_corners=False)  # (B, H, W, 2)
    if control is not None:
        field = F.interpolate(control, size=(height, width), mode="bicubic", align_corners=True)  # (B, 2, H, W)
        grid = grid + field.permute(0, 2, 3, 1) * torch.tensor([2.0 / width, 2.0 / height])
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _thicken(images: Tensor, amount: Tensor) -> Tensor:
    """Blend of images (B, 1, H, W) with their dilation (amount (B,) > 0) or erosion (< 0), 3x3."""
    # Erosion is the dilation of the negative, so one pooling serves both signs.
    sign = torch.where(amount < 0, -1.0, 1.0)[:, None, None, None]
    grown = F.max_pool2d(images * sign, 3, stride=1, padding=1) * sign
    return torch.lerp(images, grown, amount.abs()[:, None, None, None])


def _hide(images: Tensor, hidden: Tensor, corner: Tensor, size: int) -> Tensor:
    """Images (B, 1, H, W) with one size x size square blackened where hidden (B,); corner (B, 2) in [0, 1)."""
    height, width = images.shape[-2:]
    top = (corner[:, 0] * max(height - size + 1, 1)).floor()[:, None]
    left = (corner[:, 1] * max(width - size + 1, 1)).floor()[:, None]
    row, column = torch.arange(height)[None], torch.arange(width)[None]
    in_rows = (row >= top) & (row < top + size)  # (B, H)
    in_columns = (column >= left) & (column < left + size)  # (B, W)
    square = in_rows[:, :, None] & in_columns[:, None, :] & hidden[:, None, None]
    return images.masked_fill(square[:, None], 0.0)
