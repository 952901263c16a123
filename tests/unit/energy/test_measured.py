"""Rows that others hand in: what is read, and every kind of file that is refused in one line."""

import json
import re
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.energy.devices import parse_profile
from frugal.energy.measured import LARGEST_FILE_BYTES, read_measured

ROW = {"model": "chars-xs", "precision": "int8", "macs": 5828748, "joules": 1.2e-3, "ms": 34.5}


def written(tmp_path, **changes):
    data = {"schema": 1, "device": "stm32u575", "who": "A. B.", "when": "2026-11-20", "instrument": "Joulescope JS220",
            "rows": [ROW], **changes}  # fmt: skip
    path = tmp_path / "measured.json"
    path.write_text(json.dumps(data))
    return path


def row(**changes):
    return [{key: value for key, value in (ROW | changes).items() if value is not None}]


def test_a_file_is_read(tmp_path):
    measured = read_measured(written(tmp_path, note="at 1.8 V"))
    assert (measured.device, measured.who, measured.when) == ("stm32u575", "A. B.", "2026-11-20")
    assert (measured.instrument, measured.note) == ("Joulescope JS220", "at 1.8 V")
    [found] = measured.rows
    assert (found.model, found.precision, found.macs, found.runs) == ("chars-xs", "int8", 5828748, None)
    assert (found.energy_mj.value, found.energy_mj.method) == (pytest.approx(1.2), "A")
    assert (found.time_ms.value, found.time_ms.method) == (34.5, "clock")
    assert found.energy_mj.low is None


def test_ranges_error_and_runs(tmp_path):
    rows = row(joules={"value": 1e-3, "low": 9e-4, "high": 1.2e-3}, runs=100, error=0.05, samples=200, ms=None)
    [found] = read_measured(written(tmp_path, rows=rows)).rows
    assert (found.energy_mj.low, found.energy_mj.high) == (pytest.approx(0.9), pytest.approx(1.2))
    assert (found.runs, found.error, found.samples) == (100, 0.05, 200)
    assert found.time_ms.value is None and found.time_ms.reason == "not measured"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"schema": 2}, "schema 2; allowed: 1"),
        ({"schema": None}, "schema None"),
        ({"rows": []}, "0 rows"),
        ({"rows": "all"}, "no object with rows"),
        ({"rows": [3]}, "rows[0] is no object"),
        ({"rows": [ROW] * 1001}, "1001 rows"),
        ({"when": "yesterday"}, "when 'yesterday'"),
        ({"when": "20261120"}, "when '20261120'"),
        ({"who": ""}, "who ''"),
        ({"who": {"html": "<b>"}}, "who {'html'"),
        ({"who": "x" * 301}, "a text of up to 300 characters"),
        ({"device": 7}, "device 7"),
        ({"rows": row(joules=None, ms=None)}, "rows[0]: neither joules nor ms"),
        ({"rows": row(joules=-1)}, "rows[0]: joules -1"),
        ({"rows": row(joules=0)}, "rows[0]: joules 0"),
        ({"rows": row(joules=True)}, "rows[0]: joules True"),
        ({"rows": row(joules="1e-3")}, "rows[0]: joules '1e-3'"),
        ({"rows": row(joules=1e300)}, "rows[0]: joules 1e+300"),
        ({"rows": row(joules={"value": 1e-3, "low": 2e-3, "high": 3e-3})}, "outside its range"),
        ({"rows": row(joules={"value": 1e-3})}, "rows[0]: joules None"),
        ({"rows": row(macs=10**40)}, "rows[0]: macs 1000"),
        ({"rows": row(macs=1.5)}, "rows[0]: macs 1.5; allowed: a whole number"),
        ({"rows": row(macs=None)}, "rows[0]: macs None"),
        ({"rows": row(precision="fp4")}, "rows[0]: precision 'fp4'; allowed: int8, float32"),
    ],
)
def test_a_value_that_cannot_be_is_one_line(tmp_path, changes, part):
    with pytest.raises(InputError) as error:
        read_measured(written(tmp_path, **changes))
    assert part in str(error.value) and "\n" not in str(error.value)
    assert "measured.json" in str(error.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '{"rows": [NaN]}', '{"rows": [1e999, Infinity]}', "[" * 50_000, "9" * 5000, "\x00"]
)
def test_foreign_and_hostile_text_is_one_line(tmp_path, text):
    path = tmp_path / "measured.json"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_measured(path)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "big.json").write_bytes(b" " * (LARGEST_FILE_BYTES + 1))
    for name, part in (("a.json", "is not JSON"), ("b.json", "cannot read"), ("big.json", "more than 1,000,000 bytes")):
        with pytest.raises(InputError, match=part):
            read_measured(tmp_path / name)


def test_the_example_of_the_page_can_be_read(tmp_path):
    page = (Path(__file__).resolve().parents[3] / "docs" / "estimate.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", page, re.S)
    (tmp_path / "example.json").write_text(example)
    measured = read_measured(tmp_path / "example.json")
    assert (measured.device, measured.rows[0].runs, measured.rows[0].samples) == ("ra8d1", 1000, 500)
    [profile] = re.findall(r"```yaml\n(.*?)```", page, re.S)
    assert parse_profile(profile, "the page").family == "microcontroller"
