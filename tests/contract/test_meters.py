"""Every meter that frugal knows keeps its promises, whether it can read here or not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from frugal.contract import Energy, Meter
from frugal.energy.meters.choice import all_meters
from frugal.testing import check_meter


@pytest.mark.parametrize("meter", all_meters(), ids=lambda meter: type(meter).__name__)
def test_meter(meter: Meter) -> None:
    check_meter(meter)


@dataclasses.dataclass
class _Fixed:
    """A meter that always reads the same."""

    joules: float | None
    reason: str = ""
    name: str = "fixed"
    method: str = "A"
    min_block_s: float = 0.01

    def unavailable(self) -> str | None:
        return self.reason or None

    def measure(self, work: Callable[[], None]) -> Energy:
        work()
        return Energy(joules=self.joules, factor=1.0, method="A", cpu_s=0.1, wall_s=0.1, reason=self.reason)


def test_a_meter_that_answers_zero_for_unknown_is_caught() -> None:
    with pytest.raises(AssertionError, match="answered 0"):
        check_meter(_Fixed(0.0, reason="no counter"))


def test_a_meter_that_does_not_grow_with_work_is_caught() -> None:
    with pytest.raises(AssertionError, match="three times the work"):
        check_meter(_Fixed(1.0))


def test_a_meter_that_reads_zero_is_caught() -> None:
    with pytest.raises(AssertionError, match=r"0\.0 J"):
        check_meter(_Fixed(0.0))


def test_an_unavailable_meter_that_says_why_passes() -> None:
    check_meter(_Fixed(None, reason="no counter"))
