"""Horowitz's table: a MAC is a multiplication and an addition."""

from __future__ import annotations

import pytest

from frugal.contract import InputError
from frugal.energy.meters.per_mac import energy_of_macs
from frugal.energy.meters.textbook import mac_cost


@pytest.mark.parametrize(("precision", "picojoules"), [("int8", 0.3), ("float16", 1.5), ("float32", 4.6)])
def test_a_mac(precision: str, picojoules: float) -> None:
    """int8: 0.2 + 0.1 (into 32 bits); float16: 1.1 + 0.4; float32: 3.7 + 0.9."""
    cost = mac_cost(precision)
    assert cost.picojoules == pytest.approx(picojoules)
    assert cost.method == "E" and "lower bound" in cost.scope


def test_a_million_float_macs() -> None:
    assert energy_of_macs(1_000_000, mac_cost("float32")).joules == pytest.approx(4.6e-6)


def test_what_the_book_does_not_hold() -> None:
    with pytest.raises(InputError, match="textbook energy of int4; allowed: int8"):
        mac_cost("int4")
