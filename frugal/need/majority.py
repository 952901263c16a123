"""Always the most frequent answer: what not looking at all achieves. Knows the truths of the training items only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import Artefact
from frugal.need.graphs import node, write_classifier
from frugal.need.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Majority:
    """The most frequent label; of lines the most frequent text. Of equally frequent ones the first in the alphabet."""

    name: str = "majority"
    kind: str = "majority"

    def unfit(self, problem: Problem) -> str:
        return ""

    def build(self, problem: Problem, folder: Path) -> Artefact:
        counts = Counter(problem.train.truths)
        most = min(counts, key=lambda truth: (-counts[truth], truth))
        labels = problem.labels or (most,)
        scores = np.zeros((1, len(labels)), np.float32)
        scores[0, labels.index(most)] = 1.0
        nodes = [
            node("Shape", ["image"], "batch", start=0, end=1),
            node("Concat", ["batch", "classes"], "shape", axis=0),
            node("Expand", ["answer", "shape"], "scores"),
        ]
        constants = {"answer": scores, "classes": np.array([len(labels)])}
        return write_classifier(problem, folder, nodes, constants, method=self.name, labels=labels)
