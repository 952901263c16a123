"""Softmax regression on the pixels: the baseline that every small network must beat.

Knows no task and no data. One matrix, no hidden layer.

Shapes: `B` batch, `C` classes, `H`, `W` height and width.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class LinearNet(nn.Module):
    """One affine map from pixels to class scores.

    Args:
        num_outputs: number of classes C.
        image_size: side H = W of the image.
    """

    def __init__(self, num_outputs: int, *, image_size: int = 28) -> None:
        super().__init__()
        self.hparams: dict[str, Any] = {"num_outputs": num_outputs, "image_size": image_size}
        self.classifier = nn.Linear(image_size * image_size, num_outputs)

    def forward(self, image: Tensor) -> Tensor:
        """Float images (B, 1, H, W) -> logits (B, C)."""
        logits: Tensor = self.classifier(image.flatten(1))
        return logits
