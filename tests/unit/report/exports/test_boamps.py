"""BoAmps: the fields that its schema requires, and the whole schema where it lies at hand.

The schemas (Boavizta/BoAmps 1.1.0, CC BY 4.0) are not copied here: FRUGAL_BOAMPS_SCHEMA names their folder.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.report.exports import boamps
from frugal.report.records import Quantity

ROOT = Path(__file__).resolve().parents[4]
SCHEMAS = Path(os.environ.get("FRUGAL_BOAMPS_SCHEMA", ROOT.parent / "shared" / "energy" / "boamps_schema"))
REQUIRED = {
    (): ("task", "measures", "infrastructure"),
    ("header",): ("reportDatetime",),
    ("task",): ("taskStage", "taskFamily", "algorithms", "dataset"),
    ("task", "dataset", 0): ("dataUsage", "dataType"),
    ("measures", 0): ("measurementMethod", "powerConsumption"),
    ("system",): ("os",),
    ("software",): ("language",),
    ("infrastructure",): ("infraType", "components"),
    ("infrastructure", "components", 0): ("componentType", "nbComponent"),
}
ALLOWED = {
    ("header", "reportStatus"): {"draft", "final", "corrective", "other"},
    ("task", "dataset", 0, "dataUsage"): {"input", "output"},
    ("task", "dataset", 0, "dataType"): {"tabular", "audio", "boolean", "image", "video", "object", "text", "token",
                                         "word", "other"},
    ("infrastructure", "infraType"): {"publicCloud", "privateCloud", "onPremise", "other"},
    ("quality",): {"high", "medium", "low"},
}  # fmt: skip
"""Re-keyed from the schemas: what must be there, and the words that some fields may hold."""


def at(data, path):
    for key in path:
        data = data[key]
    return data


def exported(report, account):
    data = json.loads(boamps.render(report, account))
    for path, names in REQUIRED.items():
        assert set(names) <= set(at(data, path)), path
    for path, words in ALLOWED.items():
        assert at(data, path) in words
    return data


def test_energy_is_in_kilowatt_hours_of_all_calls(report, french):
    data = exported(report, french)
    assert data["measures"][0]["powerConsumption"] == pytest.approx(1000 * 3.6e-3 / 3.6e6)
    assert data["task"]["nbRequest"] == 1000
    assert data["task"]["measuredAccuracy"] == pytest.approx(0.98)
    assert data["task"]["algorithms"][0]["parametersNumber"] == pytest.approx(13_706e-9)
    assert data["task"]["algorithms"][0]["quantization"] == "int8"
    assert "3.6 mJ (1.8 to 7.2), method C" in data["task"]["taskDescription"]
    assert data["header"]["reportDatetime"] == "2026-11-23 11:01:59"


def test_the_country_is_named_or_left_out(report, french, nowhere):
    assert exported(report, french)["environment"] == {"country": "France", "powerSourceCarbonIntensity": 41.44}
    assert "environment" not in exported(report, nowhere)


@pytest.mark.parametrize(
    ("low", "high", "word"), [(3.5, 3.7, "high"), (3.0, 4.0, "medium"), (1.8, 7.2, "low"), (None, None, "low")]
)
def test_quality_follows_the_range(report, french, low, high, word):
    row = report.rows[0].replace(energy_mj=Quantity(value=3.6, low=low, high=high, method="A"))
    assert exported(replace(report, rows=(row,)), french)["quality"] == word


def test_what_is_unknown_is_left_out(report, nowhere):
    row = report.rows[0].replace(error=None, parameters=None, details={})
    data = exported(replace(report, rows=(row,), host={}, versions={}, about={}), nowhere)
    assert "measuredAccuracy" not in data["task"] and data["task"]["nbRequest"] == 1
    assert "parametersNumber" not in data["task"]["algorithms"][0]
    assert data["infrastructure"] == {"infraType": "other", "components": [{"componentType": "cpu", "nbComponent": 1}]}
    assert data["task"]["taskFamily"] == data["system"]["os"] == "unknown"


def test_an_error_above_one_is_no_accuracy(report, french):
    row = report.rows[0].replace(error=1.3, metric="cer")
    assert "measuredAccuracy" not in exported(replace(report, rows=(row,)), french)["task"]


def test_without_energy_there_is_nothing_to_export(bare, nothing):
    with pytest.raises(InputError, match=r"boamps of a report without energy \(no meter\)"):
        boamps.render(bare, nothing)


def test_the_same_report_exports_alike(report, french):
    assert boamps.render(report, french) == boamps.render(report, french)
    other = replace(report, name="other")
    assert exported(other, french)["header"]["reportId"] != exported(report, french)["header"]["reportId"]


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas of BoAmps are not here: FRUGAL_BOAMPS_SCHEMA=FOLDER")
@pytest.mark.parametrize("account", ["french", "nowhere"])
def test_the_whole_schema(report, account, request):
    from jsonschema import Draft4Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    schemas = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    registry = Registry().with_resources([(schema["id"], DRAFT4.create_resource(schema)) for schema in schemas])
    whole = next(schema for schema in schemas if schema["title"] == "report")
    validator = Draft4Validator(whole, registry=registry)
    data = exported(report, request.getfixturevalue(account))
    assert [error.message for error in validator.iter_errors(data)] == []
    del data["task"]["taskStage"]
    assert [error.message for error in validator.iter_errors(data)] == ["'taskStage' is a required property"]
