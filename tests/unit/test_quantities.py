"""From segments to quantities, by hand: times less the empty loop, energy less the idle machine, ratios."""

from __future__ import annotations

import math
from typing import Any

import pytest

from frugal import quantities

TWO_SIDED = 4.302653
"""Student's t for three values."""


def segment(cpu_ms: float, joules: float | None = None, calls: int = 100) -> dict[str, Any]:
    seconds = cpu_ms * calls / 1e3
    return {
        "blocks": 2,
        "calls": calls,
        "cpu_s": seconds,
        "wall_s": seconds,
        "energies": [{"joules": joules, "reason": "" if joules is not None else "the counter stood still"}],
        "call_ms": [cpu_ms] * 5,
    }


def model(*segments: dict[str, Any], empty_ms: float = 0.0) -> dict[str, Any]:
    loop = {"cpu_s": empty_ms / 1e3, "wall_s": empty_ms / 1e3}
    return {"segments": list(segments), "empty_loop": [loop, loop]}


def timing(*models: dict[str, Any], method: str = "B", idle_w: tuple[float, ...] = (1.0, 1.0, 1.0)) -> dict[str, Any]:
    meter = {"name": "counter", "method": method, "factor": 1.2, "scope": "a box"}
    idle = [{"joules": watts * 10, "wall_s": 10.0, "reason": ""} for watts in idle_w]
    return {"meters": [meter], "idle": [idle], "models": list(models)}


def test_times_are_those_of_the_model_alone() -> None:
    """2, 3 and 4 ms less 0.5 of the empty loop: 2.5 +- t(2) / sqrt(3)."""
    found = quantities.times(model(segment(2), segment(3), segment(4), empty_ms=0.5))
    assert found["cpu_ms"].value == pytest.approx(2.5)
    assert found["cpu_ms"].high == pytest.approx(2.5 + TWO_SIDED / math.sqrt(3), rel=1e-5)
    assert found["wall_ms_p50"].value == pytest.approx(2.5)
    assert found["wall_ms_p95"].value == pytest.approx(3.5)


def test_energy_is_gross_and_net_of_the_idle_machine() -> None:
    """10 ms and 0.5 J per 100 calls: 5 mJ a call; 0.1 W idle takes 1 mJ of them; the factor is 1.2."""
    (tier,) = quantities.tiers(timing(model(*[segment(10, 0.5)] * 4), idle_w=(0.1, 0.1)), 0)
    assert tier.gross_mj.value == pytest.approx(5.0)
    assert tier.gross_mj.high == pytest.approx(6.0)
    assert tier.net_mj.value == pytest.approx(4.0) and tier.net_share == pytest.approx(0.8)
    assert tier.net_mj.high == pytest.approx(4.8)
    assert quantities.headline([[tier]]) == ([tier.net_mj], "net of the idle machine")


def test_the_spread_of_the_idle_machine_widens_the_net_energy() -> None:
    """Idle 0.1 +- t(2) 0.01 / sqrt(3) W over 10 ms: 0.248 mJ of half width on 4 mJ."""
    (tier,) = quantities.tiers(timing(model(*[segment(10, 0.5)] * 4), idle_w=(0.09, 0.1, 0.11)), 0)
    half = TWO_SIDED * 0.01 / math.sqrt(3) * 10
    g = math.exp(math.hypot(math.log1p(half / 4), math.log(1.2)))
    assert tier.net_mj.high == pytest.approx(4 * g, rel=1e-4)


def test_idle_that_dominates_keeps_the_gross_figure_for_all_rows() -> None:
    busy, idle = model(*[segment(10, 5.0)] * 4), model(*[segment(10, 1.1)] * 4)
    told = [quantities.tiers(timing(busy, idle, idle_w=(1.0, 1.0)), index) for index in (0, 1)]
    assert [tiers[0].net_share for tiers in told] == [pytest.approx(0.8), pytest.approx(1 / 11)]
    assert told[1][0].is_dominated_by_idle
    energies, boundary = quantities.headline(told)
    assert [energy.value for energy in energies] == [pytest.approx(50.0), pytest.approx(11.0)]
    assert "dominated by idle" in boundary


def test_work_that_does_not_stand_out_has_no_net_energy() -> None:
    (tier,) = quantities.tiers(timing(model(*[segment(10, 1.0)] * 4), idle_w=(1.0, 1.2, 0.8)), 0)
    assert tier.net_mj.value is None and "does not stand out" in tier.net_mj.reason


def test_the_empty_loop_is_taken_off_the_energy_too() -> None:
    """1 ms of 10 is the loop: nine tenths of 5 mJ."""
    (tier,) = quantities.tiers(timing(model(*[segment(10, 0.5)] * 4, empty_ms=1.0), method="C"), 0)
    assert tier.gross_mj.value == pytest.approx(4.5)
    assert tier.net_mj.value is None and "idle share" in tier.net_mj.reason
    assert quantities.headline([[tier]])[1] == "idle share of the busy core included"


def test_one_unreadable_segment_makes_the_energy_unknown_with_its_reason() -> None:
    (tier,) = quantities.tiers(timing(model(segment(10, 0.5), segment(10, None), segment(10, 0.5))), 0)
    assert tier.gross_mj.value is None
    assert "the counter stood still (1 of 3 segments)" in tier.gross_mj.reason
    assert quantities.headline([[tier]])[0][0].value is None
    assert quantities.energy_ratios(timing(model(segment(1))), [[tier]], ["a"]) == ()


def test_an_idle_machine_that_was_not_read_leaves_the_gross_figure() -> None:
    told = timing(model(*[segment(10, 0.5)] * 4))
    told["idle"] = [[{"joules": None, "wall_s": 1.0, "reason": "no rights"}]]
    (tier,) = quantities.tiers(told, 0)
    assert "no rights" in tier.net_mj.reason
    assert quantities.headline([[tier]])[1] == "gross: idle included"


def test_ratios_come_from_the_same_segments_and_say_of_what() -> None:
    """Twice the time and three times the energy, whatever the load of the moment."""
    load = (1.0, 1.5, 2.0, 1.2)
    told = timing(
        model(*[segment(10 * times, 0.5 * times) for times in load]),
        model(*[segment(20 * times, 1.5 * times) for times in load]),
    )
    names = ["a", "b"]
    (cpu,) = quantities.cpu_ratios(told, names)
    assert (cpu.value, cpu.low, cpu.high) == (pytest.approx(2.0), pytest.approx(2.0), pytest.approx(2.0))
    assert (cpu.of, cpu.of_step, cpu.to_step, cpu.blocks) == ("cpu_time", "b", "a", 8)
    tiers = [quantities.tiers(told, index) for index in (0, 1)]
    (energy,) = quantities.energy_ratios(told, tiers, names)
    assert (energy.of, energy.value) == ("energy", pytest.approx(3.0))


def test_the_cpu_time_model_claims_no_ratio_of_energies() -> None:
    told = timing(model(segment(10, 0.5)), model(segment(20, 1.0)), method="C")
    assert quantities.energy_ratios(told, [quantities.tiers(told, index) for index in (0, 1)], ["a", "b"]) == ()


def test_two_methods_are_compared_and_never_added() -> None:
    told = timing(model(*[segment(10, 0.5)] * 4))
    told["meters"].append({"name": "model", "method": "C", "factor": 2.5, "scope": "a core"})
    told["idle"].append(told["idle"][0])
    for one in told["models"][0]["segments"]:
        one["energies"] = [one["energies"][0], {"joules": 0.4, "reason": ""}]
    tiers = quantities.tiers(told, 0)
    (check,) = quantities.cross_checks(tiers)
    assert (check["of"], check["to"]) == ("model (C)", "counter (B)")
    assert check["value"] == pytest.approx(0.8)


def test_pairs_are_with_the_first_and_with_the_one_before() -> None:
    assert quantities.pairs(3) == [(1, 0), (2, 0), (2, 1)]
    assert quantities.pairs(1) == []
