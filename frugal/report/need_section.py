"""Whether a network was needed, in words: the verdict, why, and a table of everything that was tried.

Chooses nothing: the record does.
"""

from __future__ import annotations

from collections.abc import Iterator

from frugal.report import values
from frugal.report.need import Candidate, Need
from frugal.report.page import Section, Table
from frugal.report.words import Voice


def section(voice: Voice, need: Need, index: int) -> Section:
    """The verdict and the table; `index` is not needed, there is no drawing."""
    return Section(
        title=voice.say("need"),
        text=tuple(verdict(voice, need)),
        tables=(table(voice, need),),
        notes=(voice.say("need.note"),),
        tone="good" if need.chosen else "bad",
    )


def verdict(voice: Voice, need: Need) -> Iterator[str]:
    """The answer first, then what it rests on, one sentence each."""
    units, unit = voice.name("units", need.unit), voice.name("unit", need.unit)
    accuracy = _share(voice, 1 - need.asked_error)
    named = need.candidate(need.chosen or need.nearest)
    if named is None:
        return
    kind, holding = voice.name("need.kind", named.kind), sum(_holds(need, each) for each in need.candidates)
    alone = all(each.kind == "network" for each in need.candidates if _holds(need, each))
    key = "none" if not need.chosen else "no" if named.kind != "network" else "yes" if alone else "network_soberest"
    counted = voice.name("units", "character") if need.metric == "cer" else units
    yield voice.say(f"need.{key}", accuracy=accuracy, counted=counted, name=named.name, kind=kind, n=holding)
    yield voice.say(
        _by_metric(voice, need, "need.result"),
        name=named.name,
        error=_error(voice, named),
        n=voice.numerals.count(need.samples),
        units=units,
        unit=unit,
        energy=_energy(voice, named),
    )
    if need.chosen:
        yield voice.say(f"need.{need.decided_by}", n=holding)
        if named.error_high is not None and named.error_high > need.asked_error:
            yield voice.say("need.unsure", asked=_share(voice, need.asked_error), units=units)
    yield from _beside(voice, need, named)


def table(voice: Voice, need: Need) -> Table:
    """A row per candidate, in the order in which they were tried."""
    units, unit = voice.name("units", need.unit), voice.name("unit", need.unit)
    columns = ("name", "kind", "error", "energy", "bytes", "holds")
    return Table(
        caption=voice.say(
            "need.table", n=voice.numerals.count(need.samples), units=units, asked=_share(voice, need.asked_error)
        ),
        head=tuple(voice.say(_by_metric(voice, need, f"need.column.{name}"), unit=unit) for name in columns),
        rows=tuple(_cells(voice, need, each) for each in need.candidates),
        words=2,
        last=False,
    )


def _cells(voice: Voice, need: Need, each: Candidate) -> tuple[str, ...]:
    kind = voice.name("need.kind", each.kind)
    if each.error is None:
        dash = values.DASH
        reason = voice.name("reason", each.reason or "not given")
        return (each.name, kind, dash, dash, dash, voice.say("need.untried", reason=reason))
    word = "chosen" if each.name == need.chosen else "holds" if _holds(need, each) else "fails"
    return (
        each.name,
        kind,
        _error(voice, each),
        values.quantity_text(voice, each.per_correct_mj),
        values.count_text(voice, each.size_bytes),
        voice.say(f"need.{word}"),
    )


def _beside(voice: Voice, need: Need, named: Candidate) -> Iterator[str]:
    """What the network would cost where none is needed; what the best other way reaches where one is."""
    tried = [each for each in need.candidates if each.error is not None and each is not named]
    if named.kind != "network" and need.chosen:
        for each in tried:
            own, base = each.per_correct_mj.value, named.per_correct_mj.value
            if each.kind == "network" and own and base:
                times = voice.numerals.significant(own / base, 2)
                yield voice.say("need.network", name=each.name, times=times, error=_error(voice, each))
    others = [each for each in tried if each.kind != "network"]
    if named.kind == "network" and others:
        best = min(others, key=lambda each: each.error or 0.0)
        kind = voice.name("need.kind", best.kind)
        yield voice.say("need.best_other", name=best.name, kind=kind, error=_error(voice, best))


def _by_metric(voice: Voice, need: Need, key: str) -> str:
    """The sentence of the metric (characters of lines are counted, not lines) where it has one of its own."""
    own = f"{key}.{need.metric}"
    return own if own in voice.words else key


def _holds(need: Need, each: Candidate) -> bool:
    return each.error is not None and each.error <= need.asked_error


def _error(voice: Voice, each: Candidate) -> str:
    return values.share_text(voice, each.error, each.error_low, each.error_high)


def _energy(voice: Voice, each: Candidate) -> str:
    """Energy of a right answer with its range and how it came about, or unknown."""
    energy = each.per_correct_mj
    if energy.value is None:
        return voice.say("unknown.because", reason=values.reason(voice, energy))
    return values.joules_with_ends(voice, energy)


def _share(voice: Voice, share: float) -> str:
    """A share that somebody asked for, with no digit more than they gave."""
    return f"{voice.numerals.short(round(100 * share, 6))}{voice.numerals.space}%"
