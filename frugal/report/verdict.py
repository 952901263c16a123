"""What the gate found, ceiling by ceiling, and its faces for a CI service: a Markdown summary and JUnit XML.

Compares nothing and writes no file.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from frugal.report.records import Report

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A ceiling that does not hold; `found` is None where the number is unknown, and `reason` says why."""

    name: str
    asked: float
    found: float | None
    step: str
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        found = f"unknown ({self.reason})" if self.found is None else written(self.found)
        return f"{self.name} is {found}, asked <= {written(self.asked)} (step {self.step})"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One ceiling and what the report holds against it; `violation` is None where it holds."""

    name: str
    asked: float
    found: float | None
    violation: Violation | None


def markdown(report: Report, findings: Sequence[Finding], against: str) -> str:
    """A table of asked, found and verdict; `against` says what increases and ratios refer to."""
    broken = sum(finding.violation is not None for finding in findings)
    verdict = f"{broken} of {len(findings)} ceilings broken" if broken else f"all {len(findings)} ceilings hold"
    lines = [
        f"### Budget of {_cell(report.name)}: {verdict if findings else 'no ceiling asked'}",
        "",
        f"Step `{_cell(report.rows[-1].step)}`; increases and ratios are against {_cell(against)}.",
        "",
    ]
    if findings:
        lines += ["| ceiling | asked at most | found | verdict |", "| --- | ---: | ---: | --- |"]
    for finding in findings:
        word = "**broken**" if finding.violation else "holds"
        lines.append(f"| {finding.name} | {written(finding.asked)} | {_cell(found_text(finding))} | {word} |")
    return "\n".join(lines).rstrip("\n") + "\n"


def junit(report: Report, findings: Sequence[Finding]) -> str:
    """One test case per ceiling; an unknown number is a failure like one above its ceiling."""
    failures = str(sum(finding.violation is not None for finding in findings))
    counts = {"tests": str(len(findings)), "failures": failures, "errors": "0", "skipped": "0"}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _clean(f"budget of {report.name}"), **counts})
    for finding in findings:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {"classname": _clean(report.name), "name": f"{finding.name}<={written(finding.asked)}", "time": "0"},
        )
        if finding.violation:
            text = _clean(str(finding.violation))
            ElementTree.SubElement(case, "failure", {"message": text, "type": "ceiling"}).text = text
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def written(number: float) -> str:
    """A number as budgets write it: no exponent below 1e15, no noise digits.

    >>> written(300000.0), written(0.0030000000000000001), written(12.5)
    ('300000', '0.003', '12.5')
    """
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.6g}"


def found_text(finding: Finding) -> str:
    """The number found, or why there is none."""
    if finding.found is not None:
        return written(finding.found)
    return f"unknown: {finding.violation.reason}" if finding.violation else "unknown"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
