"""What an energy covers, in the reader's language: the meters write it in English into the report.

Knows the sentences that our meters write; any other one stands as it is.
"""

from __future__ import annotations

import re

from frugal.report.records import Report
from frugal.report.words import Voice

_NOTES = {
    "uncalibrated": r"CPU (?P<cpu>.+) is not calibrated: (?P<share>\S+) x (?P<watts>\S+) W, the middle of (?P<low>\S+) "
    r"to (?P<high>\S+) W TDP per core; 95 % factor (?P<factor>\S+)\)",
    "given": r"(?P<tdp>\S+) W TDP over (?P<cores>\d+) cores, as given: (?P<share>\S+) x (?P<watts>\S+) W; "
    r"95 % factor (?P<factor>\S+)\)",
    "calibrated": r"(?P<cpu>.+): (?P<share>\S+) x (?P<watts>\S+) W TDP per core; 95 % factor (?P<factor>\S+)\)",
}
"""Where the power of a core comes from -> what the meter of CPU time writes of it."""


def of_report(voice: Voice, report: Report) -> str:
    """What the energy covers; "" where the report does not say."""
    return told(voice, str(report.about.get("scope") or report.host.get("meter_scope") or ""))


def told(voice: Voice, scope: str) -> str:
    """A meter's scope: what it covers, and in brackets the figures that it rests on."""
    what, bracket, note = scope.partition(" (")
    return voice.name("scope", what) + bracket + _note(voice, note)


def _note(voice: Voice, note: str) -> str:
    for key, pattern in _NOTES.items():
        found = re.fullmatch(pattern, note)
        if found:
            figures = {name: _figure(voice, text) for name, text in found.groupdict().items()}
            return voice.say(f"scope.power.{key}", **figures) + ")"
    return note


def _figure(voice: Voice, text: str) -> str:
    return text.replace(".", voice.numerals.decimal) if re.fullmatch(r"\d+\.\d+", text) else text
