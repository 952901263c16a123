"""Software carbon intensity: per unit for who uses, per parameter for who trains, unknown where a part is."""

import json
from dataclasses import replace

import pytest

from frugal.report.exports import sci


def test_the_consumers_score(report, french):
    data = json.loads(sci.render(report, french))
    for grid in ("FRA", "EU27", "WORLD"):
        for way in ("in_use", "calendar"):
            one = data["consumer"]["grids"][grid][way]
            assert one["SCI"]["value"] == pytest.approx(one["E"]["value"] * one["I"]["value"] + one["M"]["value"])
    assert data["consumer"]["R"] == "character"
    assert data["formula"] == "SCI = ((E x I) + M) per R"


def test_the_providers_score_per_parameter(report, french):
    provider = json.loads(sci.render(report, french))["provider"]
    one = provider["grids"]["WORLD"]
    assert (provider["R"], provider["parameters"]) == ("parameter", 13_706)
    assert one["E"]["value"] == pytest.approx(2e-3 / 13_706)
    assert one["E x I"]["value"] == pytest.approx(one["E"]["value"] * one["I"]["value"])
    assert one["E x I"]["high"] == pytest.approx(one["E"]["high"] * one["I"]["high"])
    assert one["SCI"]["value"] is None and one["M"]["reason"].startswith("not assessed")


def test_without_a_device_m_and_the_score_are_unknown(report, nowhere):
    one = json.loads(sci.render(report, nowhere))["consumer"]["grids"]["FRA"]["in_use"]
    assert one["E"]["value"] > 0 and one["M"]["value"] is None and one["SCI"]["value"] is None


def test_unknown_energy_and_parameters(bare, nothing, report, french):
    data = json.loads(sci.render(bare, nothing))
    assert data["consumer"]["grids"]["FRA"]["in_use"]["E"] == {"value": None, "reason": "no meter", "unit": "kWh"}
    row = report.rows[0].replace(parameters=None)
    provider = json.loads(sci.render(replace(report, rows=(row,)), french))["provider"]
    assert provider["grids"]["FRA"]["E"]["reason"] == "the number of parameters is unknown"
