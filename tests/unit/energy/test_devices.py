"""Device profiles: the ids that others rely on, figures with range and source, and files that are refused."""

import pytest

from frugal.contract import InputError
from frugal.energy.devices import CONFIDENCES, Figure, parse_profile, profile, profile_names
from frugal.energy.factors.manufacture import device_classes
from frugal.energy.measured import shipped_rows
from frugal.energy.target_operators import operator_lists

CONTRACT = [
    *("stm32l4r5", "stm32h7a3", "stm32u575", "stm32u385", "stm32n657", "ra8d1", "ndp9120", "esp32s3"),
    *("pi_zero_2w", "pi4", "pi5", "jetson_orin_nano", "phone_mid", "phone_2024", "laptop", "server"),
]
MINE = """
_target_: frugal.energy.devices.DeviceProfile
name: mine
title: a board
runs_on: its core
flash_bytes: {value: 1000, source: its label, confidence: datasheet}
"""


def test_the_ids_are_those_of_the_contract():
    assert set(profile_names()) == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_profile_is_complete(name):
    """Its file has its name, each figure a source and a range; what it refers to exists; what lacks has a reason."""
    found = profile(name)
    assert found.name == name
    figures = [found.flash_bytes, found.ram_bytes, found.power_w, found.picojoules_per_mac, found.battery_j]
    for figure in (figure for figure in figures if figure is not None):
        low, high = figure.ends
        assert low <= figure.value <= high and figure.source and figure.confidence in CONFIDENCES
    assert found.flash_bytes or found.flash_reason
    assert found.ram_bytes or found.ram_reason
    assert found.runtime in operator_lists() or (found.runtime is None and found.operators_reason)
    assert found.life_class is None or found.life_class in device_classes()
    assert (found.picojoules_per_mac is None) == (found.mac_precision == "")


@pytest.mark.parametrize("name", CONTRACT)
def test_a_profile_without_a_measured_network_says_so(name):
    found = profile(name)
    rows = [row for row in shipped_rows() if row.device == name]
    assert all((row.family, row.kind) == (found.family, found.kind) for row in rows)
    has_energy = any(row.energy_mj is not None for row in rows) or found.power_w or found.picojoules_per_mac
    assert has_energy or found.reason or name == "ra8d1"  # ra8d1: estimated from three others of its kind
    if name in ("laptop", "server"):
        assert not rows and not has_energy


def test_a_profile_of_ones_own(tmp_path):
    (tmp_path / "mine.yaml").write_text(MINE)
    found = profile(str(tmp_path / "mine.yaml"))
    assert (found.name, found.flash_bytes.value, found.ram_bytes) == ("mine", 1000, None)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("title:", "titel:"), "unknown key titel; allowed: name, title"),
        (("name: mine", "name: 3"), "name: 3; allowed: str"),
        (("title: a board\n", ""), "no title"),
        (("value: 1000, ", ""), "flash_bytes: no value"),
        (("value: 1000", "value: -1"), "flash_bytes: figure [-1]"),
        (("value: 1000", "value: .inf"), "flash_bytes: figure [inf]"),
        (("value: 1000", "value: 1000, low: 2000"), "flash_bytes: figure [2000, 1000]"),
        (("datasheet", "guess"), "confidence guess; allowed: measured, datasheet"),
        (("source: its label", "source: ''"), "a figure without a source"),
        (("DeviceProfile", "Other"), "is no device profile"),
        (("name: mine", "name: ["), "is not YAML"),
        (("flash_bytes: {value: 1000, source: its label, confidence: datasheet}", "flash_bytes: 1000"), "flash_bytes"),
    ],
)
def test_a_wrong_file_is_one_line(change, part):
    with pytest.raises(InputError) as error:
        parse_profile(MINE.replace(*change), "mine.yaml")
    assert part in str(error.value) and str(error.value).startswith("mine.yaml") and "\n" not in str(error.value)


def test_an_unknown_device_names_its_neighbour():
    with pytest.raises(InputError, match=r"device stm32u75; allowed: .*laptop.*; try: stm32u"):
        profile("stm32u75")


def test_an_exact_figure_is_its_own_range():
    assert Figure(value=3, source="a label", confidence="datasheet").ends == (3, 3)
