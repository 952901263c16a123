"""Which meters are taken: counters before the model, instruments only by name, and every name that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from frugal.contract import InputError, Meter
from frugal.energy.meters import choice
from frugal.energy.meters.choice import MeterRequest, all_meters, best_meter, chosen, named, why_not_better
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.powercap import PowercapMeter
from frugal.energy.meters.recording import RecordingMeter
from tests.unit.energy.meters.test_powercap import domain


@pytest.fixture
def with_rapl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = domain(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    monkeypatch.setattr(choice, "COUNTERS", {**choice.COUNTERS, "rapl": lambda: PowercapMeter(tmp_path)})
    return file


def test_the_best_meter_can_read_here_and_the_better_ones_say_why_not() -> None:
    best: Meter = best_meter()
    assert best.unavailable() is None
    assert all(why_not_better().values())
    assert best.name not in why_not_better()


def test_a_counter_that_reads_comes_before_the_model_which_stays_as_a_check(with_rapl: Path) -> None:
    methods = [meter.method for meter in chosen(MeterRequest())]
    assert methods == ["B", "C"] and isinstance(best_meter(), PowercapMeter)
    assert PowercapMeter.name not in why_not_better()


def test_tiers_are_listed_from_the_best_to_the_model() -> None:
    methods = [meter.method for meter in all_meters()]
    assert methods == sorted(methods) and methods[0] == "A" and methods[-1] == "C"


def test_an_instrument_comes_first_and_only_by_name(with_rapl: Path, tmp_path: Path) -> None:
    meters = chosen(MeterRequest(name=f"csv:{tmp_path / 'later.csv'}"))
    assert isinstance(meters[0], RecordingMeter)
    assert [meter.method for meter in meters] == ["A", "B", "C"]


def test_a_gpu_counter_only_counts_where_the_model_runs_on_one() -> None:
    assert "NVML energy counter" not in why_not_better("cpu")
    assert next(iter(why_not_better("cuda"))) == "NVML energy counter"


def test_the_model_alone(with_rapl: Path) -> None:
    assert [meter.method for meter in chosen(MeterRequest(name="cpu"))] == ["C"]


def test_a_known_power_narrows_the_range() -> None:
    """65 W over 8 cores x 0.67 = 5.44 W per core."""
    (meter,) = chosen(MeterRequest(name="cpu", cpu_tdp_w=65, cpu_cores=8))
    assert isinstance(meter, CpuTimeMeter)
    assert meter.power.watts == pytest.approx(0.67 * 65 / 8) and meter.factor == 2.5
    assert "as given" in meter.scope


def test_a_guest_must_be_told_the_cores_of_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice.machine, "physical_cores", lambda: None)
    with pytest.raises(InputError, match="--cpu-cores"):
        chosen(MeterRequest(cpu_tdp_w=65))
    monkeypatch.setattr(choice.machine, "physical_cores", lambda: 4)
    meter = chosen(MeterRequest(cpu_tdp_w=65))[-1]
    assert isinstance(meter, CpuTimeMeter) and meter.power.watts == pytest.approx(0.67 * 65 / 4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("magic", "--meter magic; allowed: auto, joulescope"),
        ("csv", "--meter csv; allowed"),
        ("ppk2:many", "the volts of the supply"),
        ("ppk2:50", "0.8 to 5.0 volts"),
        ("no_such_module:Meter", "--meter no_such_module:Meter (No module named"),
        ("math:nothing", "--meter math:nothing"),
    ],
)
def test_a_name_that_is_none_is_one_line(name: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        named(MeterRequest(name=name))
    assert expected in str(caught.value)


def test_a_meter_that_cannot_read_is_refused_when_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"--meter jetson: no INA3221 rail.*frugal doctor"):
        chosen(MeterRequest(name="jetson"))


def test_a_meter_of_another_package() -> None:
    meter = named(MeterRequest(name="frugal.energy.meters.powercap:PowercapMeter"))
    assert isinstance(meter, PowercapMeter)
