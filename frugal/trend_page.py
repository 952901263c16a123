"""A trend as Markdown, CSV and a self-contained HTML page: a table per series, and a drawing per indicator.

Knows the words and the layout, not where a number comes from.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from frugal.contract import InputError
from frugal.report import svg
from frugal.report.csv import safe
from frugal.report.html import document
from frugal.report.markdown import escape
from frugal.report.markdown import table as markdown_table
from frugal.report.numerals import Numerals
from frugal.report.page import Chapter, Figure, Page, Section, Table
from frugal.report.records import Quantity
from frugal.report.scales import Scale, scale_for
from frugal.report.values import ranged_text
from frugal.report.words import Voice, voice
from frugal.trend import INDICATORS, Indicator, Series

FORMATS = ("md", "html", "csv")
SCALES = {"error": 0.01, "measured": 0.01, "size_bytes": 1e3, "macs": 1e6, "peak_memory_bytes": 1e6}
"""Indicator -> what one unit of its column stands for."""

WORDS = {
    "en": {
        "title": "Trend over {n} releases",
        "one": "Trend of one release",
        "release": "release",
        "date": "date",
        "error": "error",
        "energy": "energy of 1 000 {units}",
        "training": "training, failed ones too",
        "cpu_ms": "CPU time",
        "size_bytes": "file",
        "macs": "multiply-accumulates",
        "peak_memory_bytes": "peak memory",
        "ghg_world": "use of a million {units}, world grid",
        "adpe_france": "ADPe of a million {units}, grid of France",
        "devices_in_time": "devices fast enough",
        "measured": "joules measured, not modelled",
        "unknown": "unknown",
        "series": "{name}: one {unit}, {metric}",
        "table": "Each release, with 95 % ranges",
        "why": "{indicator} unknown: {reason} ({releases})",
        "about": "First and last release",
        "order": "Releases stand in the order of their reports' dates; another name, unit or metric is another series.",
        "change": "{name}, {indicator}: {before} → {after}",
        "caption": "Bars are 95 % ranges; a release without a point does not know the number.",
    },
    "fr": {
        "title": "Évolution sur {n} versions",
        "one": "Évolution d’une seule version",
        "release": "version",
        "date": "date",
        "error": "erreur",
        "energy": "énergie de 1 000 {units}",
        "training": "entraînement, échecs compris",
        "cpu_ms": "temps processeur",
        "size_bytes": "fichier",
        "macs": "multiplications-accumulations",
        "peak_memory_bytes": "mémoire maximale",
        "ghg_world": "usage d’un million de {units}, réseau mondial",
        "adpe_france": "ADPe d’un million de {units}, réseau français",
        "devices_in_time": "appareils assez rapides",
        "measured": "joules mesurés, non modélisés",
        "unknown": "inconnu",
        "series": "{name} : un {unit}, {metric}",
        "table": "Chaque version, avec ses intervalles à 95 %",
        "why": "{indicator} inconnu : {reason} ({releases})",
        "about": "Première et dernière version",
        "order": "Les versions suivent les dates de leurs rapports ; un autre nom, une autre unité ou une autre mesure "
        "d’erreur forment une autre série.",
        "change": "{name}, {indicator} : {before} → {after}",
        "caption": "Les barres sont des intervalles à 95 % ; une version sans point ne connaît pas le nombre.",
    },
}


def render(series: Sequence[Series], form: str, lang: str = "en") -> str:
    """Raises InputError for an unknown format or language."""
    if form not in FORMATS:
        raise InputError(f"--to {form}", allowed=", ".join(FORMATS))
    speaker = voice(lang)
    if form == "csv":
        return _csv(series)
    return _markdown(series, speaker) if form == "md" else document(_page(series, speaker))


def _csv(series: Sequence[Series]) -> str:
    """One line per release; a quantity takes five columns in its base unit, as in the CSV of a report."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    parts = ("", "_low", "_high", "_method", "_reason")
    columns = [f"{indicator.key}{part}" for indicator in INDICATORS for part in parts]
    writer.writerow(("series", "release", "created", "unit", "metric", *columns))
    for each in series:
        for index, release in enumerate(each.releases):
            cells = [each.cells[indicator.key][index] for indicator in INDICATORS]
            numbers = [part for cell in cells for part in (cell.value, cell.low, cell.high, cell.method, cell.reason)]
            about = (each.name, release.label, release.report.created, each.unit, each.metric)
            writer.writerow([safe(cell) for cell in (*about, *numbers)])
    return out.getvalue()


def _markdown(series: Sequence[Series], speaker: Voice) -> str:
    blocks = [f"# {escape(_title(series, speaker))}"]
    for each in series:
        table = _table(each, speaker)
        blocks += [f"## {escape(_name(each, speaker))}", markdown_table(table.head, table.rows, table.words)]
        reasons = list(_reasons(each, speaker))
        blocks += ["\n".join(f"- {escape(reason)}" for reason in reasons)] if reasons else []
    return "\n\n".join(blocks) + "\n"


def _page(series: Sequence[Series], speaker: Voice) -> Page:
    dates = sorted({release.date for each in series for release in each.releases})
    return Page(
        language=speaker.language,
        title=_title(series, speaker),
        subtitle=" – ".join(dict.fromkeys((dates[0], dates[-1]))),
        advice="",
        opening=(_opening(series, speaker),),
        chapters=tuple(
            Chapter(title=_name(each, speaker), sections=tuple(_sections(each, index, speaker)))
            for index, each in enumerate(series)
        ),
        closing=(),
    )


def _opening(series: Sequence[Series], speaker: Voice) -> Section:
    """What changed from the first release of each series to its last, in error and energy, where both are known."""
    words = WORDS[speaker.language]
    items = []
    for each in series:
        for indicator in INDICATORS[:2]:
            first, last = each.cells[indicator.key][0], each.cells[indicator.key][-1]
            if len(each.releases) > 1 and first.value is not None and last.value is not None:
                before, after = (cell_text(cell, indicator, speaker) for cell in (first, last))
                head = _head(indicator, each, speaker)
                items.append(words["change"].format(name=each.name, indicator=head, before=before, after=after))
    return Section(title=words["about"], text=(words["order"],), items=tuple(items))


def _sections(series: Series, index: int, speaker: Voice) -> Iterator[Section]:
    words = WORDS[speaker.language]
    yield Section(title=words["table"], tables=(_table(series, speaker),), notes=tuple(_reasons(series, speaker)))
    for indicator in INDICATORS:
        if any(cell.value is not None for cell in series.cells[indicator.key]):
            title = _head(indicator, series, speaker)
            wide, narrow = (
                drawing(series, indicator, speaker, title=title, width=width, identifier=f"{name}-{index}")
                for name, width in ((f"{indicator.key}-wide", 960.0), (f"{indicator.key}-narrow", 360.0))
            )
            yield Section(title=title, figure=Figure(wide=wide, narrow=narrow, caption=words["caption"]))


def drawing(
    series: Series, indicator: Indicator, speaker: Voice, *, title: str, width: float, identifier: str
) -> str:  # fmt: skip
    """One indicator over the releases, oldest on the left, as SVG."""
    scale = SCALES.get(indicator.key, 1.0)
    cells = series.cells[indicator.key]
    known = [end / scale for cell in cells for end in (cell.value, cell.low, cell.high) if end is not None]
    left, right, top, bottom = 64.0, width - 14, 14.0, 260.0
    y = scale_for(known, start=bottom, end=top, log_spread=30)
    step = (right - left) / len(cells)
    places = [left + step * (index + 0.5) for index in range(len(cells))]
    body = [
        *_grid(y.ticks(6), y, left, right, speaker.numerals),
        *_points(places, cells, scale, y),
        *_names(places, [release.label for release in series.releases], step, bottom),
    ]
    texts = [f"{r.label} {cell_text(c, indicator, speaker)}" for r, c in zip(series.releases, cells, strict=True)]
    return svg.drawing(width, 300, identifier=identifier, title=title, description="; ".join(texts), body=body)


def _grid(ticks: Sequence[float], y: Scale, left: float, right: float, numerals: Numerals) -> Iterator[str]:
    for tick in ticks:
        height = y(tick)
        yield svg.line(left, height, right, height)
        yield svg.text(left - 7, height + 4, numerals.short(tick), anchor="end", size=12, colour=svg.MUTED)


def _points(places: Sequence[float], cells: Sequence[Quantity], scale: float, y: Scale) -> Iterator[str]:
    before: tuple[float, float] | None = None
    for x, cell in zip(places, cells, strict=True):
        if cell.value is None:
            before = None
            continue
        height = y(cell.value / scale)
        if before is not None:
            yield svg.line(*before, x, height, colour="#b6bdc6", dash="2 4", width=1.4)
        if cell.low is not None and cell.high is not None:
            ends = [y(end / scale) for end in (cell.low, cell.high)]
            yield svg.line(x, ends[0], x, ends[1], colour=svg.BLUE, width=1.4)
        yield svg.mark(0, x, height)
        before = (x, height)


def _names(places: Sequence[float], labels: Sequence[str], step: float, bottom: float) -> Iterator[str]:
    """Every label that has room, the last one always."""
    every = max(1, round(64 / step))
    for index, (x, label) in enumerate(zip(places, labels, strict=True)):
        if (len(labels) - 1 - index) % every == 0:
            text = svg.clip(label, max(step * every - 6, 58), 12)
            yield svg.text(x, bottom + 20, text, anchor="middle", size=12, colour=svg.MUTED)


def _table(series: Series, speaker: Voice) -> Table:
    """What no release knows has no column; its reason stands beneath."""
    words = WORDS[speaker.language]
    known = [i for i in INDICATORS if any(cell.value is not None for cell in series.cells[i.key])]
    rows = []
    for index, release in enumerate(series.releases):
        cells = [cell_text(series.cells[i.key][index], i, speaker) for i in known]
        rows.append((release.label, release.date, *cells))
    head = (words["release"], words["date"], *(_head(indicator, series, speaker) for indicator in known))
    return Table(caption=words["table"], head=head, rows=tuple(rows), words=2)


def cell_text(cell: Quantity, indicator: Indicator, speaker: Voice) -> str:
    """A value with its range and method in the unit of its column; or unknown."""
    if cell.value is None:
        return WORDS[speaker.language]["unknown"]
    scale = SCALES.get(indicator.key, 1.0)
    if indicator.exact:
        return speaker.numerals.short(round(cell.value / scale, 3))
    method = cell.method if indicator.key in ("energy", "training") else ""
    return f"{ranged_text(speaker, cell, scale)} {method}".rstrip()


def _reasons(series: Series, speaker: Voice) -> Iterator[str]:
    """Each reason once, with the releases that it is about."""
    for indicator in INDICATORS:
        about: dict[str, list[str]] = {}
        for release, cell in zip(series.releases, series.cells[indicator.key], strict=True):
            if cell.value is None:
                about.setdefault(cell.reason, []).append(release.label)
        for reason, releases in about.items():
            yield WORDS[speaker.language]["why"].format(
                indicator=_what(indicator, series, speaker),
                reason=speaker.name("reason", reason),
                releases=", ".join(releases),
            )


def _head(indicator: Indicator, series: Series, speaker: Voice) -> str:
    name = _what(indicator, series, speaker)
    return f"{name}, {indicator.unit}" if indicator.unit else name


def _what(indicator: Indicator, series: Series, speaker: Voice) -> str:
    """The indicator in words, without its unit of measure."""
    return WORDS[speaker.language][indicator.key].format(units=speaker.name("units", series.unit))


def _title(series: Sequence[Series], speaker: Voice) -> str:
    count = sum(len(each.releases) for each in series)
    words = WORDS[speaker.language]
    return words["one"] if count == 1 else words["title"].format(n=count)


def _name(series: Series, speaker: Voice) -> str:
    unit = speaker.name("unit", series.unit)
    return WORDS[speaker.language]["series"].format(name=series.name, unit=unit, metric=series.metric)
