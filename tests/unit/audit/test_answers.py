"""Answers of any kind: what is taken, and the one line about what is not."""

import json

import pytest

from frugal.audit.answers import parse, read_answers
from frugal.contract import InputError


def test_a_whole_file(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"schema": 1, "name": "Chez Lise", "trade": "bakery", "country": "fr", "uses": {}}))
    found = read_answers(file)
    assert (found.name, found.trade, found.country, found.devices) == ("Chez Lise", "bakery", "FRA", None)


@pytest.mark.parametrize(
    ("answers", "named"),
    [
        ([], "the file is list"),
        ({}, "schema None"),
        ({"schema": 2}, "schema 2"),
        ({"schema": 1, "colour": 1}, "'colour'"),
        ({"schema": 1, "trade": "baker"}, "trade 'baker'"),
        ({"schema": 1, "country": "Atlantis"}, "country Atlantis"),
        ({"schema": 1, "country": "EU"}, "country EU"),
        ({"schema": 1, "name": 3}, "name 3"),
        ({"schema": 1, "uses": []}, "uses is list"),
        ({"schema": 1, "uses": {"images_a_week": -1}}, "uses.images_a_week -1"),
        ({"schema": 1, "uses": {"images_a_week": "3"}}, "uses.images_a_week '3'"),
        ({"schema": 1, "uses": {"images_a_week": True}}, "uses.images_a_week True"),
        ({"schema": 1, "uses": {"images_a_week": 1e308}}, "uses.images_a_week 1e+308"),
        ({"schema": 1, "uses": {"images_a_week": float("nan")}}, "uses.images_a_week nan"),
        ({"schema": 1, "uses": {"images_a_week": 10**400}}, "uses.images_a_week 1000"),
        ({"schema": 1, "devices": {}}, "devices"),
        ({"schema": 1, "devices": [{}] * 201}, "at most 200"),
        ({"schema": 1, "devices": [{"kind": "fridge"}]}, "devices[0].kind 'fridge'"),
        ({"schema": 1, "devices": [{"kind": ["laptop"]}]}, "devices[0].kind"),
        ({"schema": 1, "devices": [{"kind": "laptop", "hours_a_day": 25}]}, "devices[0].hours_a_day 25"),
        ({"schema": 1, "devices": [{"kind": "laptop", "keep_years": 0}]}, "devices[0].keep_years 0"),
        ({"schema": 1, "devices": [{"kind": "laptop", "age_years": 6, "keep_years": 5}]}, "at least the age, 6"),
        ({"schema": 1, "electricity": {"bill_kw": 1}}, "electricity.'bill_kw'"),
    ],
)
def test_one_line_about_bad_answers(answers, named, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(answers))
    with pytest.raises(InputError) as caught:
        read_answers(file)
    text = str(caught.value)
    assert text.startswith(str(file)) and named in text and "\n" not in text and len(text) < 500


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 100_000, '{"schema": 1' + "0" * 5000 + "}"])
def test_what_is_not_json(text, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(InputError, match="not JSON"):
        read_answers(file)


def test_missing_binary_and_huge_files(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_answers(tmp_path / "none.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not JSON"):
        read_answers(tmp_path / "binary.json")
    (tmp_path / "huge.json").write_text(" " * 1_000_001)
    with pytest.raises(InputError, match="at most 1000000"):
        read_answers(tmp_path / "huge.json")


def test_an_answer_left_empty_is_no_answer():
    assert parse({"schema": 1, "trade": None, "days_a_week": None, "uses": {"page_mb": None}}).uses == {}
