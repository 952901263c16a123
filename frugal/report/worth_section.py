"""Whether each step shrank the model and made it faster, in words: a table, what stayed float, what became worse.

Judges nothing: the record does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frugal.report import values
from frugal.report.page import Section, Table
from frugal.report.words import Voice
from frugal.report.worth import StepWorth

_COLUMNS = ("step", "size", "int8", "macs", "time", "error", "verdict")


def section(voice: Voice, steps: Sequence[StepWorth], index: int) -> Section:
    """The table of the steps; `index` is not needed, there is no drawing."""
    bad = [step for step in steps if step.worse]
    opening = voice.say("worth.worse", steps=", ".join(step.step for step in bad)) if bad else voice.say("worth.good")
    table = Table(
        caption=voice.say("worth.table"),
        head=tuple(voice.say(f"worth.column.{name}") for name in _COLUMNS),
        rows=tuple(_cells(voice, step) for step in steps),
        last=False,
    )
    return Section(
        title=voice.say("worth"),
        text=(opening,),
        tables=(table,),
        notes=tuple(_kept_float(voice, steps)),
        tone="bad" if bad else "",
    )


def worse_text(voice: Voice, step: StepWorth) -> str:
    """What a step made worse, as a sentence."""
    words = ", ".join(_word(voice, word) for word in step.worse)
    return voice.say("worth.line", step=step.step, words=words, before=step.before, time=_time(voice, step))


def _cells(voice: Voice, step: StepWorth) -> tuple[str, ...]:
    size = voice.say("unknown") if step.size_bytes is None else values.size_text(voice, step.size_bytes)
    change = voice.say("unknown") if step.error_change is None else values.change_text(voice, step.error_change)
    words = [_word(voice, word) for word in (*step.better, *step.worse)] or [voice.say("worth.nothing")]
    return (
        step.step,
        f"{size} ({_percent(voice, step.size_ratio)})",
        _percent(voice, step.int8_share),
        _percent(voice, step.macs_ratio),
        _time(voice, step),
        change,
        ", ".join(words),
    )


def _kept_float(voice: Voice, steps: Sequence[StepWorth]) -> Iterator[str]:
    for step in steps:
        if step.kept_float:
            kept = "; ".join(_float_layer(voice, *layer) for layer in step.kept_float)
            yield voice.say("worth.float", step=step.step, kept=kept)


def _float_layer(voice: Voice, operator: str, count: int, why: str) -> str:
    return voice.say("worth.float.layer", count=count, operator=operator, why=voice.name("worth.float.why", why))


def _word(voice: Voice, word: str) -> str:
    return voice.name("worth.word", word)


def _time(voice: Voice, step: StepWorth) -> str:
    if step.time is None:
        return voice.say("unknown")
    value, low, high = (voice.numerals.fixed(end, 2) for end in step.time)
    return f"{value} ({low}{values.DASH}{high})"


def _percent(voice: Voice, share: float | None) -> str:
    return voice.say("unknown") if share is None else voice.numerals.percent(share, 1)
