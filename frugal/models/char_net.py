"""A small convolutional network for isolated characters, from 2 k to 500 k parameters by its arguments.

Stages of 3x3 convolutions with batch normalisation (Ioffe, Szegedy 2015) and ReLU, max-pooled by two from stage to
stage (after Simonyan, Zisserman 2014), then one spatial pooling and one linear classifier (Lin, Chen, Yan 2013).
`separable` convolutions are those of Howard et al. 2017 (MobileNet), `residual` connections those of He et al. 2016.
Plain convolution, normalisation, ReLU throughout: channels can be pruned over the dependency graph, batch normalisation
folds into the convolution, and int8 per channel costs little accuracy.

Deviations: pooling may be a learnt weighting of the positions per channel (a depthwise convolution over the whole
field) instead of their mean; it keeps where a stroke lies, which tells apart p and P or 6 and b, for few weights.

Knows no task and no data. Shapes: `B` batch, `C` classes, `H`, `W` height and width, `F` features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


class CharNet(nn.Module):
    """Convolutional classifier of 28x28 images.

    Args:
        num_outputs: number of classes C.
        widths: channels of each stage; between two stages the image is halved.
        depths: convolutions of each stage; one number per stage.
        separable: all convolutions but the first are depthwise 3x3 + pointwise 1x1.
        residual: within a stage, add to each convolution's output its input (from the second convolution on).
        pooling: "average" = mean over positions; "weighted" = one learnt weight per channel and position.
        dropout: share of the features dropped before the classifier, in [0, 1).
        extra_inputs: 0, or 1 = a scalar per sample (rel_height) that joins the features before the classifier.
        image_size: side H = W of the image.
    """

    def __init__(
        self,
        num_outputs: int,
        *,
        widths: Sequence[int] = (16, 32, 64),
        depths: Sequence[int] = (1, 2, 2),
        separable: bool = False,
        residual: bool = False,
        pooling: str = "weighted",
        dropout: float = 0.1,
        extra_inputs: int = 0,
        image_size: int = 28,
    ) -> None:
        super().__init__()
        _check(widths, depths, pooling, extra_inputs)
        self.hparams: dict[str, Any] = {
            "num_outputs": num_outputs,
            "widths": list(widths),
            "depths": list(depths),
            "separable": separable,
            "residual": residual,
            "pooling": pooling,
            "dropout": dropout,
            "extra_inputs": extra_inputs,
            "image_size": image_size,
        }
        self.stages = nn.Sequential(*_stages(widths, depths, separable=separable, residual=residual))
        self.pool = _pooling(pooling, widths[-1], image_size >> (len(widths) - 1))
        self.scalar = _ScalarFeatures() if extra_inputs else None
        self.dropout = nn.Dropout(dropout)
        features = widths[-1] + (_ScalarFeatures.SIZE if extra_inputs else 0)
        self.classifier = nn.Linear(features, num_outputs)

    @property
    def joined_inputs(self) -> dict[str, tuple[int, ...]]:
        """Weights that read several outputs side by side: the class layer reads the image's and the scalar's."""
        scalar = () if self.scalar is None else (_ScalarFeatures.SIZE,)
        return {"classifier.weight": (int(self.hparams["widths"][-1]), *scalar)}

    def forward(self, image: Tensor, rel_height: Tensor | None = None) -> Tensor:
        """Float images (B, 1, H, W), with extra_inputs=1 also rel_height (B,) -> logits (B, C)."""
        features = self.pool(self.stages(image)).flatten(1)  # (B, F)
        if self.scalar is not None:
            if rel_height is None:
                raise ValueError("rel_height is missing; give a float (B,), or build the network with extra_inputs=0")
            features = torch.cat([features, self.scalar(rel_height)], dim=1)
        logits: Tensor = self.classifier(self.dropout(features))
        return logits


class Convolution(nn.Module):
    """3x3 convolution (or depthwise 3x3 + pointwise 1x1), normalised, rectified; optionally with its input added."""

    def __init__(self, inputs: int, outputs: int, *, separable: bool, residual: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if separable:
            layers += [nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False), nn.BatchNorm2d(inputs)]
            layers += [nn.ReLU(inplace=True), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        else:
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs)]
        self.layers = nn.Sequential(*layers)
        self.residual = residual

    def forward(self, images: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        mapped: Tensor = self.layers(images)
        return torch.relu(images + mapped if self.residual else mapped)


class _ScalarFeatures(nn.Module):
    """A scalar per sample (B,), clipped to [0, 3], as SIZE rectified features (B, SIZE): a learnt curve per class."""

    SIZE = 16

    def __init__(self) -> None:
        super().__init__()
        self.expand = nn.Linear(1, self.SIZE)

    def forward(self, scalar: Tensor) -> Tensor:
        return torch.relu(self.expand(scalar.clamp(0.0, 3.0)[:, None]))


def _check(widths: Sequence[int], depths: Sequence[int], pooling: str, extra_inputs: int) -> None:
    if len(widths) != len(depths) or not widths or min(*widths, *depths) < 1:
        raise ValueError(f"widths {list(widths)} and depths {list(depths)} must pair; use widths=[16,32] depths=[1,2]")
    if pooling not in ("average", "weighted"):
        raise ValueError(f"pooling must be average or weighted, got {pooling}; use weighted")
    if extra_inputs not in (0, 1):
        raise ValueError(f"extra_inputs must be 0 or 1, got {extra_inputs}; use 1 for rel_height")


def _stages(widths: Sequence[int], depths: Sequence[int], *, separable: bool, residual: bool) -> list[nn.Module]:
    stages: list[nn.Module] = []
    inputs = 1
    for number, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        stage: list[nn.Module] = [nn.MaxPool2d(2)] if number else []
        for index in range(depth):
            is_first = number == 0 and index == 0
            stage.append(
                Convolution(inputs, width, separable=separable and not is_first, residual=residual and index > 0)
            )
            inputs = width
        stages.append(nn.Sequential(*stage))
    return stages


def _pooling(pooling: str, width: int, size: int) -> nn.Module:
    if pooling == "average":
        return nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(nn.Conv2d(width, width, size, groups=width, bias=False), nn.BatchNorm2d(width), nn.ReLU())
