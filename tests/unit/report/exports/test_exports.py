"""The targets are the files of the folder; each is reached by its name."""

import re

import pytest

from frugal.contract import InputError
from frugal.report import exports
from frugal.report.exported import identifier, ranged_words
from frugal.report.records import Quantity


def test_every_file_is_a_target(report, french):
    assert exports.names() == ("boamps", "cyclonedx", "hf-card", "sci")
    for name in exports.names():
        text = exports.render(name, report, french)
        assert "digits" in text or name == "boamps"
        assert not re.search(r"\": 0(\.0)?[,\n]", text), "what is unknown is never 0"


def test_an_unknown_target(report, french):
    with pytest.raises(InputError, match="--to spdx; allowed: boamps, cyclonedx, hf-card, sci"):
        exports.render("spdx", report, french)


def test_words_for_ranges():
    assert ranged_words(Quantity(value=0.5, low=0.2, high=1.25, method="C"), "mJ") == "0.5 mJ (0.2 to 1.25), method C"
    assert ranged_words(Quantity(value=2.0), "mJ") == "2 mJ"
    assert ranged_words(Quantity.unknown("no meter"), "mJ") == "unknown: no meter"


def test_identifiers_tell_purposes_apart(report):
    assert identifier(report, "a") == identifier(report, "a") != identifier(report, "b")
