"""Making devices: classes, their lives, and what no open figure covers."""

import pytest

from frugal.contract import InputError
from frugal.energy.factors.manufacture import device_class, device_classes, factor
from frugal.energy.factors.sources import source
from frugal.report.wording import life_cycle


def test_a_class_has_a_range_and_a_life():
    phone = factor("Smartphone", "ghg")
    assert (phone.low, phone.value, phone.high, phone.unit) == (31.1, 55.8, 77.4, "kg CO2e")
    assert device_class("smartphone").life_years == 3.0
    assert "median of 50 product sheets" in phone.scope


@pytest.mark.parametrize("words", [life_cycle.ENGLISH, life_cycle.FRENCH])
def test_every_class_has_its_name_in_both_languages(words):
    assert {f"device_class.{name}" for name in device_classes()} <= set(words)


def test_the_table_says_under_which_licence_it_is_offered():
    origin = source(factor("Printer", "ghg").source)
    assert origin.licence == "ODbL-1.0" and "this table" in origin.credit and "same licence" in origin.credit


@pytest.mark.parametrize("criterion", ["adpe", "primary_energy", "water"])
def test_other_criteria_of_a_device_are_not_assessed(criterion):
    assert factor("Laptop", criterion).value is None and factor("Laptop", criterion).reason


def test_an_unknown_class_lists_the_known():
    with pytest.raises(InputError, match="device class toaster; allowed: Desktop, Laptop"):
        device_class("toaster")
