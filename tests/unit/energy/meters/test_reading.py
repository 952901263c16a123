"""From a number to an `Energy`: nothing that is not above 0 is ever told."""

from __future__ import annotations

import pytest

from frugal.energy.meters.clocks import Elapsed
from frugal.energy.meters.reading import energy_of


class Source:
    method = "B"
    factor = 1.2
    scope = "a box"


ELAPSED = Elapsed(cpu_s=1.0, wall_s=2.0, began=0.0, ended=2.0)


def test_what_the_source_says_goes_with_the_joules() -> None:
    energy = energy_of(Source(), ELAPSED, 3.0)
    assert (energy.joules, energy.method, energy.factor, energy.scope, energy.reason) == (3.0, "B", 1.2, "a box", "")
    assert (energy.cpu_s, energy.wall_s) == (1.0, 2.0)


@pytest.mark.parametrize(("joules", "reason"), [(None, ""), (0.0, ""), (-1.0, ""), (5.0, "it broke"), (None, "gone")])
def test_anything_else_is_unknown_with_a_reason(joules: float | None, reason: str) -> None:
    energy = energy_of(Source(), ELAPSED, joules, reason)
    assert energy.joules is None
    assert energy.reason == (reason or "the counter did not move: the work was too short, or the counter stands still")


def test_a_machine_that_slept_makes_it_unknown() -> None:
    slept = Elapsed(cpu_s=1.0, wall_s=2.0, began=0.0, ended=62.0, suspended_s=60.0)
    assert "suspended for 60 s" in energy_of(Source(), slept, 3.0).reason
