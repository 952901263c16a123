"""The pytest plugin in a pytest of its own: a fixture, a summary, and properties in the JUnit file."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

TESTS = """
def test_cheap(energy_meter):
    with energy_meter() as energy:
        sum(range(100_000))
    assert 0 < energy.energy.cpu_s < 60

def test_decorated(energy_meter):
    measured = energy_meter()(sorted)
    assert measured([2, 1]) == [1, 2]
    assert measured([3, 2]) == [2, 3]

def test_without():
    pass
"""


@pytest.fixture
def result(pytester: pytest.Pytester) -> pytest.RunResult:
    pytester.makepyfile(TESTS)
    return pytester.runpytest_subprocess("-p", "frugal.pytest_energy", "-p", "no:cacheprovider", "--junitxml=out.xml")


def test_readings_are_listed_at_the_end(result: pytest.RunResult) -> None:
    result.assert_outcomes(passed=3)
    lines = [line for line in result.outlines if "method " in line]
    assert len(lines) == 3, "one for each reading"
    assert sum("::test_cheap: " in line for line in lines) == 1
    assert any("energy" in line and "===" in line for line in result.outlines)


def test_readings_are_properties_of_their_test(result: pytest.RunResult, pytester: pytest.Pytester) -> None:
    cases = ElementTree.parse(pytester.path / "out.xml").findall(".//testcase")
    told = {case.get("name"): [p.get("name") for p in case.findall(".//property")] for case in cases}
    assert told["test_cheap"] == ["energy_j", "energy_method", "cpu_s"]
    assert told["test_decorated"] == ["energy_j", "energy_method", "cpu_s"] * 2
    assert told["test_without"] == []


def test_a_session_without_it_says_nothing_and_loads_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import sys\n\ndef test_it():\n    assert 'numpy' not in sys.modules\n")
    result = pytester.runpytest_subprocess("-p", "frugal.pytest_energy", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    assert not any("energy" in line and "===" in line for line in result.outlines)
