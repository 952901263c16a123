"""The cost of an epoch is foretold from its first batches."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from frugal import ledger
from frugal.pipelines import Subject
from frugal.search.costs import _batches, epoch_cpu_s
from frugal.testing import tiny

pytestmark = pytest.mark.trains


def subject(width: int, **changes: object) -> Subject:
    training = dataclasses.replace(tiny.training(), **changes)
    return Subject(
        model=tiny.network(width=width), task=tiny.task(), data=tiny.data(), training=training, seed=0, about={}
    )


def test_the_forecast_is_near_what_training_costs(tmp_path: Path) -> None:
    """Within a factor of 4 of epochs so short that Lightning's own part is half of them; a neighbour only adds time."""
    costs = []
    for number in range(3):
        (tmp_path / str(number)).mkdir()
        tiny.trained(tmp_path / str(number), epochs=20)
        (line,) = ledger.read(tmp_path / str(number) / "ledger.jsonl")
        costs.append(line["cpu_s"] / 20)
    assert 0.25 < epoch_cpu_s(subject(8)) / min(costs) < 4


def test_a_larger_network_costs_more_and_nothing_is_changed() -> None:
    large = subject(64)
    before = {name: tensor.clone() for name, tensor in large.model.state_dict().items()}  # type: ignore[union-attr]
    assert epoch_cpu_s(large) > 2 * epoch_cpu_s(subject(4))
    assert all((tensor == before[name]).all() for name, tensor in large.model.state_dict().items())  # type: ignore[union-attr]


def test_lightnings_limit_on_batches_counts() -> None:
    assert [_batches(40, limit) for limit in (None, 10, 0.5, 100)] == [40, 10, 20.0, 40]
