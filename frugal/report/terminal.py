"""The table at the end of a run, for a terminal of 80 columns.

Knows rich, imported when it is called; says the same numbers as the page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from frugal.report import further_errors, need_section, values
from frugal.report.need import Need
from frugal.report.numerals import Numerals
from frugal.report.records import Report, Row
from frugal.report.sections import ratio_text
from frugal.report.words import Voice, voice

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_HEAD = ("step", "error, %", "kB", "MACs", "CPU ms", "energy, mJ")
_FURTHER = {
    "wer": "WER",
    "cer_raw": "raw CER",
    "accents": "accents right",
    "case_folded": "case ignored",
    "worst_decile": "worst tenth",
}
_STEP_WIDTH = 15


def render(report: Report) -> RenderableType:
    """A row per step: error with interval, kB, MACs, CPU ms, energy with range and method letter; then further errors.

    The paired comparisons stand below.
    """
    from rich.console import Group
    from rich.text import Text

    english = voice("en")
    speaker = Voice(english.language, english.words, Numerals(decimal=".", space=" "))
    parts: list[RenderableType] = [_table(_HEAD, [_cells(speaker, row) for row in report.rows], foldable={0})]
    names = further_errors.names(report.rows)
    if names:
        head = ("in %", *(_FURTHER.get(name, name) for name in names))
        rows = [_further_cells(speaker, row, names) for row in report.rows]
        parts += ["", _table(head, rows, foldable=range(1, len(head)))]
    parts += [Text(ratio_text(speaker, ratio)) for ratio in report.ratios]
    parts += [Text(note) for note in _notes(speaker, report)]
    return Group(*parts)


def need(answer: Need, lang: str = "en") -> RenderableType:
    """The table of `frugal need` and its verdict below, a sentence a line."""
    from rich.console import Group
    from rich.text import Text

    spoken = voice(lang)
    speaker = Voice(spoken.language, spoken.words, Numerals(decimal=spoken.words["decimal"], space=" "))
    whole = need_section.table(speaker, answer)
    tried = [each.error is not None for each in answer.candidates]
    head, *rows = ((cells[0], *cells[2:]) for cells in (whole.head, *whole.rows))  # what each is, the page says
    shown = [row for row, is_tried in zip(rows, tried, strict=True) if is_tried]
    missing = (f"{row[0]}: {row[-1]}" for row, is_tried in zip(rows, tried, strict=True) if not is_tried)
    sentences = map(Text, (*missing, "", *need_section.verdict(speaker, answer)))
    return Group(_table(head, shown, foldable={2}), "", *sentences)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, foldable: Collection[int]) -> Table:
    """Where 80 columns do not suffice, the foldable ones take two lines."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for index, name in enumerate(head):
        table.add_column(name, justify="right" if index else "left", no_wrap=index not in foldable, overflow="fold")
    for cells in rows:
        table.add_row(*map(Text, cells))
    return table


def _cells(speaker: Voice, row: Row) -> tuple[str, ...]:
    unknown = speaker.say("unknown")
    energy = unknown if row.energy_mj.value is None else values.quantity_text(speaker, row.energy_mj)
    cpu = unknown if row.cpu_ms.value is None else speaker.numerals.significant(row.cpu_ms.value)
    size = unknown if row.size_bytes is None else speaker.numerals.significant(row.size_bytes / 1e3)
    return (_step(row), _error(speaker, row), size, _short_count(speaker, row.macs), cpu, energy)


def _further_cells(speaker: Voice, row: Row, names: Sequence[str]) -> tuple[str, ...]:
    return (_step(row), *(_bare(speaker, values.further_text(speaker, row, name)) for name in names))


def _step(row: Row) -> str:
    return row.step if len(row.step) <= _STEP_WIDTH else f"{row.step[: _STEP_WIDTH - 1]}…"


def _error(speaker: Voice, row: Row) -> str:
    return _bare(speaker, values.error_text(speaker, row))


def _bare(speaker: Voice, text: str) -> str:
    """Without the sign that stands in the head of the column."""
    return text.replace(f"{speaker.numerals.space}%", "")


def _short_count(speaker: Voice, number: int | None) -> str:
    """A count with k, M or G: `1.89 M`."""
    if number is None:
        return speaker.say("unknown")
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= 0.9995 * scale:
            return f"{speaker.numerals.significant(number / scale)} {letter}"
    return str(number)


def _notes(speaker: Voice, report: Report) -> list[str]:
    """How the energies came about, once per method; why they are unknown, once per reason."""
    notes = []
    methods = {row.energy_mj.method: row.energy_mj for row in report.rows if row.energy_mj.value is not None}
    for method, energy in sorted(methods.items()):
        if method in values.TAGS:
            notes.append(
                f"energy for one {speaker.name('unit', report.unit)}: {values.tag(speaker, energy)}, 95 % range"
            )
    reasons = {row.energy_mj.reason: None for row in report.rows if row.energy_mj.value is None}
    return [*notes, *(f"energy unknown: {reason}" for reason in reasons)]
