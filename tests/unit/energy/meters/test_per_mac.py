"""MACs times picojoules, by hand; an unknown count stays unknown."""

from __future__ import annotations

import pytest

from frugal.energy.meters.per_mac import MacCost, energy_of_macs

COST = MacCost(picojoules=478, factor=2.2, method="D", scope="STM32H7A3", source="measured elsewhere")


def test_macs_times_picojoules() -> None:
    """12.5 million x 478 pJ = 5.975 mJ."""
    energy = energy_of_macs(12_500_000, COST)
    assert energy.joules == pytest.approx(5.975e-3)
    assert (energy.method, energy.factor, energy.scope) == ("D", 2.2, "STM32H7A3 (measured elsewhere)")


def test_an_unknown_count_is_unknown_not_zero() -> None:
    energy = energy_of_macs(None, COST)
    assert energy.joules is None and "could not be counted" in energy.reason
