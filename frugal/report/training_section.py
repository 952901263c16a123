"""What the trainings cost, all of them, and after how many uses the compression has paid for itself.

Knows what the report holds; the arithmetic is `frugal.breakeven`.
"""

from __future__ import annotations

from collections.abc import Iterator

from frugal import breakeven
from frugal.breakeven import BreakEven, Range
from frugal.report import break_even_plot, values
from frugal.report.page import Figure, Section, Table
from frugal.report.records import Quantity, Report
from frugal.report.words import Voice

_WIDE, _NARROW = (960.0, 400.0), (360.0, 340.0)
_OWN = ("cpu_s", "energy_j", "ledger", "trainings")


def section(voice: Voice, report: Report, index: int) -> Section:
    """The whole account; `index` tells the drawings of a page apart."""
    title = voice.say("training")
    if not report.training:
        return Section(title=title, text=(voice.say("training.none"),))
    even = breakeven.break_even(report)
    told = _OWN if "ledger" in report.training else _OWN[:2]
    extra = {key: value for key, value in report.training.items() if key not in told}
    return Section(
        title=title,
        figure=None if even is None else _figure(voice, report, even, index),
        items=(*_spent(voice, report), *(() if even is None else sentences(voice, report, even))),
        tables=tuple(_ledger(voice, report)),
        facts=tuple((key, values.plain_text(voice, value)) for key, value in extra.items()),
    )


def sentences(voice: Voice, report: Report, even: BreakEven) -> Iterator[str]:
    """When the compression has paid for itself, what that rests on, and what was counted."""
    units, unit = voice.name("units", report.unit), voice.name("unit", report.unit)
    about = {"first": even.first, "last": even.last, "unit": unit, "units": units}
    if even.outcome == breakeven.UNKNOWN:
        yield voice.say("break_even.unknown", reason=voice.name("reason", even.reason))
    elif even.saving_j is not None and even.saving_j.high <= 0:
        more = [values.joules_text(voice, -end) for end in (even.saving_j.high, even.saving_j.low)]
        yield voice.say("break_even.never.more", low=more[0], high=more[1], **about)
    elif even.saving_j is not None and even.outcome == breakeven.NEVER:
        less, more_ = (values.joules_text(voice, abs(end)) for end in (even.saving_j.high, even.saving_j.low))
        yield voice.say("break_even.never", less=less, more=more_, **about)
    elif even.outcome == breakeven.AT_ONCE:
        yield voice.say("break_even.at_once", saving=_joules(voice, even.saving_j), **about)
    else:
        counts = dict(zip(("uses", "low", "high"), uses_text(voice, even), strict=True))
        cost, saving = _joules(voice, even.cost_j), _joules(voice, even.saving_j)
        yield voice.say("break_even.pays", cost=cost, saving=saving, **counts, **about)
        if even.calibration_cancels:
            yield voice.say("break_even.cancels", **about)
    if even.trainings:
        yield voice.say("break_even.counted", n=even.trainings, failed=even.failed, **about)


def uses_text(voice: Voice, even: BreakEven) -> tuple[str, str, str]:
    """How many uses even it out, at least and at most: two significant digits."""
    assert even.uses is not None
    value, low, high = (
        voice.numerals.count(float(f"{number:.2g}")) if number >= 1 else voice.numerals.significant(number, 2)
        for number in (even.uses.value, even.uses.low, even.uses.high)
    )
    return value, low, high


def _spent(voice: Voice, report: Report) -> Iterator[str]:
    """CPU time and energy of the training, and how much use they equal."""
    energy = values.as_quantity(report.training.get("energy_j"))
    yield voice.say("training.cpu", value=_in_units(voice, values.as_quantity(report.training.get("cpu_s")), "s"))
    yield voice.say("training.energy", value=_in_units(voice, energy, "J"))
    row = report.rows[-1]
    if energy.value and row.energy_mj.value:
        uses = voice.numerals.significant(energy.value / (row.energy_mj.value / 1e3), 2)
        yield voice.say("training.even", step=row.step, n=uses, units=voice.name("units", report.unit))


def _ledger(voice: Voice, report: Report) -> Iterator[Table]:
    """Every training by what was trained and how it ended."""
    parts = report.training.get("ledger")
    if not isinstance(parts, list) or not parts:
        return
    yield Table(
        caption=voice.say("ledger"),
        head=tuple(voice.say(f"ledger.{name}") for name in ("what", "status", "trainings", "cpu", "energy")),
        rows=tuple(
            (
                str(part["what"]),
                voice.name("ledger", str(part["status"])),
                voice.numerals.count(part["trainings"]),
                voice.numerals.significant(part["cpu_s"]),
                values.quantity_text(voice, values.as_quantity(part["energy_j"])),
            )
            for part in parts
        ),
        words=2,
        last=False,
    )


def _figure(voice: Voice, report: Report, even: BreakEven, index: int) -> Figure | None:
    """None where there is nothing to cross: no cost, or no saving even at best."""
    cost, saving = even.cost_j, even.saving_j
    if cost is None or saving is None or saving.high <= 0:
        return None
    units = voice.name("units", report.unit)
    key = "break_even.point" if even.uses is not None else "break_even.point.never"
    counts = dict(zip(("uses", "low", "high"), uses_text(voice, even), strict=True)) if even.uses else {}

    def drawn(size: tuple[float, float], name: str) -> str:
        frame = break_even_plot.Frame(
            identifier=f"even-{name}-{index}",
            title=voice.say("break_even.title"),
            description=voice.say(key, units=units, **counts),
            x_label=voice.say("break_even.x", units=units),
            y_label=voice.say("break_even.y"),
            spent=voice.say("break_even.spent"),
            saved=voice.say("break_even.saved"),
            tick=voice.numerals.round_power,
            width=size[0],
            height=size[1],
        )
        return break_even_plot.draw(cost, saving, even.uses, frame)

    caption = "break_even.caption" if even.uses is not None else "break_even.caption.never"
    return Figure(wide=drawn(_WIDE, "wide"), narrow=drawn(_NARROW, "narrow"), caption=voice.say(caption))


def _joules(voice: Voice, joules: Range | None) -> str:
    """Value with its range in the unit that suits it."""
    assert joules is not None
    if joules.low == joules.value == joules.high:
        return values.joules_text(voice, joules.value)
    millis = Quantity(value=joules.value * 1e3, low=joules.low * 1e3, high=joules.high * 1e3)
    value, low, high = values.joules_range(voice, millis)
    return f"{value} ({low}{values.DASH}{high})"


def _in_units(voice: Voice, quantity: Quantity, unit: str) -> str:
    """Value, range, unit and how it came about; the letter also in words, since this stands in a sentence."""
    if quantity.value is None:
        return voice.say("unknown.because", reason=values.reason(voice, quantity))
    text = f"{values.ranged_text(voice, quantity)}{voice.numerals.space}{unit}"
    return f"{text}, {values.tag(voice, quantity)}" if quantity.method in values.TAGS else text
