"""The life cycle of one inference, by hand; what is not assessed stays so, and no guess takes its place."""

import json

import pytest

from frugal.contract import InputError
from frugal.energy.factors import electricity
from frugal.energy.lifecycle import CRITERIA, Device, life_cycle, sci
from frugal.report.records import Quantity

ENERGY = Quantity(value=3.6, low=1.8, high=7.2, method="C")
"""3.6 mJ is 1e-9 kWh."""
TIME = Quantity(value=10.0, low=9.0, high=11.0, method="clock")
PHONE = Device(class_name="Smartphone")


def account(**changes):
    return life_cycle(**{"energy_mj": ENERGY, "time_ms": TIME, "unit": "line", "device": PHONE, **changes})


def test_use_is_energy_times_the_grid():
    cell = account().use["ghg", "FRA"].quantity
    assert cell.value == pytest.approx(1e-9 * 41.44)
    assert (cell.low, cell.high) == (pytest.approx(0.5e-9 * 41.44), pytest.approx(2e-9 * 56.039))
    assert cell.method == "C"
    assert account().use["water", "WORLD"].quantity.high == pytest.approx(2e-9 * 4.9737, rel=1e-4)
    assert account().use["adpe", "EU27"].quantity.value == pytest.approx(1e-9 * 6.42e-8)
    assert account().use["primary_energy", "FRA"].quantity.high == pytest.approx(2e-9 * 11.29)


def test_manufacture_is_shared_by_time_in_use_and_by_calendar():
    year = 365.25 * 86400
    in_use = account().manufacture["ghg", "in_use"].quantity
    calendar = account().manufacture["ghg", "calendar"].quantity
    assert in_use.value == pytest.approx(55_800 * 0.010 / (3 * year * 4 / 24))
    assert calendar.value == pytest.approx(55_800 * 0.010 / (3 * year))
    assert in_use.value / calendar.value == pytest.approx(6)
    assert (in_use.low, in_use.high) == (
        pytest.approx(31_100 * 0.009 / (3 * year / 6)),
        pytest.approx(77_400 * 0.011 / (3 * year / 6)),
    )


def test_life_and_hours_of_ones_own():
    longer = account(device=Device(class_name="Smartphone", life_years=6.0, hours_a_day=2.0))
    assert longer.manufacture["ghg", "in_use"].quantity.value == pytest.approx(
        account().manufacture["ghg", "in_use"].quantity.value
    )
    assert longer.manufacture["ghg", "calendar"].quantity.value == pytest.approx(
        account().manufacture["ghg", "calendar"].quantity.value / 2
    )


def test_every_cell_without_a_sound_factor_is_not_assessed():
    found = account()
    assert found.use["adpe", "WORLD"].quantity.reason.startswith("not assessed: two open tables")
    for criterion in ("adpe", "primary_energy", "water"):
        for way in ("in_use", "calendar"):
            quantity = found.manufacture[criterion, way].quantity
            assert quantity.value is None and quantity.reason.startswith("not assessed: ")
    nobody = account(device=None)
    assert all(cell.quantity.value is None for cell in nobody.manufacture.values())
    assert "no device was named" in nobody.manufacture["ghg", "in_use"].quantity.reason


def test_unknown_energy_or_time_is_unknown_impact_with_the_same_reason():
    found = account(energy_mj=Quantity.unknown("no meter"), time_ms=Quantity.unknown("not timed"))
    assert found.use["ghg", "FRA"].quantity == Quantity.unknown("no meter")
    assert found.manufacture["ghg", "in_use"].quantity == Quantity.unknown("not timed")
    assert sci(found, "FRA")["SCI"]["value"] is None


def test_no_number_is_ever_zero_or_negative():
    plain = account(country="DE").to_json()

    def numbers(value):
        if isinstance(value, dict):
            return [number for item in value.values() for number in numbers(item)]
        if isinstance(value, list):
            return [number for item in value for number in numbers(item)]
        return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []

    assert len(numbers(plain)) > 60 and all(number > 0 for number in numbers(plain))


def test_an_unknown_country_shows_the_range_over_the_grids():
    here = account().to_json()["use"]["here"]["ghg"]
    assert here["value"] is None and here["reason"].startswith("country unknown")
    assert here["low"] == pytest.approx(0.5e-9 * 41.44) and here["high"] == pytest.approx(2e-9 * 480.618)


def test_a_country_is_shown_beside_the_three_grids():
    found = account(country="DE")
    assert found.grids == (*electricity.DEFAULT_GRIDS, "DEU")
    assert found.here("ghg") == found.use["ghg", "DEU"]
    assert found.here("adpe").quantity.reason.startswith("not assessed: no open figure for this country")
    assert account(country="FR").grids == electricity.DEFAULT_GRIDS
    imputed = account(country="HR").to_json()["use"]["water"]
    assert imputed["HRV"]["imputed"] is True and "imputed" not in imputed["FRA"]


def test_sci_is_e_times_i_plus_m_per_r():
    found = account()
    one = sci(found, "EU27")
    e, i, m = one["E"]["value"], one["I"]["value"], one["M"]["value"]
    assert one["SCI"]["value"] == pytest.approx(e * i + m)
    assert one["SCI"]["low"] == pytest.approx(one["E"]["low"] * one["I"]["low"] + one["M"]["low"])
    assert one["SCI"]["high"] == pytest.approx(one["E"]["high"] * one["I"]["high"] + one["M"]["high"])
    assert (one["R"], one["SCI"]["unit"]) == ("line", "g CO2e per line")
    assert sci(found, "EU27", way="calendar")["M"]["value"] == pytest.approx(m / 6)
    assert sci(account(device=None), "EU27")["SCI"]["value"] is None


def test_the_section_is_plain_json_with_sources():
    plain = json.loads(json.dumps(account().to_json(), allow_nan=False))
    assert [entry["name"] for entry in plain["grids"]] == ["France", "European Union", "world"]
    assert set(plain["use"]) == {*CRITERIA, "here"}
    assert plain["use"]["ghg"]["FRA"]["source"] in plain["sources"]
    assert plain["sources"]["boavizta_pcf"]["licence"] == "ODbL-1.0"
    assert plain["device"] == {"class": "Smartphone", "life_years": 3.0, "hours_a_day": 4.0}
    assert set(plain["sci"]["FRA"]) == {"in_use", "calendar"}


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"life_years": 0.0}, "life of 0 years"),
        ({"life_years": float("nan")}, "life of nan years"),
        ({"hours_a_day": 25.0}, "25 hours of use a day"),
        ({"hours_a_day": 0.0}, "0 hours of use a day"),
    ],
)
def test_impossible_lives(changes, part):
    with pytest.raises(InputError, match=part):
        Device(class_name="Laptop", **changes)


def test_an_unknown_country_or_class_is_one_line():
    with pytest.raises(InputError, match="country Atlantis"):
        account(country="Atlantis")
    with pytest.raises(InputError, match="device class toaster"):
        account(device=Device(class_name="toaster"))
