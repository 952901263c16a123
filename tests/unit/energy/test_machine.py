"""Describe a machine from a fake /proc and /sys."""

from __future__ import annotations

from pathlib import Path

from frugal.energy import machine

CPUINFO = (
    "processor\t: 0\nmodel name\t: Fake CPU 9000\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\nmodel name\t: Other\n"
)


def test_a_guest_in_a_container(tmp_path: Path) -> None:
    (tmp_path / "proc/1").mkdir(parents=True)
    (tmp_path / "proc/cpuinfo").write_text(CPUINFO)
    (tmp_path / "proc/1/cgroup").write_text("0::/docker/abc\n")
    (tmp_path / "proc/stat").write_text("cpu  50 0 20 20 0 0 0 10 0 0\ncpu0 1 2 3\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal:  2048 kB\n")
    governor = tmp_path / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    governor.parent.mkdir(parents=True)
    governor.write_text("powersave\n")
    facts = machine.describe(tmp_path)
    assert facts["cpu"] == "Fake CPU 9000"
    assert facts["virtual_machine"] and facts["container"]
    assert (facts["steal_share"], facts["memory_bytes"], facts["governor"]) == (0.1, 2048 * 1024, "powersave")


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    facts = machine.describe(tmp_path)
    assert facts["governor"] is facts["steal_share"] is facts["memory_bytes"] is facts["virtual_machine"] is None
    assert facts["container"] is False
    assert facts["cores"] >= 1 and facts["usable_cores"] >= 1


def test_cores_of_a_machine_with_two_packages_and_hyper_threads(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    places = [(package, core) for package in (0, 1) for core in (0, 4) for _ in range(2)]
    blocks = [
        f"processor\t: {n}\nphysical id\t: {p}\ncore id\t\t: {c}\nflags\t: fpu\n" for n, (p, c) in enumerate(places)
    ]
    (tmp_path / "proc/cpuinfo").write_text("\n".join(blocks))
    assert machine.physical_cores(tmp_path) == 4


def test_a_guest_does_not_tell_the_cores_of_its_host(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("physical id\t: 0\ncore id\t: 0\nflags\t: fpu hypervisor\n")
    assert machine.physical_cores(tmp_path) is None


def test_the_clock_of_the_fastest_core(tmp_path: Path) -> None:
    assert machine.frequency_mhz(tmp_path) is None
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("cpu MHz\t\t: 2200.5\n\ncpu MHz\t\t: 3100.25\n")
    assert machine.frequency_mhz(tmp_path) == 3100.2
    for core, khz in enumerate((1_800_000, 2_400_000)):
        file = tmp_path / f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq"
        file.parent.mkdir(parents=True)
        file.write_text(f"{khz}\n")
    assert machine.frequency_mhz(tmp_path) == 2400.0
