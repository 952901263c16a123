"""The law that energy and time follow: a level per device, a shared slope, and a range that widens where it must."""

import math

import pytest

from frugal.energy.scaling import Observation, fit, left_out

SLOPE, LEVELS = 0.9, {"slow": 3.0, "fast": 1.0, "other": 2.0}


def observations(levels=LEVELS, noise=0.0, networks=(1e5, 1e6, 1e7)):
    signs = (1, -2, 1)
    return [
        Observation(device=device, kind="core", network=f"net{index}", macs=macs,
                    value=math.exp(level + SLOPE * math.log(macs) + noise * signs[index % 3]))
        for device, level in levels.items()
        for index, macs in enumerate(networks)
    ]  # fmt: skip


def factor(interval):
    return interval.high / interval.value


def test_an_exact_law_is_found_again():
    scaling = fit(observations())
    assert scaling.slope == pytest.approx(SLOPE)
    found = scaling.of_device("slow", 3e6)
    assert found.value == pytest.approx(math.exp(3.0 + SLOPE * math.log(3e6)))
    assert factor(found) == pytest.approx(1, abs=1e-9)
    assert (scaling.degrees, {level.n for level in scaling.levels.values()}) == (9 - 3 - 1, {3})


def test_the_range_is_log_normal_and_holds_the_value():
    found = fit(observations(noise=0.1)).of_device("fast", 1e6)
    assert found.value / found.low == pytest.approx(found.high / found.value)
    assert 1.1 < factor(found) < 2.5


def test_the_range_widens_away_from_what_was_measured_and_with_fewer_rows():
    scaling = fit(observations(noise=0.1))
    assert factor(scaling.of_device("slow", 1e10)) > factor(scaling.of_device("slow", 1e6))
    fewer = fit([o for o in observations(noise=0.1) if o.device != "slow" or o.network == "net1"])
    assert factor(fewer.of_device("slow", 1e6)) > factor(scaling.of_device("slow", 1e6))


def test_a_device_that_departs_from_the_law_has_a_range_of_its_own():
    rows = observations(noise=0.02)
    odd = [
        Observation(device="odd", kind="core", network=f"net{i}", macs=macs, value=math.exp(level))
        for i, (macs, level) in enumerate(((1e5, 9.0), (1e6, 10.0), (1e7, 11.0)))
    ]
    scaling = fit([*rows, *odd])
    assert math.log(factor(scaling.of_device("odd", 1e6))) > 1.5 * math.log(factor(scaling.of_device("slow", 1e6)))


def test_another_device_of_the_kind_is_wider_than_a_measured_one():
    scaling = fit(observations(noise=0.1))
    other = scaling.of_kind("core", 1e6)
    assert other.value == pytest.approx(math.exp(2.0 + SLOPE * math.log(1e6)), rel=0.3)
    assert factor(other) > 3 * factor(scaling.of_device("slow", 1e6))


def test_two_devices_are_no_kind():
    two = fit(observations({"slow": 3.0, "fast": 1.0}, noise=0.1))
    assert two.of_kind("core", 1e6) is None
    assert two.of_kind("unheard of", 1e6) is None
    assert two.of_device("unheard of", 1e6) is None


def test_left_out_uses_nothing_of_the_network_on_the_device():
    rows = observations(noise=0.1)
    spoilt = [
        Observation(device=o.device, kind=o.kind, network=o.network, macs=o.macs, value=o.value * 1000)
        if (o.device, o.network) == ("slow", "net2") else o
        for o in rows
    ]  # fmt: skip
    before = next(e for e in left_out(rows) if (e.observation.device, e.observation.network) == ("slow", "net2"))
    after = next(e for e in left_out(spoilt) if (e.observation.device, e.observation.network) == ("slow", "net2"))
    assert after.predicted == pytest.approx(before.predicted)


@pytest.mark.parametrize("rows", [[], observations(networks=(1e6,)), observations({"slow": 3.0}, networks=(1e5, 1e6))])
def test_too_few_rows_are_no_fit(rows):
    assert fit(rows) is None
