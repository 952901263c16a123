"""The class whose mean image is nearest (Rocchio's nearest centroid): one template per class, nothing else is kept.

Shapes: `C` classes, `H`, `W` image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import Artefact
from frugal.need.nearest import write_nearest
from frugal.need.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Template:
    """One mean image per class, as bytes; `side` as for the nearest neighbour."""

    side: int = 14
    name: str = "template"
    kind: str = "template"

    def unfit(self, problem: Problem) -> str:
        return "" if problem.task == "characters" else "lines differ in width: they have no mean image"

    def build(self, problem: Problem, folder: Path) -> Artefact:
        truths, images = np.array(problem.train.truths), np.stack(problem.train.images)
        known = [index for index, label in enumerate(problem.labels) if (truths == label).any()]
        means = [np.rint(images[truths == problem.labels[index]].mean(0)) for index in known]
        return write_nearest(
            problem,
            folder,
            np.stack(means).astype(np.uint8),
            np.array(known),
            side=self.side,
            method=self.name,
        )
