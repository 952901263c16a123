"""Lines read one by one with an artefact whose decoder is `ctc`: greedily, or by beam search with what is known.

Knows the contract's keys for lines and the decoders beside it; knows no session, no zoo and no file of images. A line
without ink gives "", one too large to be read is refused.

Shapes: `H`, `W` height and width of an image, `T` steps, `C` classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from frugal.contract import InputError
from frugal.runtime import ctc
from frugal.runtime.beam import Scorer
from frugal.runtime.ctc import LinePrediction
from frugal.runtime.line_decoding import decode_line
from frugal.runtime.second_look import SecondLook, choose, second_look

NOTHING = LinePrediction(value="", confidence=1.0)
LEAST_SIDE = 2
LEAST_CONTRAST = 8
"""Grey levels between the lightest and the darkest pixel under which there is paper and no ink."""
MOST_PIXELS = 50_000
"""Width of a line at the network's height: some 2 000 characters. Reading several of that size, each of another, took a
process 0.7 GB, and 1.3 GB at twice the width."""


@dataclass(frozen=True, kw_only=True)
class LineFormat:
    """What the contract says of scores and images.

    Attributes:
        labels: the characters, in the order of the classes without blank.
        blank: the class that stands for no character.
        time_stride: pixels at `height`, or points, per step.
        height: what the graph resizes images to; None where the input is no image.
        temperature: calibrates confidence (Guo et al. 2017).
        second_look: at lines of narrow hands, which have too few steps per character; None for none.
    """

    labels: tuple[str, ...]
    blank: int
    time_stride: float
    height: int | None
    temperature: float
    second_look: SecondLook | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """The character of every class; "" for blank."""
        return (*self.labels[: self.blank], "", *self.labels[self.blank :])

    def decode(self, scores: np.ndarray, item: np.ndarray, scorer: Scorer | None) -> LinePrediction:
        """The text in one item's scores (1, T, C); spans in the item's own pixels or points, not beyond its end."""
        stride, end = self.time_stride, float(item.shape[0])
        if self.height is not None:
            stride, end = self.time_stride * item.shape[0] / self.height, float(item.shape[1])
        how: dict[str, Any] = {"blank": self.blank, "time_stride": stride, "temperature": self.temperature}
        if scorer is None:
            (line,) = ctc.decode(scores, self.labels, **how)
        else:
            line = decode_line(scores, self.labels, scorer=scorer, **how)
        return replace(line, spans=tuple((min(start, end), min(stop, end)) for start, stop in line.spans))

    def drawn_out(self, scores: np.ndarray, item: np.ndarray) -> np.ndarray | None:
        """The image (H, W') to look at once more, after its scores (1, T, C); None where the first look is enough."""
        if self.second_look is None or self.height is None:
            return None
        classes, _, _ = ctc.best_path(ctc.checked(scores, self.labels, self.blank)[0], self.blank)
        read = "".join(self.symbols[index] for index in classes).strip()
        factor = self.second_look.factor(item.shape[1] * self.height / item.shape[0], len(read))
        if factor == 1.0:
            return None
        size = (round(item.shape[1] * factor), item.shape[0])
        return np.asarray(Image.fromarray(item).resize(size, Image.Resampling.BILINEAR))

    def decode_both(
        self, looks: Sequence[np.ndarray], items: Sequence[np.ndarray], scorer: Scorer | None
    ) -> LinePrediction:
        """The text after two looks, spans in pixels of the first one's item.

        With a scorer, of the two texts the one that both looks and the scorer find more probable; else the second.
        """
        second = self.decode(looks[1], items[1], scorer)
        back = items[0].shape[1] / items[1].shape[1]
        second = replace(second, spans=tuple((start * back, stop * back) for start, stop in second.spans))
        if scorer is None:
            return second
        found = (second, self.decode(looks[0], items[0], scorer))
        if found[0].value == found[1].value:
            return second
        classes = {symbol: index for index, symbol in enumerate(self.symbols)}
        texts = [[classes[character] for character in line.value] for line in found]
        shares = [ctc.checked(scores, self.labels, self.blank)[0] for scores in looks]
        return found[choose(texts, shares, blank=self.blank, scorer=scorer)]

    def holds_nothing(self, item: np.ndarray) -> bool:
        """Whether an image (H, W) is too small for a character, also at the network's height, or has no ink."""
        if self.height is None:
            return not len(item)
        if min(item.shape) < LEAST_SIDE or item.shape[1] * self.height < item.shape[0]:
            return True
        return int(item.max()) - int(item.min()) < LEAST_CONTRAST

    def check_size(self, index: int, item: np.ndarray) -> None:
        """Raises InputError for an image that would be too wide at the network's height."""
        if self.height is None or item.shape[1] * self.height <= MOST_PIXELS * max(item.shape[0], LEAST_SIDE):
            return
        raise InputError(
            f"item {index}: an image of {item.shape[0]} x {item.shape[1]} pixels",
            allowed=f"at most {MOST_PIXELS // self.height} times as wide as high",
            remedy="cut it into shorter lines; frugal read cuts pages",
        )


def line_format(contract: Mapping[str, Any]) -> LineFormat:
    """The keys of a contract with the decoder `ctc`; raises InputError, naming the key, where one cannot be used."""
    labels = tuple(contract["labels"])
    blank: Any = contract.get("blank", len(labels))
    stride: Any = contract.get("time_stride")
    height: Any = contract.get("height")
    temperature: Any = contract.get("temperature", 1.0)
    checks = {
        "blank": _is_number(blank, int) and 0 <= blank <= len(labels),
        "time_stride": _is_number(stride, int | float) and stride > 0,
        "height": height is None or (_is_number(height, int) and height > 0),
        "temperature": _is_number(temperature, int | float) and temperature > 0,
    }
    for key, holds in checks.items():
        if not holds:
            raise InputError(f"contract.json with {key} {contract.get(key)!r}", allowed="see export/CONTRACT.md")
    return LineFormat(
        labels=labels,
        blank=blank,
        time_stride=stride,
        height=height,
        temperature=temperature,
        second_look=second_look(contract.get("second_look"), named="contract.json with second_look"),
    )


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
