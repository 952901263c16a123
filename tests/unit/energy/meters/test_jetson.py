"""Jetson rails from a fake driver's folder, laid out as JetPack 6 lays it out on an Orin Nano and an AGX Orin."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from frugal.energy.meters.jetson import JetsonMeter
from frugal.testing import check_meter


def board(root: Path, *rails: tuple[str, int, int]) -> Path:
    """One monitor chip: label, millivolts and milliamperes per channel, and the sum of shunt voltages as channel 7."""
    folder = root / "1-0040" / "hwmon" / "hwmon1"
    folder.mkdir(parents=True)
    for channel, (label, millivolts, milliamperes) in enumerate(rails, start=1):
        (folder / f"in{channel}_label").write_text(f"{label}\n")
        (folder / f"in{channel}_input").write_text(f"{millivolts}\n")
        (folder / f"curr{channel}_input").write_text(f"{milliamperes}\n")
    (folder / "in7_label").write_text("sum of shunt voltages\n")
    (folder / "in7_input").write_text("3\n")
    return folder


def test_the_input_of_the_module_is_read_alone(tmp_path: Path) -> None:
    """5 V x 1.2 A = 6 W, whatever the branches behind it draw."""
    board(tmp_path, ("VDD_IN", 5000, 1200), ("VDD_CPU_GPU_CV", 5000, 400), ("VDD_SOC", 5000, 300))
    meter = JetsonMeter(tmp_path)
    energy = meter.measure(lambda: time.sleep(0.4))
    assert energy.joules == pytest.approx(6 * energy.wall_s, rel=0.1)
    assert energy.method == "B" and "VDD_IN," in energy.scope and "VDD_SOC" not in energy.scope


def test_branches_add_up_where_no_rail_feeds_them_all(tmp_path: Path) -> None:
    """10 V x 1 A + 5 V x 2 A + 5 V x 0.4 A = 22 W."""
    board(tmp_path, ("VDD_GPU_SOC", 10_000, 1000), ("VDD_CPU_CV", 5000, 2000), ("VIN_SYS_5V0", 5000, 400))
    energy = JetsonMeter(tmp_path).measure(lambda: time.sleep(0.4))
    assert energy.joules == pytest.approx(22 * energy.wall_s, rel=0.1)


def test_why_not(tmp_path: Path) -> None:
    assert "not a Jetson" in str(JetsonMeter(tmp_path).unavailable())
    check_meter(JetsonMeter(tmp_path))
    folder = board(tmp_path, ("VDD_IN", 5000, 1200))
    (folder / "curr1_input").write_text("N/A")
    assert "cannot be read" in str(JetsonMeter(tmp_path).unavailable())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_rails_without_rights_say_so(tmp_path: Path) -> None:
    (board(tmp_path, ("VDD_IN", 5000, 1200)) / "in1_input").chmod(0)
    assert "may not be read" in str(JetsonMeter(tmp_path).unavailable())
