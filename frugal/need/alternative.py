"""What an alternative must offer: a file per way of answering, of one of two kinds. Knows no data and no number.

A `Graph` ends as an ONNX file and is measured as every model is; a `Program` runs by itself (a function, a binary).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from frugal.contract import Artefact, Prediction
from frugal.need.problem import Problem


class Alternative(Protocol):
    """Attributes:
    name: what it is called in tables. kind: a key of the report's words (nothing, template, nearest, linear ...).
    """

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    def unfit(self, problem: Problem) -> str:
        """Why it cannot be tried on this problem or this machine; "" when it can."""
        ...


class Graph(Alternative, Protocol):
    """Learns little or nothing, then is a file like every model."""

    def build(self, problem: Problem, folder: Path) -> Artefact: ...


class Program(Alternative, Protocol):
    """Answers outside onnxruntime."""

    def answers(self, images: Sequence[np.ndarray]) -> list[Prediction]: ...
    def size_bytes(self) -> int | None:
        """Bytes of what must be installed for it, as far as it can be told."""
        ...
