"""The accounts that a report may hold beside its rows, and who puts each of them into words.

A part is one key of `sections` in report.json, one file here that reads it (`parse`, suspicious) and says it
(`section`), and one file of sentences in `wording`. Knows no format and no number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from frugal.contract import InputError
from frugal.report import (
    declared,
    devices_section,
    harm,
    harm_section,
    life_cycle_section,
    need,
    need_section,
    samples_section,
    search,
    search_section,
    worth,
    worth_section,
)
from frugal.report.page import Section
from frugal.report.records import Report
from frugal.report.words import Voice


@dataclass(frozen=True, kw_only=True)
class Part:
    """How one account is read and told.

    Attributes:
        parse: the JSON value of the account -> its record; raises InputError, ValueError, KeyError or TypeError for
            anything foreign.
        section: voice, record, and a number that tells drawings of one page apart -> the section of the page; None
            for what is told elsewhere (the checklist).
        first: told before the plots, not after the tables.
    """

    parse: Callable[[Any], Any]
    section: Callable[[Voice, Any, int], Section] | None = None
    first: bool = False


PARTS: Mapping[str, Part] = {
    "need": Part(parse=need.parse, section=need_section.section, first=True),
    "worth": Part(parse=worth.parse, section=worth_section.section),
    "harm": Part(parse=harm.parse, section=harm_section.section),
    "search": Part(parse=search.parse, section=search_section.section),
    "life_cycle": Part(parse=life_cycle_section.parse, section=life_cycle_section.section),
    "devices": Part(parse=devices_section.parse, section=devices_section.section),
    "samples": Part(parse=samples_section.parse, section=samples_section.section),
    "declared": Part(parse=declared.parse),
}
"""Key of `sections` in report.json -> how it is read and told, in the order of the page."""


def check(report: Report) -> None:
    """Raises InputError that names the first account which cannot be read; unknown ones are a later version's."""
    for name, part in PARTS.items():
        if name in report.sections:
            try:
                part.parse(report.sections[name])
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                what = f"not a frugal report (section {name}: {error!s:.120})"
                raise InputError(what, allowed="a report.json that frugal wrote") from error


def sections(voice: Voice, report: Report, index: int, *, first: bool) -> Iterator[Section]:
    """The accounts that the report holds, told: those that come first, or the others."""
    for name, part in PARTS.items():
        if name in report.sections and part.section is not None and part.first == first:
            yield part.section(voice, part.parse(report.sections[name]), index)
