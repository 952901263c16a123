"""The parts of a page that are words and tables, computed from one report.

Knows no format and draws nothing; every number is taken from the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frugal.report import advice, energy_section, further_errors, scope, values
from frugal.report.need import Candidate
from frugal.report.page import Card, Section, Table
from frugal.report.records import EXACT, Quantity, Ratio, Report, Row
from frugal.report.words import Voice

_COUNTS = tuple(name for name in EXACT if name != "error")
_COSTS = ("cpu_ms", "wall_ms_p50", "wall_ms_p95", "peak_memory_bytes", "energy_mj")
_LAMP_W = 10.0


def headline(voice: Voice, report: Report) -> Section:
    """Three numbers of the last row for everyone, error, size, energy, and what to do."""
    row = report.rows[-1]
    title = voice.say("headline.step", step=row.step) if len(report.rows) > 1 else voice.say("headline")
    cards = (_error_card(voice, report, row), _size_card(voice, report), _energy_card(voice, report))
    return Section(title=title, cards=cards, advice=advice.advice(voice, report))


def boundary(voice: Voice, report: Report) -> Section:
    """What one unit is, what a right one takes, what was counted and what was not."""
    row, unit = report.rows[-1], voice.name("unit", report.unit)
    items = [voice.say("boundary.unit", unit=unit)]
    right = per_right(row)
    if right is not None:
        items.append(voice.say("boundary.right", unit=unit, energy=values.joules_with_ends(voice, right)))
    covered = scope.of_report(voice, report)
    if report.about.get("boundary"):
        items.append(voice.say("boundary.call", boundary=values.plain_text(voice, report.about["boundary"])))
    if covered:
        items.append(voice.say("boundary.counted", scope=covered))
    items.append(not_counted(voice, [report]))
    return Section(title=voice.say("boundary"), items=tuple(items))


def not_counted(voice: Voice, reports: Sequence[Report]) -> str:
    """What no number of the page covers."""
    every = all("life_cycle" in report.sections for report in reports)
    return voice.say("limits.not_counted.use" if every else "limits.not_counted")


def per_right(row: Row) -> Quantity | None:
    """Energy of a right answer; None where error or energy is unknown, or nothing is right."""
    candidate = Candidate(
        name=row.step,
        kind="network",
        error=row.error,
        error_low=row.error_low,
        error_high=row.error_high,
        energy_mj=row.energy_mj,
    )
    found = candidate.per_correct_mj
    return None if found.value is None else found


def overview(voice: Voice, labelled: Sequence[tuple[str, Report]]) -> Section:
    """The last row of every report, side by side."""
    head = ("column.report", "column.step", "column.error", "column.size_bytes", "column.macs", "column.energy_mj")
    rows = [
        (
            label,
            report.rows[-1].step,
            values.error_text(voice, report.rows[-1]),
            values.count_text(voice, report.rows[-1].size_bytes),
            values.count_text(voice, report.rows[-1].macs),
            _tagged(voice, report.rows[-1].energy_mj),
        )
        for label, report in labelled
    ]
    table = Table(
        caption=voice.say("overview.caption"), head=tuple(map(voice.say, head)), rows=tuple(rows), words=2, last=False
    )
    return Section(title=voice.say("overview"), tables=(table,))


def all_rows(voice: Voice, report: Report) -> Section:
    """Every row: what it is, what it costs to run, and what it says about itself."""
    unit = voice.name("unit", report.unit)
    exact = Table(
        caption=voice.say("rows.exact"),
        head=tuple(voice.say(f"column.{name}") for name in ("step", "kind", "method", "error", *_COUNTS)),
        rows=tuple(_exact_cells(voice, row) for row in report.rows),
        words=3,
    )
    cost = Table(
        caption=voice.say("rows.cost", unit=unit),
        head=tuple(voice.say(f"column.{name}") for name in ("step", *_COSTS)),
        rows=tuple((row.step, *(_cost_cell(voice, row, name) for name in _COSTS)) for row in report.rows),
    )
    tables = (exact, *_further(voice, report), cost)
    return Section(title=voice.say("rows"), tables=tables, notes=(voice.say("rows.note"),))


def _further(voice: Voice, report: Report) -> Iterator[Table]:
    """What the rows count beside their error; nothing where none does."""
    names = further_errors.names(report.rows)
    if names:
        yield Table(
            caption=voice.say("rows.further"),
            head=(voice.say("column.step"), *(voice.name("further", name) for name in names)),
            rows=tuple((row.step, *(values.further_text(voice, row, name) for name in names)) for row in report.rows),
        )


def details(voice: Voice, report: Report) -> Iterator[Section]:
    """What the steps add about themselves; nothing where no step does."""
    told = [(row.step, _untold(row)) for row in report.rows]
    facts = tuple((step, values.plain_text(voice, others)) for step, others in told if others)
    if facts:
        yield Section(title=voice.say("rows.details"), facts=facts)


def _untold(row: Row) -> dict[str, Any]:
    """A row's details without what other sections tell."""
    return {key: value for key, value in further_errors.others(row).items() if key not in energy_section.KEYS}


def ratios(voice: Voice, report: Report) -> Section:
    """The paired comparisons of CPU time, each with its interval and what it shows."""
    if not report.ratios:
        return Section(title=voice.say("ratios"), text=(voice.say("ratios.none"),))
    return Section(title=voice.say("ratios"), items=tuple(ratio_text(voice, ratio) for ratio in report.ratios))


def ratio_text(voice: Voice, ratio: Ratio) -> str:
    """One comparison as a sentence."""
    decimals = 2 if ratio.high - ratio.low >= 0.02 else 4
    value, low, high = (voice.numerals.fixed(end, decimals) for end in (ratio.value, ratio.low, ratio.high))
    verdict = "less" if ratio.high < 1 else "more" if ratio.low > 1 else "same"
    return voice.say(
        "ratios.line",
        of=ratio.of_step,
        to=ratio.to_step,
        value=value,
        low=low,
        high=high,
        blocks=ratio.blocks,
        confidence=voice.numerals.percent(ratio.confidence, 0),
        verdict=voice.say(f"ratios.{verdict}"),
    )


def parity(voice: Voice, report: Report) -> Section:
    """Whether the exported artefact answers as the network did."""
    title = voice.say("parity")
    if not report.parity:
        return Section(title=title, text=(voice.say("parity.none"),))
    found = report.parity
    equal = found.get("equal_decisions")
    share = voice.numerals.percent(equal) if values.is_number(equal) else voice.say("unknown")
    items = (
        voice.say("parity.max_abs", value=values.plain_text(voice, found.get("max_abs"))),
        voice.say("parity.equal_decisions", value=share),
        voice.say("parity.samples", n=values.plain_text(voice, found.get("samples"))),
    )
    extra = {key: value for key, value in found.items() if key not in ("max_abs", "equal_decisions", "samples")}
    facts = tuple((key, values.plain_text(voice, value)) for key, value in extra.items())
    return Section(title=title, items=items, facts=facts)


def budget(voice: Voice, report: Report) -> Section:
    """What was asked for and does not hold."""
    title = voice.say("budget")
    asked = values.plain_text(voice, report.about.get("budget")) if report.about.get("budget") else ""
    if report.violations:
        text = voice.say("budget.broken", n=len(report.violations))
        lines = [_violation_text(voice, violation) for violation in report.violations]
        return Section(title=title, text=(text,), items=tuple(lines), tone="bad")
    if asked:
        return Section(title=title, text=(voice.say("budget.holds", budget=asked),), tone="good")
    return Section(title=title, text=(voice.say("budget.none"),))


def origin(voice: Voice, report: Report) -> Section:
    """Versions, machine, command, seed and whatever else the report says about where it comes from."""
    about = dict(report.about)
    facts = [
        (voice.say("origin.name"), report.name),
        (voice.say("origin.created"), report.created),
        (voice.say("origin.seed"), values.plain_text(voice, report.seed)),
        (voice.say("origin.command"), values.plain_text(voice, about.pop("command", None) or None)),
        (voice.say("origin.versions"), _versions(report) or voice.say("unknown")),
    ]
    machine = voice.say("origin.host")
    facts += [(f"{machine}, {key}", values.plain_text(voice, value)) for key, value in report.host.items()]
    facts += [(key, values.plain_text(voice, value)) for key, value in about.items()]
    return Section(title=voice.say("origin"), facts=tuple(facts))


def _versions(report: Report) -> str:
    return ", ".join(f"{package} {version}" for package, version in report.versions.items())


def _violation_text(voice: Voice, violation: Mapping[str, Any]) -> str:
    """A violation as the gate writes it, or whatever else stands in its place."""
    if not {"name", "asked", "found"} <= violation.keys():
        return values.plain_text(voice, violation)
    found, asked = (_exactly(voice, violation[key]) for key in ("found", "asked"))
    if violation["found"] is None:
        found = voice.say("unknown.because", reason=voice.name("reason", str(violation.get("reason") or "not given")))
    return voice.say("budget.line", name=violation["name"], found=found, asked=asked, step=violation.get("step", ""))


def _exactly(voice: Voice, number: Any) -> str:
    return voice.numerals.short(number) if values.is_number(number) else values.plain_text(voice, number)


def _error_card(voice: Voice, report: Report, row: Row) -> Card:
    title = voice.say("card.error")
    if row.error is None:
        lines = [voice.say("error.no_samples")]
        return Card(title=title, value=voice.say("unknown"), lines=tuple(lines), tag=voice.say("tag.unknown"))
    units, unit = voice.name("units", report.unit), voice.name("unit", report.unit)
    key = f"error.{row.metric}"
    spoken = key if key in voice.words else "error.other"
    lines = [voice.say(spoken, units=units, unit=unit, metric=voice.name("metric", row.metric))]
    if row.error_low is None or row.error_high is None:
        lines.append(voice.say("error.no_range"))
    else:
        low, high = voice.numerals.percent(row.error_low), voice.numerals.percent(row.error_high)
        lines.append(voice.say("error.range", low=low, high=high))
    if row.samples:
        lines.append(voice.say("error.samples", n=voice.numerals.count(row.samples)))
    lines += [_further_line(voice, row, name) for name in further_errors.names([row])]
    return Card(title=title, value=voice.numerals.percent(row.error), lines=tuple(lines), tag=voice.say("tag.measured"))


def _further_line(voice: Voice, row: Row, name: str) -> str:
    return voice.say("error.further", name=voice.name("further", name), value=values.further_text(voice, row, name))


def _size_card(voice: Voice, report: Report) -> Card:
    first, row = report.rows[0], report.rows[-1]
    title = voice.say("card.size")
    if row.size_bytes is None:
        return Card(title=title, value=voice.say("unknown"), lines=(), tag=voice.say("tag.unknown"))
    lines = [voice.say("size.file", bytes=voice.numerals.count(row.size_bytes))]
    if first is not row and first.size_bytes:
        share = voice.numerals.percent(row.size_bytes / first.size_bytes, 1)
        size = values.size_text(voice, first.size_bytes)
        lines.append(voice.say("size.share", share=share, step=first.step, size=size))
    return Card(
        title=title, value=values.size_text(voice, row.size_bytes), lines=tuple(lines), tag=voice.say("tag.counted")
    )


def _energy_card(voice: Voice, report: Report) -> Card:
    energy = report.rows[-1].energy_mj
    title, tag = voice.say("card.energy"), values.tag(voice, energy)
    if energy.value is None:
        return Card(title=title, value=voice.say("unknown"), lines=(values.reason(voice, energy),), tag=tag)
    value, low, high = values.joules_range(voice, energy)
    lines = [voice.say("energy.unit", unit=voice.name("unit", report.unit))]
    lines.append(voice.say("energy.range", low=low, high=high) if low and high else voice.say("energy.no_range"))
    if energy.low and energy.high:
        times = [values.seconds_text(voice, end * 1e3 / _LAMP_W) for end in (energy.low, energy.high)]
        million = values.joules_text(voice, energy.value * 1e3)
        units = voice.name("units", report.unit)
        lines.append(voice.say("energy.million", units=units, energy=million, low=times[0], high=times[1]))
    return Card(title=title, value=value, lines=tuple(lines), tag=tag)


def _tagged(voice: Voice, energy: Quantity) -> str:
    if energy.value is None:
        return values.quantity_text(voice, energy)
    return f"{values.ranged_text(voice, energy)} {values.tag(voice, energy)}"


def _exact_cells(voice: Voice, row: Row) -> tuple[str, ...]:
    counts = (values.count_text(voice, getattr(row, name)) for name in _COUNTS)
    return (row.step, voice.name("kind", row.kind), row.method, values.error_text(voice, row), *counts)


def _cost_cell(voice: Voice, row: Row, name: str) -> str:
    """Value and range; the method only where it may differ from row to row, which is the energy."""
    quantity: Quantity = getattr(row, name)
    if quantity.value is None or name == "energy_mj":
        return values.quantity_text(voice, quantity)
    return values.ranged_text(voice, quantity, 1e6 if name == "peak_memory_bytes" else 1.0)
