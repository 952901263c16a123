"""What meters and passes write into a report in English is told in the reader's language."""

import pytest

from frugal import quantities
from frugal.energy.factors.cpu_power import calibrated_cpus, core_power, core_power_of_tdp
from frugal.energy.meters.apple import AppleMeter
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.meters.nvml import NvmlMeter
from frugal.energy.meters.powercap import PowercapMeter
from frugal.passes.calibrated import THIN
from frugal.passes.writing import REASONS
from frugal.report import energy_section, scope
from frugal.report.numerals import NARROW_SPACE
from frugal.report.records import Quantity
from frugal.report.values import reason
from frugal.report.words import voice
from tests.unit.report.test_energy_section import TIERS, with_details

FRENCH = voice("fr")


@pytest.mark.parametrize("why", [*REASONS.values(), THIN])
def test_why_a_layer_stayed_float(why):
    assert FRENCH.name("worth.float.why", why) != why


@pytest.mark.parametrize("meter", [CpuTimeMeter, PowercapMeter, AppleMeter, NvmlMeter])
def test_names_of_meters(meter):
    assert FRENCH.name("meters.name", meter.name) != meter.name


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (core_power("AMD EPYC", ()), "(processeur AMD EPYC non étalonné : 0,67 × 8,04 W, le milieu de 3,75 à 17,25 W "
         "de TDP par cœur ; facteur à 95 % : 3,3)"),
        (core_power_of_tdp(65, 6), "(65 W de TDP pour 6 cœurs, comme indiqué : 0,67 × 10,83 W ; facteur à 95 % : 2,5)"),
        (core_power(calibrated_cpus()[0].model), "W de TDP par cœur ; facteur à 95 % : 2,5)"),
    ],
)  # fmt: skip
def test_what_the_power_of_a_core_rests_on(power, expected):
    covered = CpuTimeMeter(power).scope
    french, english = (scope.told(voice(lang), covered).replace(NARROW_SPACE, " ") for lang in ("fr", "en"))
    assert french.startswith("part de ce processus") and french.endswith(expected)
    assert english == covered


def test_what_nobody_knows_stands_as_it_is():
    assert scope.told(FRENCH, "packages (of a kind)") == "packages (of a kind)"


def test_the_section_of_the_meters(full):
    tier = {**TIERS[1], "meter": "CPU time x power of a core"}
    boundary = quantities.headline([[type("Tier", (), {"method": "C", "gross_mj": Quantity.unknown("x")})()]])[1]
    [section] = energy_section.sections(FRENCH, with_details(full, energy_tiers=[tier], energy_boundary=boundary))
    assert section.text[0].endswith("part de repos du cœur occupé comprise.")
    assert section.tables[0].rows[0][1] == "temps CPU × puissance d’un cœur"
    assert section.notes[0].startswith("temps CPU × puissance d’un cœur")
    no_net = "this method holds the idle share of a busy core and cannot take it off"
    assert reason(FRENCH, Quantity.unknown(no_net)).startswith("cette méthode contient")
