"""The checklist as a table: what is asked, how it stands, and what it rests on. Decides nothing."""

from __future__ import annotations

from collections import Counter

from frugal.report.checklist import Answer, answers
from frugal.report.page import Section, Table
from frugal.report.records import Report
from frugal.report.words import Voice


def section(voice: Voice, report: Report) -> Section:
    """Counts first, then every item."""
    found = answers(voice, report)
    counts = Counter(each.status for each in found)
    return Section(
        title=voice.say("check"),
        text=(
            voice.say(
                "check.counts",
                all=len(found),
                shown=counts["shown"],
                declared=counts["declared"],
                open=counts["not_assessed"],
            ),
        ),
        tables=(
            Table(
                caption=voice.say("check.table"),
                head=tuple(voice.say(f"check.column.{name}") for name in ("item", "status", "evidence", "reference")),
                rows=tuple(_cells(voice, report, each) for each in found),
                words=4,
                last=False,
            ),
        ),
        notes=(voice.say("check.editions"),),
    )


def _cells(voice: Voice, report: Report, each: Answer) -> tuple[str, ...]:
    status = voice.say(f"check.status.{each.status}")
    if each.status == "declared":
        declared = report.sections["declared"]
        status = voice.say("check.status.declared_by", who=declared["declared_by"], day=declared["declared_on"])
    return (voice.say(f"check.{each.item.key}"), status, each.text, each.item.references)
