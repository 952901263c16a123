"""The whole page about one or several reports, in a language: which parts, in which order.

Knows no format; `html` and `markdown` lay it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from frugal.contract import InputError
from frugal.report import checklist_section, energy_section, figures, parts, scope, sections, training_section, values
from frugal.report.page import Chapter, Page, Section
from frugal.report.records import Report
from frugal.report.words import Voice, voice


def page(reports: Sequence[Report], language: str = "en") -> Page:
    """Everything that is said about `reports`; several are overlaid in one plot, then told one by one.

    Raises:
        InputError: no report, an unknown language, or reports of different units in one plot.
    """
    speaker = voice(language)
    if not reports:
        raise InputError("no report", allowed="one or more reports")
    units = sorted({report.unit for report in reports})
    if len(units) > 1:
        raise InputError(f"reports with units {', '.join(units)} on one page", allowed="one unit")
    labelled = list(zip(labels(speaker, reports), reports, strict=True))
    alone = len(reports) == 1
    name = ", ".join(dict.fromkeys(report.name for report in reports))
    opening = sections.headline(speaker, reports[0]) if alone else sections.overview(speaker, labelled)
    return Page(
        language=language,
        title=speaker.say("title", name=name),
        subtitle=_subtitle(speaker, reports),
        advice=speaker.say("advice"),
        opening=(
            opening,
            *(parts.sections(speaker, reports[0], 0, first=True) if alone else ()),
            *((sections.boundary(speaker, reports[0]),) if alone else ()),
            figures.accuracy_energy(speaker, labelled),
        ),
        chapters=tuple(
            Chapter(title="" if alone else label, sections=tuple(_chapter(speaker, report, index, alone)))
            for index, (label, report) in enumerate(labelled)
        ),
        closing=(limits(speaker, reports),),
    )


def labels(speaker: Voice, reports: Sequence[Report]) -> list[str]:
    """A name for each report that tells it apart: its name, else with its seed, else with its place."""
    names = [report.name for report in reports]
    if len(set(names)) == len(names):
        return names
    word = speaker.say("origin.seed")
    seeded = [f"{report.name}, {word} {report.seed}" for report in reports]
    if len(set(seeded)) == len(seeded):
        return seeded
    return [f"{name} ({index})" for index, name in enumerate(seeded, start=1)]


def limits(speaker: Voice, reports: Sequence[Report]) -> Section:
    """What these numbers do not show."""
    rows = [row for report in reports for row in report.rows]
    items = [speaker.say("limits.evidence")]
    if any(row.error is not None for row in rows):
        items.append(speaker.say("limits.data"))
    for method in sorted({row.energy_mj.method for row in rows} & set(values.TAGS)):
        items.append(speaker.say(f"limits.method.{method}", factor=_factor(speaker, reports, method)).strip())
    for covered in dict.fromkeys(scope.of_report(speaker, report) for report in reports):
        if covered:
            items.append(speaker.say("limits.scope", scope=covered))
    unknown = dict.fromkeys(row.step for row in rows if row.energy_mj.value is None)
    if unknown:
        items.append(speaker.say("limits.unknown", steps=", ".join(unknown)))
    items.append(sections.not_counted(speaker, reports))
    return Section(title=speaker.say("limits"), items=tuple(items))


def _subtitle(speaker: Voice, reports: Sequence[Report]) -> str:
    count = sum(len(report.rows) for report in reports)
    steps = speaker.say("steps.one") if count == 1 else speaker.say("steps.many", n=count)
    created = ", ".join(dict.fromkeys(report.created[:10] for report in reports))
    return speaker.say("subtitle", steps=steps, created=created, unit=speaker.name("unit", reports[0].unit))


def _chapter(speaker: Voice, report: Report, index: int, alone: bool) -> Iterator[Section]:
    if not alone:
        yield sections.headline(speaker, report)
        yield from parts.sections(speaker, report, index, first=True)
        yield sections.boundary(speaker, report)
    yield figures.waterfall(speaker, report, index)
    yield sections.all_rows(speaker, report)
    yield from energy_section.sections(speaker, report)
    yield sections.ratios(speaker, report)
    yield sections.budget(speaker, report)
    yield training_section.section(speaker, report, index)
    yield from parts.sections(speaker, report, index, first=False)
    yield sections.parity(speaker, report)
    yield checklist_section.section(speaker, report)
    yield sections.origin(speaker, report)
    yield from sections.details(speaker, report)


def _factor(speaker: Voice, reports: Sequence[Report], method: str) -> str:
    """The widest half-range of a method's energies as a factor, in words."""
    factors = [
        math.sqrt(row.energy_mj.high / row.energy_mj.low)
        for report in reports
        for row in report.rows
        if row.energy_mj.method == method and row.energy_mj.low and row.energy_mj.high
    ]
    if not factors:
        return speaker.say("limits.no_factor")
    return speaker.say("limits.factor", factor=speaker.numerals.significant(max(factors), 2))
