"""A fake powercap tree: joules by hand, wrap-around, and every way in which it cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from frugal.energy.meters.powercap import PowercapMeter


def domain(root: Path, folder: str, name: str, energy_uj: int, range_uj: int = 262_143_328_850) -> Path:
    path = root / folder
    path.mkdir(parents=True)
    (path / "name").write_text(f"{name}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    (path / "max_energy_range_uj").write_text(f"{range_uj}\n")
    return path / "energy_uj"


def test_packages_add_up_and_what_lies_inside_them_does_not_count_twice(tmp_path: Path) -> None:
    (tmp_path / "intel-rapl").mkdir()
    files = {
        domain(tmp_path, "intel-rapl:0", "package-0", 1_000_000): 1_500_000,
        domain(tmp_path, "intel-rapl:1", "package-1", 2_000_000): 2_250_000,
        domain(tmp_path, "intel-rapl:0:0", "core", 10): 9_000_000,
        domain(tmp_path, "intel-rapl:0:1", "dram", 10): 9_000_000,
        domain(tmp_path, "intel-rapl:2", "psys", 10): 9_000_000,
        domain(tmp_path, "intel-rapl-mmio:0", "package-0", 1_000_000): 1_500_000,
    }
    meter = PowercapMeter(tmp_path)
    assert meter.unavailable() is None
    energy = meter.measure(lambda: [file.write_text(str(after)) for file, after in files.items()] and None)
    assert energy.joules == pytest.approx(0.5 + 0.25)
    assert (energy.method, energy.factor, energy.reason) == ("B", 1.2, "")
    assert energy.wall_s > 0 and "package" in energy.scope


def test_a_counter_that_wraps_around_goes_on(tmp_path: Path) -> None:
    """From 900 000 to 100 000 of a range of 1 000 000: 200 000 microjoules."""
    file = domain(tmp_path, "intel-rapl:0", "package-0", 900_000, range_uj=1_000_000)
    energy = PowercapMeter(tmp_path).measure(lambda: file.write_text("100000") and None)
    assert energy.joules == pytest.approx(0.2)


def test_long_work_is_watched_so_that_no_wrap_around_is_missed(tmp_path: Path) -> None:
    """Two turns of the counter within one block: 900 000 -> 100 000 -> 900 000 -> 100 000 is 1.2 J, not 0.2."""
    import time

    file = domain(tmp_path, "intel-rapl:0", "package-0", 900_000, range_uj=1_000_000)

    def write(value: int) -> None:
        beside = file.with_name("next")
        beside.write_text(str(value))
        beside.replace(file)  # a real counter is never read half-written
        time.sleep(0.3)

    energy = PowercapMeter(tmp_path).measure(lambda: [write(value) for value in (100_000, 900_000, 100_000)] and None)
    assert energy.joules == pytest.approx(1.2)


def test_no_package_is_no_joule_but_a_reason(tmp_path: Path) -> None:
    meter = PowercapMeter(tmp_path / "nowhere")
    assert "no RAPL package" in str(meter.unavailable())
    energy = meter.measure(lambda: None)
    assert energy.joules is None and "no RAPL package" in energy.reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_counter_without_rights_says_so(tmp_path: Path) -> None:
    domain(tmp_path, "intel-rapl:0", "package-0", 1).chmod(0)
    assert "only be read by root" in str(PowercapMeter(tmp_path).unavailable())


def test_a_counter_that_holds_no_number_says_so(tmp_path: Path) -> None:
    domain(tmp_path, "intel-rapl:0", "package-0", 1).write_text("off")
    assert "cannot be read" in str(PowercapMeter(tmp_path).unavailable())


def test_a_counter_that_stands_still_is_unknown_not_zero(tmp_path: Path) -> None:
    domain(tmp_path, "intel-rapl:0", "package-0", 5)
    energy = PowercapMeter(tmp_path).measure(lambda: None)
    assert energy.joules is None and "did not move" in energy.reason


def test_a_counter_that_vanishes_is_unknown_not_zero(tmp_path: Path) -> None:
    file = domain(tmp_path, "intel-rapl:0", "package-0", 5)
    energy = PowercapMeter(tmp_path).measure(file.unlink)
    assert energy.joules is None and "at the end" in energy.reason


def test_a_counter_that_was_reset_is_no_wrap_around(tmp_path: Path) -> None:
    """From 200 kJ back to 1 J within a moment: a wrap-around would be 62 kJ."""
    file = domain(tmp_path, "intel-rapl:0", "package-0", 200_000_000_000)
    energy = PowercapMeter(tmp_path).measure(lambda: file.write_text("1000000") and None)
    assert energy.joules is None and "reset" in energy.reason


def test_a_machine_that_slept_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = iter([0.0, 30.0])
    monkeypatch.setattr("frugal.energy.meters.clocks.suspended_seconds", lambda: next(slept))
    file = domain(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    energy = PowercapMeter(tmp_path).measure(lambda: file.write_text("2000000") and None)
    assert energy.joules is None and "suspended for 30 s" in energy.reason


def test_without_rights_there_is_a_reason_also_for_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    domain(tmp_path, "intel-rapl:0", "package-0", 1)

    def refuse(_: Path, **__: str) -> str:
        raise PermissionError(13, "Permission denied")

    meter = PowercapMeter(tmp_path)
    domains = meter._domains()
    monkeypatch.setattr(meter, "_domains", lambda: domains)
    monkeypatch.setattr(Path, "read_text", refuse)
    assert "only be read by root" in str(meter.unavailable())
    energy = meter.measure(lambda: None)
    assert energy.joules is None and "only be read by root" in energy.reason


def test_dies_of_one_package_add_up(tmp_path: Path) -> None:
    files = [domain(tmp_path, f"intel-rapl:{index}", f"package-0-die-{index}", 1_000_000) for index in (0, 1)]
    energy = PowercapMeter(tmp_path).measure(lambda: [file.write_text("1500000") for file in files] and None)
    assert energy.joules == pytest.approx(1.0)
