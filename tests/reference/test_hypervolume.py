"""The hypervolume of the search benchmark, against counting random points."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def search() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("search")
    finally:
        sys.path.remove(str(BENCHMARKS))
        sys.modules.pop("search", None)


def test_it_is_the_share_of_points_that_are_dominated(search: ModuleType) -> None:
    random = np.random.default_rng(3)
    corners = random.uniform(0.05, 1.1, size=(6, 3))
    reference = 0.01 + search.SLACK
    points = [
        search.Tried(what="", code=0, error=e * reference, trained_error=0.01, bytes=b, cpu=c, cpu_s=1.0)
        for e, b, c in corners
    ]
    drawn = random.uniform(size=(200_000, 3))
    dominated = (corners[None] <= drawn[:, None]).all(axis=2).any(axis=1).mean()
    assert search.hypervolume(points) == pytest.approx(dominated, abs=0.005)


def test_nothing_beyond_the_reference_counts(search: ModuleType) -> None:
    worse = search.Tried(what="", code=1, error=0.2, trained_error=0.01, bytes=0.1, cpu=0.1, cpu_s=1.0)
    assert search.hypervolume([worse]) == 0.0
    assert search.hypervolume([]) == 0.0
