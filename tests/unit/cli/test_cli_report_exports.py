"""`frugal report --to boamps|cyclonedx|hf-card|sci`, and the life cycle of a country and a device."""

import json

import pytest

from frugal.cli.main import run
from frugal.report.json import write_report
from frugal.report.records import Quantity, Report, Row


@pytest.fixture
def path(tmp_path):
    row = Row(step="only", kind="train", method="m", metric="error_rate", error=0.25, samples=8,
              energy_mj=Quantity(value=0.5, low=0.2, high=1.25, method="C"),
              wall_ms_p50=Quantity(value=2.0, low=1.9, high=2.1, method="clock"))  # fmt: skip
    report = Report(name="tiny", created="2026-10-14", seed=0, unit="character", rows=(row,))
    write_report(report, tmp_path / "report.json")
    return str(tmp_path / "report.json")


@pytest.mark.parametrize("target", ["boamps", "cyclonedx", "sci"])
def test_a_target_is_json_on_stdout_or_in_a_file(target, path, capsys, tmp_path):
    assert run(["report", path, "--to", target]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)
    assert run(["report", path, "--to", target, "-o", str(tmp_path / "out.json")]) == 0
    assert (tmp_path / "out.json").read_text() == printed


def test_a_country_and_a_device(path, capsys):
    assert run(["report", path, "--to", "sci", "--country", "DE", "--device-class", "laptop", "--life-years", "6"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["country"], data["device"]) == ("DEU", {"class": "Laptop", "life_years": 6.0, "hours_a_day": 4.0})
    assert data["consumer"]["grids"]["DEU"]["in_use"]["SCI"]["value"] > 0


def test_the_account_goes_into_the_report(path, capsys):
    assert run(["report", path, "--to", "json", "--country", "FR"]) == 0
    section = json.loads(capsys.readouterr().out)["sections"]["life_cycle"]
    assert section["country"] == "FRA" and section["unit"] == "character"
    assert run(["report", path, "--to", "json"]) == 0
    assert "life_cycle" not in json.loads(capsys.readouterr().out)["sections"]


def test_a_report_that_holds_an_account_exports_that(path, capsys, tmp_path):
    assert run(["report", path, "--country", "FR", "--to", "json", "-o", str(tmp_path / "with.json")]) == 0
    capsys.readouterr()
    assert run(["report", str(tmp_path / "with.json"), "--to", "hf-card"]) == 0
    assert "co2_eq_emissions is left out: the report holds no training" in capsys.readouterr().out
    assert run(["report", str(tmp_path / "with.json"), "--to", "boamps"]) == 0
    assert json.loads(capsys.readouterr().out)["environment"]["country"] == "France"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--to", "spdx"], "--to spdx; allowed: md, html, csv, json, boamps"),
        (["--to", "sci", "--country", "Atlantis"], "country Atlantis; allowed: an ISO code"),
        (["--to", "sci", "--device-class", "toaster"], "device class toaster; allowed: Desktop"),
        (["--to", "sci", "--life-years", "3"], "a life without --device-class"),
        (["--device-class", "Laptop", "--hours-a-day", "30"], "30 hours of use a day"),
    ],
)
def test_bad_input_is_one_line(arguments, part, path, capsys):
    assert run(["report", path, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and part in captured.err


def test_a_target_takes_one_report(path, capsys):
    assert run(["report", path, path, "--to", "sci"]) == 2
    assert "--to sci of 2 reports; allowed: one report" in capsys.readouterr().err
