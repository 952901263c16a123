"""The page as GitHub Markdown: for a pull request, a model card or a terminal.

Knows the layout, not the sentences; drawings are left out, their numbers stand in tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from frugal.report.page import Card, Section, Table
from frugal.report.pages import page
from frugal.report.records import Report


def render(report: Report, lang: str = "en") -> str:
    """One report as Markdown; raises InputError for an unknown language."""
    return render_all([report], lang)


def render_all(reports: Sequence[Report], lang: str = "en") -> str:
    """Several reports as one Markdown page."""
    whole = page(reports, lang)
    blocks = [f"# {escape(whole.title)}", escape(whole.subtitle)]
    for section in whole.opening:
        blocks += _section(section, 2)
    for chapter in whole.chapters:
        if chapter.title:
            blocks.append(f"## {escape(chapter.title)}")
        for section in chapter.sections:
            blocks += _section(section, 3 if chapter.title else 2)
    for section in whole.closing:
        blocks += _section(section, 2)
    return "\n\n".join(blocks) + "\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is: one line, no table border, no markup.

    >>> escape("a|b <i>")
    'a\\\\|b &lt;i>'
    """
    return re.sub(r"([\\|`*\[])", r"\\\1", " ".join(text.split(" "))).replace("<", "&lt;").replace("\n", " ")


def code(text: str) -> str:
    """A code span: shown and copied as it stands; only | must be escaped, which would end a cell of a table.

    >>> code("frugal run 'model.widths=[16,32]'")
    "`frugal run 'model.widths=[16,32]'`"
    """
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * (1 + max(runs, default=0))
    room = " " if runs else ""
    return f"{fence}{room}{' '.join(text.split())}{room}{fence}".replace("|", r"\|")


def table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], words: int = 1, commands: int = 0) -> str:
    """A Markdown table of escaped cells.

    The first `words` columns stand on the left, numbers on the right; the last `commands` columns are code spans.
    """
    rule = ["---" if index < words or index >= len(head) - commands else "---:" for index in range(len(head))]
    texts = len(head) - commands
    body = [(*map(escape, cells[:texts]), *map(code, cells[texts:])) for cells in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (tuple(map(escape, head)), rule, *body))


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escape(section.title)}"
    if section.cards:
        yield "\n".join(map(_card, section.cards))
    if section.advice:
        yield "\n".join(f"- **{escape(item)}**" for item in section.advice)
    yield from map(escape, section.text)
    if section.items:
        yield "\n".join(f"- {escape(item)}" for item in section.items)
    for each in section.tables:
        yield _captioned(each)
    yield from map(escape, section.notes)
    if section.facts:
        yield "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in section.facts)


def _card(card: Card) -> str:
    lines = "; ".join(escape(line) for line in card.lines)
    return f"- {escape(card.title)}: **{escape(card.value)}** {lines} ({escape(card.tag)})"


def _captioned(each: Table) -> str:
    return f"{escape(each.caption)}:\n\n{table(each.head, each.rows, each.words)}"
