"""From reports to drawings: which numbers go where, and what to say about those that cannot be drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frugal.report import need, plots, values
from frugal.report.page import Figure, Section, Table
from frugal.report.records import Report, Row
from frugal.report.words import Voice

_WIDE, _NARROW = (960.0, 480.0), (360.0, 380.0)
Labelled = Sequence[tuple[str, Report]]

LEAST_POINTS = 0.5
"""Percentage points that the panel of the error spans at least."""


def accuracy_energy(voice: Voice, labelled: Labelled) -> Section:
    """Error against energy of every step of every report, and of the other ways that were tried on the same data.

    Steps that lack one of the two are listed beneath.
    """
    points, missing = [], []
    for series, (label, report) in enumerate(labelled):
        for index, row in enumerate(report.rows):
            name = row.step if len(labelled) == 1 else f"{label}: {row.step}"
            if row.error is not None and row.energy_mj.value is not None:
                points.append(_point(row, series, joined=_continues(row, index)))
            else:
                missing.append(voice.say("plot.missing", label=name, reason=_why(voice, row)))
    if not points:
        return Section(title=voice.say("plot"), text=(voice.say("plot.none"),), items=tuple(missing))
    others = [_point(row, len(labelled), joined=False) for _, report in labelled for row in _other_ways(report)]
    names = (*(label for label, _ in labelled), *((voice.say("plot.others"),) if others else ()))
    notes = (voice.say("plot.shared"),) if _shares_calibration(labelled) else ()
    unit = labelled[0][1].unit
    figure = Figure(
        wide=_scatter(voice, names, unit, [*points, *others], "scatter-wide", _WIDE),
        narrow=_scatter(voice, names, unit, [*points, *others], "scatter-narrow", _NARROW),
        caption=voice.say("plot.caption"),
    )
    return Section(title=voice.say("plot"), figure=figure, notes=notes, items=tuple(missing))


def _other_ways(report: Report) -> list[Row]:
    """What `frugal need` tried beside networks, where it is not a row of the report itself."""
    if "need" not in report.sections:
        return []
    known = {row.step for row in report.rows}
    return [
        Row(
            step=each.name,
            kind="alternative",
            method=each.kind,
            metric=report.rows[-1].metric,
            error=each.error,
            error_low=each.error_low,
            error_high=each.error_high,
            energy_mj=each.energy_mj,
        )
        for each in need.parse(report.sections["need"]).candidates
        if each.error is not None and each.energy_mj.value is not None
        if each.kind != "network" and each.name not in known
    ]


def waterfall(voice: Voice, report: Report, index: int) -> Section:
    """What each step bought and cost, as shares of the first row; `index` tells the drawings of a page apart."""
    title, first = voice.say("fall"), report.rows[0]
    if len(report.rows) < 2:
        return Section(title=title, text=(voice.say("fall.alone"),))
    panels = (*(_panel(voice, report, measure) for measure in _measures(voice, report)), _error_panel(voice, report))
    steps = [row.step for row in report.rows]
    description = "; ".join(
        f"{panel.title}: " + ", ".join(f"{step} {bar.text}" for step, bar in zip(steps, panel.bars, strict=True))
        for panel in panels
    )
    legend = tuple(voice.say(f"legend.{name}") for name in ("kept", "saved", "added"))

    def draw(width: float, columns: int, identifier: str) -> str:
        return plots.waterfall(
            panels, steps, identifier=f"{identifier}-{index}", title=voice.say("fall.title"), description=description,
            legend=legend, columns=columns, width=width,
        )  # fmt: skip

    figure = Figure(
        wide=draw(_WIDE[0], 5, "fall-wide"),
        narrow=draw(_NARROW[0], 1, "fall-narrow"),
        caption=voice.say("fall.caption", step=first.step),
    )
    table = Table(
        caption=voice.say("fall.table", step=first.step),
        head=(voice.say("column.step"), *(panel.title for panel in panels)),
        rows=tuple((step, *(panel.bars[at].text for panel in panels)) for at, step in enumerate(steps)),
    )
    return Section(title=title, figure=figure, tables=(table,))


def _point(row: Row, series: int, *, joined: bool) -> plots.Point:
    assert row.error is not None and row.energy_mj.value is not None
    energy = row.energy_mj
    return plots.Point(
        label=row.step,
        series=series,
        joined=joined,
        x=energy.value or 0.0,
        x_low=energy.low,
        x_high=energy.high,
        y=100 * row.error,
        y_low=None if row.error_low is None else 100 * row.error_low,
        y_high=None if row.error_high is None else 100 * row.error_high,
    )


def _why(voice: Voice, row: Row) -> str:
    return voice.say("plot.no_error") if row.energy_mj.value is not None else values.reason(voice, row.energy_mj)


def _shares_calibration(labelled: Labelled) -> bool:
    """Whether several points were calculated on one machine in one way, so that their error is common."""
    known = [row.energy_mj for _, report in labelled for row in report.rows if row.energy_mj.value is not None]
    return len(labelled) == 1 and len(known) > 1 and {energy.method for energy in known} == {"C"}


def _scatter(
    voice: Voice,
    names: Sequence[str],
    unit: str,
    points: Sequence[plots.Point],
    identifier: str,
    size: tuple[float, float],
) -> str:
    said = (
        voice.say(
            "plot.point",
            label=point.label,
            x=voice.numerals.significant(point.x),
            y=voice.numerals.percent(point.y / 100),
        )
        for point in points
    )
    frame = plots.Frame(
        identifier=identifier,
        title=voice.say("plot.title"),
        description="; ".join(said),
        x_label=lambda log: voice.say("plot.x_log" if log else "plot.x", unit=voice.name("unit", unit)),
        y_label=lambda log: voice.say("plot.y_log" if log else "plot.y"),
        tick=voice.numerals.short,
        series=tuple(names),
        width=size[0],
        height=size[1],
    )
    return plots.scatter(points, frame)


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """One column of the waterfall: its title, the value of a row, its wording, and what to say where there is none."""

    title: str
    value: Callable[[Row], float | None]
    word: Callable[[float], str]
    absent: Callable[[Row], str]


def _measures(voice: Voice, report: Report) -> tuple[_Measure, ...]:
    method = report.rows[0].energy_mj.method

    def with_unit(unit: str) -> Callable[[float], str]:
        return lambda number: f"{voice.numerals.significant(number)}{voice.numerals.space}{unit}"

    def unknown(row: Row) -> str:
        return voice.say("unknown")

    def energy(row: Row) -> float | None:
        """Joules found in different ways are not divided by each other."""
        return row.energy_mj.value if row.energy_mj.method == method else None

    def other_method(row: Row) -> str:
        known = row.energy_mj.value is not None
        return voice.say("fall.method", method=row.energy_mj.method) if known else voice.say("unknown")

    def size(number: float) -> str:
        return values.size_text(voice, number)

    say, count = voice.say, voice.numerals.count
    return (
        _Measure(title=say("short.size"), value=lambda row: row.size_bytes, word=size, absent=unknown),
        _Measure(title=say("short.macs"), value=lambda row: row.macs, word=count, absent=unknown),
        _Measure(title=say("short.cpu"), value=lambda row: row.cpu_ms.value, word=with_unit("ms"), absent=unknown),
        _Measure(title=say("short.energy"), value=energy, word=with_unit("mJ"), absent=other_method),
    )


def _panel(voice: Voice, report: Report, measure: _Measure) -> plots.Panel:
    base = measure.value(report.rows[0])
    if not base:
        unknown = tuple(plots.Bar(before=None, after=None, text=voice.say("unknown")) for _ in report.rows)
        return plots.Panel(title=measure.title, base=voice.say("fall.no_base", step=report.rows[0].step), bars=unknown)
    bars: list[plots.Bar] = []
    before: float | None = None
    for index, row in enumerate(report.rows):
        number = measure.value(row)
        share = None if number is None else number / base
        text = measure.absent(row) if share is None else _share_text(voice, share)
        chained = _continues(row, index)
        bars.append(plots.Bar(before=before if chained else None, after=share, text=text))
        before = share if chained and share is not None else before
    return plots.Panel(title=measure.title, base=voice.say("fall.base", value=measure.word(base)), bars=tuple(bars))


def _error_panel(voice: Voice, report: Report) -> plots.Panel:
    first, title = report.rows[0], voice.say("fall.error")
    bars: list[plots.Bar] = []
    before: float | None = None
    for index, row in enumerate(report.rows):
        change = None if row.error is None or first.error is None else 100 * (row.error - first.error)
        text = voice.say("unknown") if change is None else values.change_text(voice, change / 100)
        chained = _continues(row, index)
        bars.append(plots.Bar(before=before if chained else None, after=change, text=text))
        before = change if chained and change is not None else before
    start = voice.say("fall.start", step=first.step, value=_error_alone(voice, first))
    return plots.Panel(title=title, base=start, bars=tuple(bars), reach=LEAST_POINTS)


def _error_alone(voice: Voice, row: Row) -> str:
    return voice.say("unknown") if row.error is None else voice.numerals.percent(row.error)


def _continues(row: Row, index: int) -> bool:
    """Whether a row goes on from the rows above; a later training, or another way, stands there to compare with."""
    return index == 0 or row.kind not in ("train", "alternative")


def _share_text(voice: Voice, share: float) -> str:
    """Whole percents; below 10 % two digits, so that a small share is not rounded to nothing."""
    if share >= 0.0995 or share <= 0:
        return voice.numerals.percent(share, 0)
    return f"{voice.numerals.significant(100 * share, 2)}{voice.numerals.space}%"
