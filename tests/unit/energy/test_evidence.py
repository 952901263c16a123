"""Rows handed in: they narrow a profile where they agree with it, and take its place where they do not."""

import pytest

from frugal.energy.devices import profile
from frugal.energy.evidence import Evidence
from frugal.energy.measured import HandedRow, Measured
from frugal.report.records import Quantity

MACS = 5e6


def handed(device, *rows):
    """Rows of (macs, millijoules, milliseconds)."""
    return Measured(
        device=device, who="A. B.", when="2026-11-20", instrument="JS220", note="",
        rows=tuple(
            HandedRow(model=f"m{index}", precision="int8", macs=int(macs), runs=None, error=None, samples=None,
                      energy_mj=Quantity(value=mj, method="A"), time_ms=Quantity(value=ms, method="clock"))
            for index, (macs, mj, ms) in enumerate(rows)
        ),
    )  # fmt: skip


def energy(name, measured=None, macs=MACS):
    return Evidence(handed=measured).predict(profile(name), "int8", macs, "energy_mj")


def factor(found):
    return found.interval.high / found.interval.value


def test_rows_of_the_device_are_what_it_rests_on():
    assert energy("stm32u575").basis == "measured"
    assert energy("ra8d1").basis == "other devices of its kind"
    assert factor(energy("ra8d1")) > 3 * factor(energy("stm32u575"))
    assert energy("esp32s3") is None and energy("laptop") is None


def test_a_row_that_agrees_joins_and_narrows():
    before = energy("stm32u575")
    after = energy("stm32u575", handed("stm32u575", (MACS, before.interval.value, 50)))
    assert after.basis == "handed in"
    assert factor(after) < factor(before)
    assert after.interval.value == pytest.approx(before.interval.value, rel=0.05)


def test_rows_that_disagree_take_the_place_of_the_tables():
    before = energy("stm32u575")
    mine = handed("stm32u575", (MACS, 4 * before.interval.value, 200), (2 * MACS, 7.5 * before.interval.value, 380))
    after = energy("stm32u575", mine)
    assert after.interval.value == pytest.approx(4 * before.interval.value, rel=0.1)
    notes = Evidence(handed=mine).notes(profile("stm32u575"), int(MACS))
    assert notes == ["2 rows by A. B., 2026-11-20, JS220, instead of the table's"]


def test_one_row_narrows_a_device_that_had_none():
    before = energy("ra8d1")
    after = energy("ra8d1", handed("ra8d1", (MACS, 1.0, 6.0)))
    assert factor(after) < factor(before) / 3
    assert after.interval.value == pytest.approx(1.0)
    assert "1 row by A. B." in Evidence(handed=handed("ra8d1", (MACS, 1.0, 6.0))).notes(profile("ra8d1"), 5)[0]


def test_a_device_without_a_family_needs_three_rows():
    assert energy("laptop", handed("laptop", (1e6, 1.0, 1.0), (2e6, 1.9, 1.9))) is None
    found = energy("laptop", handed("laptop", (1e6, 1.0, 1.0), (2e6, 1.9, 1.9), (8e6, 7.0, 7.0), (3e7, 25.0, 25.0)))
    assert found.basis == "handed in" and 4 < found.interval.value < 5.5


def test_rows_about_another_device_change_nothing():
    assert energy("stm32u575", handed("stm32u385", (MACS, 9.0, 9.0))) == energy("stm32u575")


def test_why_a_measure_is_unknown():
    evidence = Evidence()
    assert evidence.why_unknown(profile("stm32l4r5"), "float32", "time_ms") == "time was measured with int8 only"
    assert evidence.why_unknown(profile("phone_mid"), "int8", "energy_mj") == "energy was measured with float32 only"
    assert "frugal bench measures the one at hand" in evidence.why_unknown(profile("laptop"), "int8", "time_ms")
    assert evidence.why_unknown(profile("ra8d1"), "float32", "energy_mj").startswith("no energy of a network on it")


def test_beyond_the_measured_networks_it_says_so():
    evidence = Evidence()
    assert evidence.notes(profile("stm32u385"), 1_000_000) == []
    assert evidence.notes(profile("stm32u385"), 300_000_000) == [
        "extrapolated from networks of 0.264 to 12.5 million multiply-accumulates to 300 million"
    ]
    assert "one network of 301 million" in evidence.notes(profile("esp32s3"), 1_000_000)[0]
