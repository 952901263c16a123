"""A small network for text lines: convolutions, one column per step, a recurrent or convolutional mixer, then CTC.

Knows no text, no alphabet and no file. Residual blocks: He et al. 2016, "Deep residual learning". Column max-pooling
and the CTC shortcut that is used in training only: Retsinas, Sfikas, Gatos and Nikou 2022, "Best practices for a
handwritten text recognition system". Recurrent head: Shi, Bai and Yao 2017, "An end-to-end trainable neural network for
image-based sequence recognition"; gated recurrent units: Cho et al. 2014 (arXiv:1406.1078). Depthwise mixer blocks:
after Liu et al. 2022 (ConvNeXt) with batch normalisation, which folds into the convolutions, instead of layer
normalisation.

Padded columns are set to zero after every layer, as the convolutions' own padding is: a line alone gives the same
result as in a padded batch.

Shapes: `B` batch, `H`, `W` height and width, `F` features, `T` steps, `C` classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

CELLS: dict[str, type[nn.LSTM | nn.GRU]] = {"lstm": nn.LSTM, "gru": nn.GRU}


class LineNet(nn.Module):
    """Line images to CTC logits, one step per `time_stride` pixels of width.

    In training mode with `shortcut` it returns (logits, logits of the shortcut), else logits alone.

    Args:
        num_outputs: number of classes C, blank included.
        height: H of the images that it takes.
        widths: channels of the stem and of each stage.
        depths: residual blocks of each stage, one entry less than `widths`.
        narrow: how many stages, from the first on, halve the width (the stem always does): 1 gives one step per 4
            pixels, 2 one per 8. Every stage halves the height.
        hidden: units of the recurrent head per direction; 0 for none.
        layers: layers of the recurrent head.
        cell: of the recurrent head, "lstm" or "gru" (three quarters of the weights).
        mixers: depthwise mixer blocks along the line, before the recurrent head if there is one.
        kernel: width of a mixer's depthwise convolution, odd.
        dropout: share of features dropped before each head and between recurrent layers, in training.
        shortcut: a second, convolutional CTC head on the columns, for training only.
    """

    def __init__(
        self,
        num_outputs: int,
        *,
        height: int = 40,
        widths: Sequence[int] = (16, 32, 64, 96),
        depths: Sequence[int] = (1, 1, 1),
        narrow: int = 1,
        hidden: int = 120,
        layers: int = 2,
        cell: Literal["lstm", "gru"] = "lstm",
        mixers: int = 0,
        kernel: int = 9,
        dropout: float = 0.2,
        shortcut: bool = True,
    ) -> None:
        super().__init__()
        _check(height, widths, depths, narrow, hidden, layers, cell, mixers, kernel)
        self.hparams: dict[str, Any] = {
            "num_outputs": num_outputs,
            "height": height,
            "widths": list(widths),
            "depths": list(depths),
            "narrow": narrow,
            "hidden": hidden,
            "layers": layers,
            "cell": cell,
            "mixers": mixers,
            "kernel": kernel,
            "dropout": dropout,
            "shortcut": shortcut,
        }
        self.stem = _Normalised(1, widths[0], stride=(2, 2))
        self.stages = nn.ModuleList(
            _Stage(widths[i], widths[i + 1], depth, halve_width=i < narrow) for i, depth in enumerate(depths)
        )
        columns = widths[-1]
        self.mixers = nn.ModuleList(_Mixer(columns, kernel) for _ in range(mixers))
        self.dropout = nn.Dropout(dropout)
        between = dropout if layers > 1 else 0.0
        self.recurrent = (
            CELLS[cell](columns, hidden, layers, batch_first=True, bidirectional=True, dropout=between)
            if hidden
            else None
        )
        self.classifier = nn.Linear(2 * hidden if hidden else columns, num_outputs)
        self.shortcut = nn.Conv1d(columns, num_outputs, 3, padding=1) if shortcut else None

    @property
    def joined_inputs(self) -> dict[str, tuple[int, ...]]:
        """Weights that read several outputs side by side: the class layer reads both directions."""
        hidden = int(self.hparams["hidden"])
        return {"classifier.weight": (hidden, hidden)} if hidden else {}

    @property
    def time_stride(self) -> int:
        """Pixels of the line's width per step."""
        return 2 << int(self.hparams["narrow"])

    def forward(self, image: Tensor, lengths: Tensor | None = None) -> Tensor | tuple[Tensor, Tensor]:
        """Ink (B, 1, H, W) in [0, 1], true widths (B,) of padded lines -> logits (B, T, C), T = ceil(W / stride)."""
        columns, left = self.columns(image, lengths)
        logits = self.head(columns, left)
        if self.shortcut is not None and self.training:
            return logits, self.shortcut(self.dropout(columns)).transpose(1, 2)
        return logits

    def columns(self, image: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """What the convolutions see of ink (B, 1, H, W): a column per step (B, F, T), and each line's steps (B,)."""
        features, left = self.stem(image, lengths)
        for stage in self.stages:
            features, left = stage(features, left)
        return features.amax(dim=2), left

    def head(self, columns: Tensor, left: Tensor | None = None) -> Tensor:
        """Columns (B, F, T), true steps (B,) of padded lines -> logits (B, T, C)."""
        for mixer in self.mixers:
            columns = mixer(columns, left)
        sequence = self.dropout(columns.transpose(1, 2))  # (B, T, F)
        if self.recurrent is not None:
            sequence = self.dropout(_run(self.recurrent, sequence, left))
        logits: Tensor = self.classifier(sequence)
        return logits


class _Normalised(nn.Module):
    """3x3 convolution, batch normalisation, ReLU; columns beyond the true widths become zero."""

    def __init__(self, inputs: int, outputs: int, *, stride: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        self.stride = stride[1]
        self.convolution = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, images: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        left = None if lengths is None else -(-lengths // self.stride)
        return _masked(torch.relu(self.norm(self.convolution(images))), left), left


class _Residual(nn.Module):
    """Two 3x3 convolutions with their input added."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _Normalised(width, width)
        self.second = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, images: Tensor, lengths: Tensor | None) -> Tensor:
        inner, _ = self.first(images, lengths)
        return _masked(torch.relu(images + self.norm(self.second(inner))), lengths)


class _Stage(nn.Module):
    """A strided convolution, then residual blocks."""

    def __init__(self, inputs: int, outputs: int, depth: int, *, halve_width: bool) -> None:
        super().__init__()
        self.down = _Normalised(inputs, outputs, stride=(2, 2 if halve_width else 1))
        self.blocks = nn.ModuleList(_Residual(outputs) for _ in range(depth))

    def forward(self, images: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        images, left = self.down(images, lengths)
        for block in self.blocks:
            images = block(images, left)
        return images, left


class _Mixer(nn.Module):
    """Depthwise convolution along the line, then two pointwise ones, with the input added. (B, F, T) -> (B, F, T)."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width, bias=False),
            nn.BatchNorm1d(width),
            nn.Conv1d(width, 2 * width, 1, bias=False),
            nn.BatchNorm1d(2 * width),
            nn.ReLU(),
            nn.Conv1d(2 * width, width, 1, bias=False),
            nn.BatchNorm1d(width),
        )

    def forward(self, columns: Tensor, lengths: Tensor | None) -> Tensor:
        return _masked(torch.relu(columns + self.layers(columns)), lengths)


def _masked(features: Tensor, lengths: Tensor | None) -> Tensor:
    """Zero from each sample's length on, along the last axis."""
    if lengths is None:
        return features
    steps = torch.arange(features.shape[-1], device=features.device)
    kept = steps[None, :] < lengths.to(features.device)[:, None]  # (B, W)
    return features * kept.reshape(len(lengths), *[1] * (features.ndim - 2), -1)


def _run(recurrent: nn.LSTM | nn.GRU, sequence: Tensor, lengths: Tensor | None) -> Tensor:
    """The recurrent layers over each sample's own steps.

    Padded samples are run direction by direction, the backward one on samples turned round within their own length:
    exact, and several times faster to train on a CPU than packed sequences.
    """
    if lengths is None:
        outputs: Tensor = recurrent(sequence)[0]
        return outputs
    steps = torch.arange(sequence.shape[1], device=sequence.device)
    own = lengths.to(sequence.device)[:, None]
    turned = torch.where(steps < own, own - 1 - steps, steps)[:, :, None]  # (B, T, 1)
    for layer in range(recurrent.num_layers):
        if layer:
            sequence = functional.dropout(sequence, recurrent.dropout, recurrent.training)
        forwards = _direction(recurrent, sequence, f"l{layer}")
        backwards = _direction(recurrent, _reordered(sequence, turned), f"l{layer}_reverse")
        sequence = torch.cat([forwards, _reordered(backwards, turned)], dim=2)
    return sequence


def _direction(recurrent: nn.LSTM | nn.GRU, sequence: Tensor, name: str) -> Tensor:
    """One layer in one direction, forwards in time. (B, T, F) -> (B, T, hidden)."""
    weights = [getattr(recurrent, f"{kind}_{name}") for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    zero = sequence.new_zeros(1, len(sequence), recurrent.hidden_size)
    rest = (weights, True, 1, 0.0, recurrent.training, False, True)
    is_lstm = isinstance(recurrent, nn.LSTM)
    outputs: Tensor = torch.lstm(sequence, [zero, zero], *rest)[0] if is_lstm else torch.gru(sequence, zero, *rest)[0]
    return outputs


def _reordered(sequence: Tensor, order: Tensor) -> Tensor:
    return sequence.gather(1, order.expand(-1, -1, sequence.shape[2]))


def _check(
    height: int,
    widths: Sequence[int],
    depths: Sequence[int],
    narrow: int,
    hidden: int,
    layers: int,
    cell: str,
    mixers: int,
    kernel: int,
) -> None:
    if len(widths) != len(depths) + 1 or not depths or min(widths) < 1 or min(depths) < 0:
        raise ValueError(
            f"widths {list(widths)} must have one entry more than depths {list(depths)}; use [16,32,64] [1,1]"
        )
    if not 0 <= narrow <= len(depths):
        raise ValueError(f"narrow must be in [0, {len(depths)}], got {narrow}; use 1 for one step per 4 pixels")
    if height < 2 ** len(widths):
        raise ValueError(f"height must be at least {2 ** len(widths)} for {len(widths)} halvings, got {height}; use 40")
    if hidden < 0 or layers < 1 or mixers < 0:
        raise ValueError(f"hidden={hidden}, layers={layers}, mixers={mixers}; use hidden=120 layers=2 mixers=0")
    if cell not in CELLS:
        raise ValueError(f"cell={cell}; use {' or '.join(CELLS)}")
    if kernel < 1 or kernel % 2 == 0:
        raise ValueError(f"kernel must be odd, got {kernel}; use 9")
