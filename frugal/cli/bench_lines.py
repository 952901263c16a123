"""What `frugal bench` says below its table: the energy of one correct unit, every method alone, and what is unsure.

Words of a terminal; every number is the report's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from frugal.report.numerals import Numerals
from frugal.report.records import Quantity, Report, Row
from frugal.report.values import ranged_text, reason
from frugal.report.words import Voice, voice

if TYPE_CHECKING:
    from frugal.benchmarking import BenchSettings


def result_lines(report: Report, settings: BenchSettings) -> Iterator[str]:
    """One line per finding."""
    english = voice("en")
    speaker = Voice(english.language, english.words, Numerals(decimal=".", space=" "))
    here = [row for row in report.rows if "energy_tiers" in row.details]
    for row in here:
        yield from _unit_lines(speaker, row)
    for row in here:
        yield from _energy_lines(speaker, row)
    for ratio in report.about["energy_ratios"]:
        value, low, high = (f"{ratio[end]:.4g}" for end in ("value", "low", "high"))
        yield f"energy of {ratio['of_step']}: {value} ({low}–{high}) of {ratio['to_step']}, {ratio['blocks']} blocks"
    if report.ratios and report.host.get("meter_method") == "C":
        yield "method C compares CPU times: energies compare alike only where both models draw the same watts"
    yield _stop_line(report, settings)


def _unit_lines(speaker: Voice, row: Row) -> Iterator[str]:
    details = row.details
    correct = Quantity.from_json(details["energy_per_correct_unit_mj"])
    if row.error is None and "mae" in details:
        yield f"{row.step}: mean absolute error {ranged_text(speaker, Quantity.from_json(details['mae']))}"
    elif row.error is None:
        yield f"{row.step}: accuracy not assessed: {details.get('error_reason')}"
    if correct.value is not None:
        unit = details["functional_unit"]
        calls = "" if details["calls_per_unit"] == 1 else f", {details['calls_per_unit']:.4g} calls"
        yield f"{row.step}: one correct {unit}: {_millijoules(speaker, correct)}{calls}"
    elif row.error is not None:
        yield f"{row.step}: one correct {details['functional_unit']}: unknown, {reason(speaker, correct)}"


def _energy_lines(speaker: Voice, row: Row) -> Iterator[str]:
    """Each method alone where there is more than the CPU-time model; the empty loop that was taken off."""
    tiers: list[Mapping[str, Any]] = row.details["energy_tiers"]
    for tier in tiers if len(tiers) > 1 else ():
        gross, net = (Quantity.from_json(tier[name]) for name in ("gross_mj", "net_mj"))
        text = f"{row.step}: {tier['meter']}: gross {_millijoules(speaker, gross)}"
        if net.value is not None:
            text += f", net of idle {_millijoules(speaker, net)}"
        elif tier["method"] != "C":
            text += f", net of idle unknown: {net.reason}"
        share = tier["net_share"]
        yield text + (", dominated by idle" if share is not None and share < 0.2 else "")
    for check in row.details["energy_cross_checks"]:
        value, low, high = (f"{check[end]:.3g}" for end in ("value", "low", "high"))
        yield f"{row.step}: {check['of']} / {check['to']}: {value} ({low}–{high})"
    empty = row.details["empty_loop_us"]
    yield f"{row.step}: the empty loop took {empty['cpu']:.2g} µs of CPU time a call and was subtracted"


def _millijoules(speaker: Voice, energy: Quantity) -> str:
    """`0.39 (0.12–1.3) mJ, method C`."""
    if energy.value is None:
        return f"unknown, {reason(speaker, energy)}"
    return f"{ranged_text(speaker, energy)} mJ, method {energy.method}"


def _stop_line(report: Report, settings: BenchSettings) -> str:
    details = report.rows[0].details
    done = f"{details['segments']} segments, {details['blocks']} blocks"
    if details["stopped"] == "interval":
        return f"stopped after {done}: every interval is within {100 * settings.ci:g} %"
    return (
        f"stopped after {done} at the cap of {settings.cap_s:g} s: not every interval is within {100 * settings.ci:g} %"
    )
