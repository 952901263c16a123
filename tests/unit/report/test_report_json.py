"""report.json: the contract's keys, written whole or not at all, read with suspicion."""

import json

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.report.json import read_report, render, render_all, write_report
from frugal.report.records import Quantity, Ratio, Report, Row


def small(**changes):
    row = Row(
        step="train",
        kind="train",
        method="m",
        metric="cer",
        error=0.5,
        energy_mj=Quantity.unknown("no meter"),
        cpu_ms=Quantity(value=1.5, low=1.4, high=1.6, method="clock"),
    )
    values = dict(
        name="n",
        created="2026-01-01",
        seed=3,
        unit="line",
        rows=(row,),
        ratios=(Ratio(value=0.5, low=0.4, high=0.6, of_step="b", to_step="a", blocks=7),),
    )
    return Report(**(values | changes))


def test_keys_are_those_of_the_contract():
    data = json.loads(render(small()))
    assert set(data) >= {
        "schema",
        "name",
        "created",
        "seed",
        "versions",
        "host",
        "unit",
        "rows",
        "training",
        "parity",
        "ratios",
        "violations",
    }
    assert set(data["rows"][0]) >= {
        "step",
        "kind",
        "method",
        "metric",
        "error",
        "samples",
        "size_bytes",
        "weight_bytes",
        "parameters",
        "nonzero_parameters",
        "macs",
        "cpu_ms",
        "wall_ms_p50",
        "wall_ms_p95",
        "peak_memory_bytes",
        "energy_mj",
    }
    assert data["schema"] == 1
    assert data["rows"][0]["energy_mj"] == {"value": None, "reason": "no meter"}
    assert data["rows"][0]["cpu_ms"] == {"value": 1.5, "low": 1.4, "high": 1.6, "method": "clock"}
    assert {"value", "low", "high", "of", "confidence", "blocks"} <= set(data["ratios"][0])


def test_written_and_read_again_it_is_the_same(tmp_path):
    write_report(small(), tmp_path / "deep" / "report.json")
    assert read_report(tmp_path / "deep" / "report.json") == small()
    assert read_report(tmp_path / "deep") == small()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["report.json"]


def test_numpy_numbers_and_paths_are_written_as_plain_values(tmp_path):
    about = {"a": np.float32(0.5), "b": np.arange(2), "c": tmp_path}
    assert json.loads(render(small(about=about)))["about"] == {"a": 0.5, "b": [0, 1], "c": str(tmp_path)}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan"), object()])
def test_what_has_no_json_form_is_refused_and_the_old_file_stays(tmp_path, value):
    path = tmp_path / "report.json"
    write_report(small(), path)
    with pytest.raises(ValueError, match="no JSON form"):
        write_report(small(about={"x": value}), path)
    assert read_report(path) == small()
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_an_unwritable_place_is_an_input_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_report(small(), tmp_path / "file" / "report.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        write_report(small(), tmp_path / "folder")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def _changed(**changes):
    data = small().to_json()
    data["rows"][0] |= changes
    return json.dumps(data)


BAD = {
    "empty": "",
    "truncated": render(small())[:-40],
    "list": "[]",
    "number": "3",
    "foreign": '{"a": 1}',
    "newer": json.dumps(small().to_json() | {"schema": 2}),
    "no rows": json.dumps(small().to_json() | {"rows": []}),
    "no name": json.dumps({key: value for key, value in small().to_json().items() if key != "name"}),
    "not a number": _changed(error=float("nan")),
    "beyond floats": _changed(error=0.25).replace("0.25", "1e999"),
    "enormous": _changed(cpu_ms={"value": 10**400, "low": None, "high": None, "method": ""}),
    "energy beyond sense": _changed(energy_mj={"value": 1e308, "low": 1e308, "high": 1e308, "method": "C"}),
    "bytes beyond floats": _changed(size_bytes=10**400),
    "digits beyond Python": _changed(size_bytes=7).replace(": 7", ": " + "9" * 5000),
    "value outside its range": _changed(cpu_ms={"value": 5, "low": 9, "high": 1, "method": "clock"}),
    "less than a float": _changed(energy_mj={"value": 5e-324, "low": 0, "high": 1, "method": "C"}),
    "energy by a method that there is not": _changed(energy_mj={"value": 2, "low": 1, "high": 3, "method": "Z"}),
    "text for the energy of training": json.dumps(small().to_json() | {"training": {"energy_j": {"value": "x"}}}),
    "text for a number": _changed(size_bytes="big"),
    "true for a number": _changed(macs=True),
    "text for a quantity": _changed(cpu_ms="1.5"),
    "text in a quantity": _changed(cpu_ms={"value": "x", "method": "clock"}),
    "number for a step": _changed(step=3),
    "list for details": _changed(details=[]),
    "violations of text": json.dumps(small().to_json() | {"violations": ["x"]}),
    "host of text": json.dumps(small().to_json() | {"host": "here"}),
    "ratio of text": json.dumps(
        small().to_json()
        | {"ratios": [{"value": "x", "low": 1, "high": 1, "of_step": "a", "to_step": "b", "blocks": 1}]}
    ),
    "ledger of text": json.dumps(small().to_json() | {"training": {"ledger": "x"}}),
    "ledger without energy": json.dumps(
        small().to_json() | {"training": {"ledger": [{"what": "x", "status": "done", "trainings": 1, "cpu_s": 1}]}}
    ),
    "text in a ledger": json.dumps(
        small().to_json()
        | {
            "training": {
                "ledger": [
                    {
                        "what": 3,
                        "status": "done",
                        "trainings": 1,
                        "cpu_s": 1,
                        "energy_j": {"value": None, "reason": "x"},
                    }
                ]
            }
        }
    ),
    "sections of text": json.dumps(small().to_json() | {"sections": "x"}),
    "need of text": json.dumps(small().to_json() | {"sections": {"need": "x"}}),
    "need without candidates": json.dumps(small().to_json() | {"sections": {"need": {"candidates": []}}}),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_bad_file_is_one_line_that_names_it(tmp_path, text):
    path = tmp_path / "some.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"some\.json") as caught:
        read_report(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_bytes_and_missing_files_are_input_errors(tmp_path):
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    for name in ("b.json", "missing.json"):
        with pytest.raises(InputError, match=name):
            read_report(tmp_path / name)
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match=r"run/report\.json"):
        read_report(tmp_path / "run")


def test_keys_of_a_later_minor_version_are_ignored(tmp_path):
    data = small().to_json() | {"later": 1}
    data["rows"][0]["later"] = 2
    data["ratios"][0]["later"] = 3
    (tmp_path / "r.json").write_text(json.dumps(data))
    assert read_report(tmp_path / "r.json") == small()


def test_several_reports_are_a_list_and_one_is_itself():
    assert json.loads(render_all([small()])) == json.loads(render(small()))
    assert [each["seed"] for each in json.loads(render_all([small(), small(seed=4)]))] == [3, 4]
