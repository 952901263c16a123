"""Lines that nobody transcribed, with the texts that a model reads in them: a further source to learn from.

Pseudo-labels: Lee 2013, "Pseudo-label: the simple and efficient semi-supervised learning method"; of whole texts: Kim,
Rush 2016, "Sequence-level knowledge distillation". Deviation: a reading of which the model is not sure enough counts as
no text, and training passes over lines without text. Knows no file format and no network that is trained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from frugal.contract import InputError
from frugal.data.line_images import decoded
from frugal.data.line_source import LineSource, RawLine
from frugal.runtime.artefact import sha256
from frugal.runtime.reader import Reader
from frugal.zoo import index
from frugal.zoo.loading import load


@dataclass(frozen=True, kw_only=True)
class ReadLines:
    """`lines` with a model's readings in place of their texts, whatever these are.

    A line is read when it is first drawn, and its reading is kept: a run reads each line once.

    Attributes:
        lines: any source, such as `FurtherLines` of a `lines.tsv` whose column of texts is empty.
        model: what reads: an artefact of lines, by its name in the zoo or its folder.
        lm: a language model to read with, by its name in the zoo or its folder; None reads greedily.
        sure: the geometric mean of the characters' probabilities from which on a reading is learnt, in [0, 1].
    """

    lines: LineSource
    model: str
    lm: str | None = None
    sure: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.sure <= 1:
            raise InputError(f"sure={self.sure}", allowed="[0, 1]", remedy="sure=0.9; 0 learns every reading")

    def __len__(self) -> int:
        return len(self.lines)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        """Every line; the text of one that is not read surely enough is empty."""
        return (replace(line, text=self._reading(line)) for line in self.lines.stream(random))

    def fingerprint(self) -> str:
        """Of the lines and of what reads them."""
        parts = [self.lines.fingerprint(), str(self._reader.contract.get("model_sha256")), str(self.sure)]
        if self.lm is not None:
            folder = Path(self.lm) if Path(self.lm).is_dir() else index.find(self.lm)
            parts.append(sha256(folder / "lm.bin"))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _reading(self, line: RawLine) -> str:
        if line.id not in self._texts:
            (reading,) = self._reader.predict([decoded(line)], lm=self.lm)
            is_sure = bool(reading.value) and reading.confidence ** (1 / len(reading.value)) >= self.sure
            self._texts[line.id] = reading.value if is_sure else ""
        return self._texts[line.id]

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Line id -> its reading, or "" where that is not sure enough."""
        return {}

    @cached_property
    def _reader(self) -> Reader:
        reader = load(self.model)
        if reader.contract.get("decoder") != "ctc":
            task = reader.contract.get("task")
            raise InputError(f"model={self.model} for the task {task}", allowed="a model that reads lines")
        return reader
