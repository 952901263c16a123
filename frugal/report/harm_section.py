"""The harm audit in words: whose errors rose, which classes, which writers, and how far confidence may be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frugal.report import values
from frugal.report.harm import Harm, Pair
from frugal.report.page import Section, Table
from frugal.report.words import Voice

MOST_CLASSES = 20
"""Rows of the table of classes: those that lose, then those that gain."""


def section(voice: Voice, harm: Harm, index: int) -> Section:
    """Sentences, the classes, and, where they were asked for, writers and samples by name; there is no drawing."""
    return Section(
        title=voice.say("harm", before=harm.before, after=harm.after),
        text=tuple(_text(voice, harm)),
        tables=tuple(_tables(voice, harm)),
        notes=(voice.say("harm.note"),),
        tone="bad" if harm.samples or harm.writer_errors else "",
    )


def _text(voice: Voice, harm: Harm) -> Iterator[str]:
    if harm.samples or harm.writer_errors:
        yield voice.say("harm.personal")
    yield _error(voice, harm)
    yield voice.say(
        "harm.changed",
        n=voice.numerals.count(harm.answers),
        of=voice.numerals.count(harm.count),
        wrong=voice.numerals.count(harm.newly_wrong),
        right=voice.numerals.count(harm.newly_right),
        other=voice.numerals.count(harm.otherwise_wrong),
    )
    yield from _writers(voice, harm)
    before, after = (voice.numerals.percent(end) for end in (harm.calibration.before, harm.calibration.after))
    yield voice.say("harm.calibration", before=before, after=after)


def _error(voice: Voice, harm: Harm) -> str:
    before, after = (voice.numerals.percent(end) for end in (harm.error.before, harm.error.after))
    change, low, high = (None if end is None else values.change_text(voice, end) for end in harm.change)
    key = "harm.error" if low is None else "harm.error_range"
    metric = voice.name("metric", harm.metric)
    return voice.say(key, metric=metric, before=before, after=after, change=change, low=low, high=high)


def _writers(voice: Voice, harm: Harm) -> Iterator[str]:
    found = harm.writers
    if found is None:
        yield voice.say("harm.no_writers")
        return
    worst = (voice.numerals.percent(end) for end in (found.worst_decile.before, found.worst_decile.after))
    before, after = worst
    yield voice.say(
        "harm.writers",
        n=voice.numerals.count(found.count),
        worse=voice.numerals.count(found.worse),
        better=voice.numerals.count(found.better),
        rise=values.change_text(voice, found.largest_rise),
        before=before,
        after=after,
    )


def _tables(voice: Voice, harm: Harm) -> Iterator[Table]:
    moved = [pair for pair in harm.classes if pair.before != pair.after]
    if moved:
        shown = moved if len(moved) <= MOST_CLASSES else [*moved[: MOST_CLASSES // 2], *moved[-MOST_CLASSES // 2 :]]
        n, of = len(moved), len(harm.classes)
        yield _pairs(voice, voice.say("harm.classes", n=n, of=of, shown=len(shown)), "class", shown)
    if harm.writer_errors:
        yield _pairs(voice, voice.say("harm.by_writer"), "writer", harm.writer_errors)
    if harm.samples:
        head = tuple(voice.say(f"harm.column.{name}") for name in ("item", "truth", "before", "after"))
        rows = tuple((each.item, each.truth, each.before, each.after) for each in harm.samples)
        yield Table(caption=voice.say("harm.samples"), head=head, rows=rows, words=4, last=False)


def _pairs(voice: Voice, caption: str, what: str, pairs: Sequence[Pair]) -> Table:
    head = tuple(voice.say(f"harm.column.{name}") for name in (what, "count", "before", "after", "change"))
    rows = tuple(
        (
            pair.name,
            voice.numerals.count(pair.count),
            voice.numerals.percent(pair.before),
            voice.numerals.percent(pair.after),
            values.change_text(voice, pair.after - pair.before),
        )
        for pair in pairs
    )
    return Table(caption=caption, head=head, rows=rows, last=False)
