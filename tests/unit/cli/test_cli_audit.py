"""`frugal audit` as a user calls it."""

import csv
import io
import json

import pytest

from frugal.cli.main import run

OFFICE = {"schema": 1, "name": "Cabinet Zoé Martin", "trade": "office", "country": "FR"}
BAKERY = {"schema": 1, "name": "Au bon pain", "trade": "bakery", "electricity": {"bill_kwh": 30000, "bill_euros": 7500}}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "answers"
    place.mkdir()
    (place / "a-office.json").write_text(json.dumps(OFFICE))
    (place / "b-bakery.json").write_text(json.dumps(BAKERY))
    return place


def test_a_folder_is_a_table_without_names(folder, capsys):
    assert run(["audit", str(folder), "--to", "csv"]) == 0
    text = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["firm"], row["trade"], row["country"]) for row in rows] == [
        ("1", "bakery", "unknown"),
        ("2", "office", "FRA"),
    ]
    assert "Martin" not in text and "pain" not in text and "office.json" not in text
    assert float(rows[0]["kwh_low"]) < float(rows[0]["kwh"]) < float(rows[0]["kwh_high"])
    assert rows[1]["euros"] == "not assessed" and "0.0" not in {rows[1]["euros"], rows[1]["euros_low"]}
    assert "elsewhere: video" in rows[0]["kwh_not_assessed"]


def test_one_file_as_json(folder, capsys):
    assert run(["audit", str(folder / "b-bakery.json")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["totals"]["kwh"]["unit"] == "kWh" and found["price_euros_per_kwh"]["value"] == 0.25
    assert found["notes"] == ["country_unknown"]


def test_bad_input_is_one_line_and_exit_code_2(folder, tmp_path, capsys):
    (folder / "c.json").write_text('{"schema": 1, "trade": "bank"}')
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, said in (
        (["audit"], "frugal audit --html"),
        (["audit", str(folder)], "c.json: trade 'bank'"),
        (["audit", str(empty)], "holds no *.json"),
        (["audit", str(folder), "--to", "html"], "csv or json"),
        (["audit", str(tmp_path / "none.json")], "No such file"),
        (["audit", "--html", "--to", "csv"], "with --html"),
        (["audit", "--html", "--lang", "de"], "de"),
    ):
        assert run(arguments) == 2, arguments
        error = capsys.readouterr().err
        assert error.startswith("error: ") and error.count("\n") == 1 and said in error, error
