"""Task: what does this line of handwriting say? Connectionist temporal classification over an alphabet.

Knows the alphabet, the loss and how a raw image becomes network input; knows no network, no file, no Lightning.

Graves, Fernandez, Gomez and Schmidhuber 2006, "Connectionist temporal classification". The blank is the last class.

Shapes: `B` batch, `T` steps, `C` classes (labels, then blank), `H`, `W` height and width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from frugal import text
from frugal.contract import Arrays, Batch, InputError, Metric, Port, Prediction, Signature, Tally
from frugal.runtime import ctc
from frugal.runtime.line_scores import accent_score, raw_score, word_score
from frugal.runtime.second_look import second_look

LEAST_CONTRAST = 32.0
"""Grey levels between paper and ink below which contrast is not stretched: an empty line stays empty."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Text lines: uint8 (H, W) of any size, dark ink on light paper.

    Attributes:
        labels: the alphabet, one character each.
        height: what lines are resized to, inside the graph, keeping their proportions.
        time_stride: pixels of width that the network sees, so at `height` and widened, per step.
        reference_width: width, at twice `height`, of the line at which multiply-accumulates are counted.
        resize: how lines are brought to `height` in the graph. "antialias": every pixel counts, whatever the size.
            "linear": between neighbouring pixels, in two steps, which takes a fraction of the time; beyond four times
            the height thin strokes begin to break.
        widen: in the graph lines are also drawn out to so many times their width, 1 to 3, in steps of 1/20: more steps
            for each character of narrow hands, at the price of as many more operations.
        second_look: for whoever reads with the model: lines on which it reads more than one character per
            `narrower_than` pixels of width at `height` are read once more, drawn out beforehand: by `widen`, or until a
            character has as many pixels, but at most by `widest`. The figures of a run are those of the first look.
    """

    parity_tolerance: ClassVar[float] = 3e-3
    """PyTorch and onnxruntime place the pixels of a resized line by float32 coordinates and differ by up to 0.02 grey
    levels (each by half of that from float64), of which a recurrent network can make 0.001 in a probability."""

    labels: Sequence[str] = field(default=text.FRENCH)
    height: int = 40
    time_stride: int = 4
    reference_width: int = 1000
    resize: Literal["antialias", "linear"] = "antialias"
    widen: float = 1.0
    second_look: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.resize not in ("antialias", "linear"):
            raise InputError(f"resize={self.resize}", allowed="antialias, linear", remedy="resize=antialias")
        if not 1 <= self.widen <= 3 or self._widened != Fraction(str(self.widen)):
            raise InputError(f"widen={self.widen}", allowed="1 to 3, in steps of 0.05", remedy="widen=1.0")
        second_look(self.second_look)
        if len(set(self.labels)) != len(self.labels) or any(len(label) != 1 for label in self.labels):
            raise InputError(f"labels={''.join(self.labels)[:40]}", allowed="distinct single characters")
        changed = [label for label in self.labels if label != " " and text.normalise(label) != label]
        if changed:
            raise InputError(
                f"labels with {''.join(changed)}", allowed="characters as text.normalise leaves them (NFC, ' and \")"
            )

    @property
    def num_outputs(self) -> int:
        return len(self.labels) + 1

    @property
    def blank(self) -> int:
        """The index of the class that stands for no character."""
        return len(self.labels)

    @property
    def metric(self) -> Metric:
        return Metric(name="cer", unit="line")

    @property
    def signature(self) -> Signature:
        image = Port(
            name="image",
            dtype="uint8",
            shape=("batch", "height", "width"),
            polarity="dark ink on light paper",
            range=(0, 255),
        )
        scores = Port(name="scores", dtype="float32", shape=("batch", "steps", self.num_outputs), range=(0, 1))
        ids = Port(name="ids", dtype="int64", shape=("batch", "steps"), range=(-1, len(self.labels) - 1))
        return Signature(inputs=(image,), outputs=(scores, ids))

    def contract(self) -> dict[str, Any]:
        return {
            "task": "lines",
            "decoder": "ctc",
            "labels": list(self.labels),
            "blank": self.blank,
            "height": self.height,
            "widen": self.widen,
            "time_stride": self.time_stride if self.widen == 1 else self.time_stride / self.widen,
            "reference_shape": {"image": [1, 2 * self.height, self.reference_width]},
            **({"second_look": dict(self.second_look)} if self.second_look else {}),
        }

    def encode(self, line: str) -> list[int]:
        """Class indices of a normalised text; characters outside the alphabet are left out."""
        return [self._index[character] for character in text.normalise(line) if character in self._index]

    def loss(self, outputs: Tensor, batch: Batch) -> Tensor:
        """CTC loss of logits (B, T, C), per character of the batch's texts; impossible alignments count nothing."""
        widths = self._widths(batch)
        steps = -(-widths // self.time_stride)  # (B,)
        if int(steps.max()) != outputs.shape[1]:
            raise InputError(
                f"a network with {outputs.shape[1]} steps for lines {int(widths.max())} pixels wide",
                allowed=f"one step per {self.time_stride} pixels",
                remedy="task.time_stride as the network's (8 for model.narrow=2)",
            )
        encoded = [self.encode(line) for line in batch.targets]
        sizes = torch.tensor([len(line) for line in encoded])
        losses = functional.ctc_loss(
            outputs.log_softmax(-1).transpose(0, 1),  # (T, B, C)
            torch.tensor([index for line in encoded for index in line], dtype=torch.long),
            steps.to(torch.long),
            sizes,
            blank=self.blank,
            reduction="none",
            zero_infinity=True,
        )
        return losses.sum() / sizes.sum().clamp(min=1)

    def seen_lengths(self, lengths: Tensor, shape: Sequence[int]) -> Tensor:
        """Widths (B,) of lines in a batch of that `shape` (B, H, W) -> widths (B,) that the network sees, in pixels."""
        seen: Tensor = _seen_width(lengths, shape[1], self.height, self._widened)
        return seen

    def front(self) -> nn.Module:
        return _Front(self.height, antialias=self.resize == "antialias", widened=self._widened)

    def tail(self) -> nn.Module:
        return _Tail(self.blank)

    def decode(self, outputs: Arrays) -> list[Prediction]:
        return [*ctc.decode(outputs["scores"], self.labels, blank=self.blank)]

    def truths(self, batch: Batch) -> list[str]:
        return list(batch.targets)

    def score(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> list[Tally]:
        return ctc.score(predictions, truths)

    def breakdown(self, predictions: Sequence[Prediction], truths: Sequence[Any]) -> dict[str, list[Tally]]:
        """`cer_raw` (nothing normalised), `wer`, and `accents`: accented characters of the truth that were missed."""
        scores = {"cer_raw": raw_score, "wer": word_score, "accents": accent_score}
        found = {name: score(predictions, truths) for name, score in scores.items()}
        return {name: tallies for name, tallies in found.items() if sum(tally.total for tally in tallies)}

    def _widths(self, batch: Batch) -> Tensor:
        """Pixels (B,) of each line as the network sees it."""
        lines, _, width = shape = batch.inputs["image"].shape
        lengths = batch.lengths.get("image", torch.full((lines,), width))
        return self.seen_lengths(lengths.cpu(), shape)

    @property
    def _widened(self) -> Fraction:
        return Fraction(str(self.widen)).limit_denominator(20)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {character: index for index, character in enumerate(self.labels)}


class _Front(nn.Module):
    """uint8 (B, H, W) -> ink in [0, 1], float (B, 1, height, W'): resized, then stretched from paper to darkest ink.

    Without `antialias` lines of more than twice the height are brought to that first: down to half a linear resize
    misses no pixel.
    """

    def __init__(self, height: int, *, antialias: bool = True, widened: Fraction = Fraction(1)) -> None:
        super().__init__()
        self.height = height
        self.antialias = antialias
        self.widened = widened

    def forward(self, image: Tensor) -> Tensor:
        grey = image.unsqueeze(1).to(torch.float32)
        old_height, old_width = image.shape[1], image.shape[2]
        is_widened = self.widened != 1
        if torch.compiler.is_exporting() or is_widened or old_height != self.height:  # a graph must always resize
            heights: list[Any] = [self.height]  # numbers, or torch's symbols of them while it exports
            if not self.antialias:
                heights.insert(0, torch.sym_min(old_height, 2 * self.height))
            for height in heights:
                size = (height, _seen_width(old_width, old_height, height, self.widened))
                grey = functional.interpolate(grey, size, mode="bilinear", antialias=self.antialias)
        paper = grey.amax(dim=(1, 2, 3), keepdim=True)
        darkest = grey.amin(dim=(1, 2, 3), keepdim=True)
        return (paper - grey) / (paper - darkest).clamp(min=LEAST_CONTRAST)


def _seen_width(width: Any, old_height: Any, height: Any, widened: Fraction) -> Any:
    """Pixels of a line of `width` at `old_height`, brought to `height` and widened; numbers, or torch's symbols."""
    parts = old_height * widened.denominator
    return (width * height * widened.numerator + parts - 1) // parts


class _Tail(nn.Module):
    """Logits (B, T, C) -> probabilities, and (B, T): a label's index where greedy decoding begins it, elsewhere -1."""

    def __init__(self, blank: int) -> None:
        super().__init__()
        self.blank = blank

    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        best = logits.argmax(dim=-1)  # (B, T)
        before = torch.cat([torch.full_like(best[:, :1], self.blank), best[:, :-1]], dim=1)
        begins = (best != self.blank) & (best != before)
        return logits.softmax(dim=-1), torch.where(begins, best, torch.full_like(best, -1))
