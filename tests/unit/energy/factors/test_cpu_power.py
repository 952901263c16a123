"""The calibration table and what follows from it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from frugal.energy.factors.cpu_power import FACTOR_KNOWN, K_TOTAL, CalibratedCpu, calibrated_cpus, core_power
from frugal.energy.statistics import student_quantile

FAKE = [CalibratedCpu(model="Fake CPU 9000", tdp_w=80, cores=8, idle_w=5, full_w=60, source="none", licence="CC0")]


def test_the_constants_follow_from_the_table() -> None:
    """k = full watts / TDP, geometric mean over the four; the factor is Student's prediction for a fifth."""
    logs = np.log([cpu.full_w / cpu.tdp_w for cpu in calibrated_cpus()])
    assert len(logs) == 4
    assert math.exp(logs.mean()) == pytest.approx(K_TOTAL, abs=0.005)
    prediction = math.exp(student_quantile(3) * logs.std(ddof=1) * math.sqrt(1 + 1 / 4))
    assert 0.97 * FACTOR_KNOWN <= prediction <= FACTOR_KNOWN


def test_every_entry_states_source_and_licence() -> None:
    for cpu in calibrated_cpus():
        assert "codecarbon" in cpu.source and "MIT" in cpu.licence
        assert 0 < cpu.idle_w < cpu.full_w < cpu.tdp_w


@pytest.mark.parametrize(
    ("name", "watts"),
    [
        ("Intel(R) Xeon(R) CPU E3-1240 V2 @ 3.40GHz", 0.67 * 69 / 4),
        ("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", 0.67 * 170 / 12),
        ("AMD Ryzen Threadripper 1950X 16-Core Processor", 0.67 * 180 / 16),
        ("AMD EPYC 8024P 8-Core Processor", 0.67 * 90 / 8),
    ],
)
def test_cpus_are_found_by_the_name_that_they_give_themselves(name: str, watts: float) -> None:
    power = core_power(name)
    assert (power.watts, power.factor) == (pytest.approx(watts), 2.5)


@pytest.mark.parametrize("name", ["AMD EPYC", "", "AMD EPYC 8024PX", "Cortex-A76"])
def test_an_unknown_cpu_gets_the_middle_of_the_range_and_a_wider_factor(name: str) -> None:
    """Middle sqrt(3.75 x 17.25) = 8.0429 W; factor exp(sqrt(0.91629^2 + 0.76303^2)) = exp(1.19240) = 3.2950."""
    power = core_power(name)
    assert power.watts == pytest.approx(0.67 * 8.0429, abs=1e-3)
    assert power.factor == pytest.approx(3.2950, abs=1e-3)
    assert "not calibrated" in power.note and "3.75 to 17.25" in power.note


def test_a_table_that_is_handed_in_is_used() -> None:
    assert core_power("Fake(R) CPU 9000 @ 2GHz", FAKE).watts == pytest.approx(6.7)
    assert core_power("AMD EPYC 8024P 8-Core Processor", FAKE).factor > 3


def test_a_table_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "cpus.csv"
    file.write_text("model,tdp_w,cores,idle_w,full_w,source,licence\nFake 1,10,2,1,8,none,CC0\n", encoding="utf-8")
    assert calibrated_cpus(file)[0].tdp_per_core_w == 5
