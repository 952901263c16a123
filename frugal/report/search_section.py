"""How the pipeline was found, in words: what it cost to look, and a table of everything that was tried."""

from __future__ import annotations

from collections.abc import Iterator

from frugal.report import values
from frugal.report.page import Section, Table
from frugal.report.search import Search, Tried
from frugal.report.words import Voice

_COLUMNS = ("number", "why", "told", "error", "size", "macs", "cpu", "verdict")


def section(voice: Voice, search: Search, index: int) -> Section:
    """The answer first, then every trial; `index` is not needed, there is no drawing."""
    table = Table(
        caption=voice.say("search.table", n=voice.numerals.count(search.samples)),
        head=tuple(voice.say(f"search.column.{name}") for name in _COLUMNS),
        rows=tuple(_cells(voice, search, trial) for trial in search.trials),
        words=3,
        last=False,
    )
    return Section(
        title=voice.say("search"), text=tuple(_text(voice, search)), tables=(table,), notes=(voice.say("search.note"),)
    )


def _text(voice: Voice, search: Search) -> Iterator[str]:
    cost, n = voice.numerals.significant(search.cpu_s, 3), len(search.trials)
    yield voice.say("search.kept" if search.kept else "search.nearest", told=search.answer.told, n=n, cost=cost)
    if search.left_out:
        methods = "; ".join(f"{name} ({why})" for name, why in search.left_out)
        yield voice.say("search.left_out", methods=methods)


def _cells(voice: Voice, search: Search, trial: Tried) -> tuple[str, ...]:
    verdict = trial.reason or "; ".join(trial.misses) or voice.say("search.keeps")
    if trial.number == search.chosen:
        verdict = f"{voice.say('search.chosen')}: {verdict}"
    size = values.DASH if trial.size_bytes is None else values.size_text(voice, trial.size_bytes)
    error = (
        values.DASH if trial.error is None else values.share_text(voice, trial.error, trial.error_low, trial.error_high)
    )
    return (
        str(trial.number),
        voice.name("search.why", trial.why),
        trial.told,
        error,
        size,
        values.DASH if trial.macs is None else voice.numerals.count(trial.macs),
        voice.numerals.significant(trial.cpu_s),
        verdict,
    )
