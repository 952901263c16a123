"""The estimate of one model on one device: fit, time, energy, battery, operators, and why something is unknown."""

import json

import pytest

from frugal.energy.devices import Figure, profile
from frugal.energy.estimation import Workload, estimate, workload_of
from frugal.energy.evidence import Evidence
from frugal.report.records import Quantity
from frugal.runtime.liveness import PeakMemory
from frugal.zoo.loading import resolve

PEAK = PeakMemory(activation_bytes=200_000, scratch_bytes=1_000, node="Conv c")


def workload(**changes):
    return Workload(**{"macs": 5_000_000, "weight_bytes": 90_000, "precision": "int8", "peak": PEAK, **changes})


def on(name, **changes):
    return estimate(workload(**changes), profile(name), Evidence())


def test_a_measured_device_answers_with_ranges():
    found = on("stm32u575")
    assert (found.fits_flash, found.fits_ram, found.fit_reasons) == (True, True, ())
    for quantity in (found.time_ms, found.energy_mj):
        assert quantity.low < quantity.value < quantity.high <= 2 * quantity.value
        assert quantity.method == "D"
    assert found.confidence == "measured"
    assert "no battery" in found.battery_percent_per_1000.reason


def test_what_does_not_fit():
    found = on(
        "stm32u385", weight_bytes=2_000_000, peak=PeakMemory(activation_bytes=262_144, scratch_bytes=1, node="n")
    )
    assert (found.fits_flash, found.fits_ram) == (False, False)
    assert on("stm32u385", peak=PeakMemory(activation_bytes=262_144, scratch_bytes=0, node="n")).fits_ram is True


@pytest.mark.parametrize("name", ["laptop", "server", "jetson_orin_nano", "pi5"])
def test_without_a_measured_figure_only_fit_is_answered(name):
    found = on(name)
    assert (found.fits_flash, found.fits_ram, found.confidence) == (True, True, "none")
    for quantity in (found.time_ms, found.energy_mj, found.battery_percent_per_1000):
        assert quantity.value is None and quantity.reason
    assert "frugal bench" in found.time_ms.reason


def test_from_counts_alone_ram_and_operators_are_unknown():
    found = estimate(Workload(macs=5_000_000, weight_bytes=90_000, precision="int8"), profile("pi4"), Evidence())
    assert found.fits_ram is None and found.peak is None
    assert found.fit_reasons == ("ram: from counts alone: give a model",)
    assert (found.missing_operators, found.operators_reason) == (None, "from counts alone: give a model")
    plain = found.to_json()
    assert plain["fits"] == {"flash": True, "ram": None, "reason": "ram: from counts alone: give a model"}
    assert plain["peak_ram_bytes"] is None and plain["missing_operators"] is None


def test_a_board_without_energy_rows_takes_time_times_power():
    found, board = on("pi4"), profile("pi4")
    assert found.energy_mj.value == pytest.approx(found.time_ms.value * board.power_w.value)
    assert found.energy_mj.high / found.energy_mj.value > found.time_ms.high / found.time_ms.value
    assert found.confidence == "secondary"


def test_a_published_energy_per_mac_and_the_battery():
    found, phone = on("phone_mid", precision="float32"), profile("phone_mid")
    assert found.energy_mj.value == pytest.approx(5e6 * 180e-12 * 1e3)
    share = 1000 * found.energy_mj.value / 1e3 / phone.battery_j.value * 100
    assert found.battery_percent_per_1000.value == pytest.approx(share)
    assert found.battery_percent_per_1000.high > share > found.battery_percent_per_1000.low
    assert on("phone_mid").energy_mj == Quantity.unknown("energy was measured with float32 only")
    assert on("phone_mid").battery_percent_per_1000.value is None


def test_mixed_precision_and_uncounted_operators_have_a_reason():
    assert "mixes integer and float layers" in on("stm32u575", precision="mixed").energy_mj.reason
    found = on("stm32u575", macs=None, macs_reason="not counted: Loop")
    assert found.time_ms.reason == found.energy_mj.reason == "not counted: Loop"
    assert found.fits_flash is True


def test_a_device_without_flash_of_its_own():
    found = on("stm32n657")
    assert found.fits_flash is None
    assert found.fit_reasons[0].startswith("flash: the chip has no flash")


def test_a_profile_of_ones_own_without_rows_answers_fit():
    mine = Figure(value=100_000, source="its label", confidence="datasheet")
    from frugal.energy.devices import DeviceProfile

    found = estimate(workload(), DeviceProfile(name="mine", title="t", runs_on="r", flash_bytes=mine), Evidence())
    assert (found.fits_flash, found.fits_ram, found.energy_mj.value) == (True, None, None)
    assert found.fit_reasons == ("ram: no figure",)


def test_a_model_of_the_zoo():
    work = workload_of(resolve("chars-xs"), {"image": (1, 28, 28)})
    assert (work.precision, work.macs, work.peak_reason) == ("int8", 5_828_748, "")
    found = estimate(work, profile("esp32s3"), Evidence())
    assert found.missing_operators == ("Cast",)
    assert found.peak.total_bytes == work.peak.total_bytes == 15_680
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    asked = {"device", "fits", "peak_ram_bytes", "time_ms", "energy_mj", "battery_percent_per_1000"}
    assert asked | {"missing_operators", "confidence"} <= set(plain)
    assert plain["fits"] == {"flash": True, "ram": True}
    assert workload_of(resolve("chars-xs"), {"image": (1, 28, 28)}, "float32").precision == "float32"


def test_an_accelerator_says_what_it_leaves_to_the_core():
    work = workload_of(resolve("chars-xs"), {"image": (1, 28, 28)})
    notes = estimate(work, profile("stm32n657"), Evidence()).notes
    assert "on the core, not the accelerator: Mul, Softmax" in notes
