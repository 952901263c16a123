"""Indicators over releases: from a folder, in order of time, apart by model; what a report lacks has its reason."""

import json

import pytest

from frugal.contract import InputError
from frugal.energy.lifecycle import life_cycle
from frugal.report.json import write_report
from frugal.report.records import Quantity, Report, Row
from frugal.trend import INDICATORS, Release, read_folder, trends

ENERGY = {"value": 3.6e6, "low": 1.8e6, "high": 7.2e6, "method": "C"}


def release(created, error, name="digits", *, label=None, **changes):
    row = Row(step="int8", kind="pass", method="m", metric="error_rate", error=error, samples=100, size_bytes=20_000,
              macs=1_000_000, energy_mj=Quantity(value=0.5, low=0.2, high=1.0, method="B"))  # fmt: skip
    values = {"seed": 0, "unit": "character", "rows": (row,), "training": {"energy_j": ENERGY}, **changes}
    return Release(label=label or created, report=Report(name=name, created=created, **values))


def cell(series, key, index=0):
    return series.cells[key][index]


def test_releases_stand_in_order_of_time():
    [series] = trends([release("2026-11-02T08:00:00+00:00", 0.1), release("2026-11-01", 0.2), release("soon", 0.3)])
    assert [each.label for each in series.releases] == ["soon", "2026-11-01", "2026-11-02T08:00:00+00:00"]
    assert [quantity.value for quantity in series.cells["error"]] == [0.3, 0.2, 0.1]


def test_another_model_is_another_series():
    found = trends([release("2026-11-01", 0.2), release("2026-11-02", 0.3, "lines"),
                    release("2026-11-03", 0.1), release("2026-11-04", 0.1, unit="line")])  # fmt: skip
    assert [(each.name, each.unit, len(each.releases)) for each in found] == [
        ("digits", "character", 2), ("lines", "character", 1), ("digits", "line", 1)
    ]  # fmt: skip


def test_a_thousand_units_take_as_many_joules_as_one_takes_millijoules():
    [series] = trends([release("2026-11-01", 0.2)])
    assert (cell(series, "energy").value, cell(series, "energy").method) == (0.5, "B")
    assert cell(series, "size_bytes").value == 20_000
    assert cell(series, "cpu_ms").reason == "not measured"


def test_training_counts_the_whole_ledger():
    ledger = [{"what": "train", "status": "done", "energy_j": ENERGY},
              {"what": "train", "status": "failed", "energy_j": ENERGY}]  # fmt: skip
    with_ledger = release("2026-11-01", 0.2, training={"energy_j": ENERGY, "ledger": ledger})
    [series] = trends([with_ledger])
    assert (cell(series, "training").value, cell(series, "training").low) == (pytest.approx(2.0), pytest.approx(1.0))
    [series] = trends([release("2026-11-01", 0.2)])
    assert cell(series, "training").value == pytest.approx(1.0)
    unknown = [*ledger, {"energy_j": {"value": None, "reason": "no meter"}}]
    [series] = trends([release("2026-11-01", 0.2, training={"ledger": unknown})])
    assert cell(series, "training") == Quantity.unknown("no meter")


def test_impacts_and_devices_come_from_the_sections():
    account = life_cycle(Quantity(value=3.6, low=1.8, high=7.2, method="C"), Quantity.unknown("not timed")).to_json()
    fast = {"fits": {"flash": True, "ram": True}, "missing_operators": [],
            "time_ms": {"value": 5.0, "low": 3.0, "high": 9.0, "method": "D"}}  # fmt: skip
    slow = fast | {"time_ms": {"value": 50.0, "low": 30.0, "high": 400.0, "method": "D"}}
    [series] = trends([release("2026-11-01", 0.2, sections={"life_cycle": account, "devices": [fast, slow]})])
    assert cell(series, "ghg_world").value == pytest.approx(1e-9 * 454.8646 * 1e6, rel=1e-5)
    assert cell(series, "adpe_france").value == pytest.approx(1e-9 * 4.858e-8 * 1e6)
    assert cell(series, "devices_in_time").value == 1


def test_the_share_of_measured_joules():
    [series] = trends([release("2026-11-01", 0.2)])
    assert cell(series, "measured").value == 0.5  # the row by method B, training by C
    row = Row(step="s", kind="pass", method="m", metric="error_rate")
    [series] = trends([release("2026-11-01", 0.2, rows=(row,), training={})])
    assert cell(series, "measured") == Quantity.unknown("no joules")


def test_what_a_report_lacks_is_unknown_and_never_zero():
    row = Row(step="s", kind="pass", method="m", metric="error_rate")
    [series] = trends([release("2026-11-01", 0.2, rows=(row,), training={})])
    for indicator in INDICATORS:
        assert cell(series, indicator.key).value is None and cell(series, indicator.key).reason


def test_a_folder_of_files_and_of_run_folders(tmp_path):
    write_report(release("2026-11-01", 0.2).report, tmp_path / "v1.json")
    write_report(release("2026-11-02", 0.1).report, tmp_path / "runs-2" / "report.json")
    (tmp_path / "notes.json").write_text(json.dumps({"foreign": True}))
    found, passed_over = read_folder(tmp_path)
    assert sorted(each.label for each in found) == ["runs-2", "v1"]
    [line] = passed_over
    assert "notes.json: not a frugal report" in line


def test_no_folder_and_no_report(tmp_path):
    with pytest.raises(InputError, match="nowhere is not a folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="no report in"):
        read_folder(tmp_path)
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(InputError, match=r"no report in .*a\.json"):
        read_folder(tmp_path)
