"""What a page for people consists of: cards, figures, tables and sentences, in no format yet.

The faces (`html`, `markdown`) lay these records out; `sections` and `figures` fill them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Card:
    """One headline number: what it is, the number, sentences about it, and how it came about."""

    title: str
    value: str
    lines: tuple[str, ...]
    tag: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells as text; the first column names the row, the first `words` columns are words, the others numbers.

    `last`: the last row is what the page is about, and is set off.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    last: bool = True


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One SVG drawing for a desk and for paper, one for a phone, and what to read beneath."""

    wide: str
    narrow: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of a page, in the order of its fields.

    `advice` is what to do, `text` what must be read, `notes` the small print under the tables; `tone` is "good", "bad"
    or "" and colours a verdict.
    """

    title: str
    cards: tuple[Card, ...] = ()
    advice: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    figure: Figure | None = None
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The sections about one report; `title` is empty where a page has only one."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """A whole page; `opening` and `closing` are about all its reports, `advice` is the heading of what to do."""

    language: str
    title: str
    subtitle: str
    advice: str
    opening: tuple[Section, ...]
    chapters: tuple[Chapter, ...]
    closing: tuple[Section, ...]
