"""The verdict of `frugal need`: reached from the numbers alone, told in both languages."""

import dataclasses

import pytest

from frugal.contract import InputError
from frugal.report import need_section
from frugal.report.need import Candidate, Need, decided, parse
from frugal.report.numerals import NARROW_SPACE
from frugal.report.records import Quantity
from frugal.report.words import LANGUAGES, voice


def quantity(value, factor, method):
    return Quantity(value=value, low=value / factor, high=value * factor, method=method)


def candidate(name, kind, error, cpu_ms, size_bytes, spread=1.02, method="C", **changes):
    values = dict(
        name=name,
        kind=kind,
        error=error,
        error_low=max(0.0, error - 0.01),
        error_high=min(1.0, error + 0.01),
        cpu_ms=quantity(cpu_ms, spread, "clock"),
        energy_mj=quantity(cpu_ms * 5, 3.0, method),
        size_bytes=size_bytes,
    )
    return Candidate(**(values | changes))


ABOUT = dict(data="digits", unit="character", metric="error_rate", samples=540)
MAJORITY = candidate("majority", "majority", 0.9, 0.01, 300)
NEAREST = candidate("nearest-7", "nearest", 0.03, 0.02, 60_000)
LINEAR = candidate("linear", "linear", 0.025, 0.08, 15_000)
NETWORK = candidate("net", "network", 0.007, 0.06, 20_000)
ALL = (MAJORITY, NEAREST, LINEAR, NETWORK)


def verdict(asked, candidates=ALL):
    return decided(candidates=candidates, asked_error=asked, **ABOUT)


@pytest.mark.parametrize(
    ("asked", "chosen", "nearest", "by"),
    [
        (0.05, "nearest-7", None, "energy"),
        (0.0275, "net", None, "energy"),  # the linear layer holds it too, and takes more
        (0.02, "net", None, "only"),
        (0.001, None, "net", "none"),
    ],
)
def test_the_soberest_that_holds_what_was_asked_is_chosen(asked, chosen, nearest, by):
    found = verdict(asked)
    assert (found.chosen, found.nearest, found.decided_by) == (chosen, nearest, by)


def test_being_wrong_costs():
    """0.02 ms for 0.1 of the answers right against 0.02 ms for 0.97 of them."""
    assert verdict(0.95, (dataclasses.replace(MAJORITY, cpu_ms=NEAREST.cpu_ms), NEAREST)).chosen == "nearest-7"


def test_energy_for_a_right_answer_is_energy_over_the_share_of_right_ones():
    per_correct = NEAREST.per_correct_mj
    # 0.02 ms x 5 mJ/ms = 0.1 mJ; / 0.97, / (1 - 0.02) and / (1 - 0.04)
    assert per_correct.value == pytest.approx(0.1 / 0.97)
    assert (per_correct.low, per_correct.high) == (pytest.approx(0.1 / 3 / 0.98), pytest.approx(0.3 / 0.96))
    assert per_correct.method == "C"
    assert candidate("x", "rule", 1.0, 0.1, 1).per_correct_mj.reason == "nothing was answered rightly"


def test_costs_that_cannot_be_told_apart_leave_it_to_the_bytes():
    wide = dataclasses.replace(NETWORK, cpu_ms=quantity(0.021, 1.2, "clock"))
    found = verdict(0.05, (NEAREST, wide))
    assert (found.chosen, found.decided_by) == ("net", "bytes")
    assert (
        verdict(0.05, (NEAREST, dataclasses.replace(wide, cpu_ms=quantity(0.03, 1.2, "clock")))).chosen == "nearest-7"
    )


def test_measured_energies_are_compared_by_their_own_ranges():
    counters = [
        dataclasses.replace(each, energy_mj=quantity(v, 1.2, "B")) for each, v in ((NEAREST, 0.2), (NETWORK, 0.1))
    ]
    assert verdict(0.05, counters).chosen == "net"  # although its CPU time is longer


def test_unknown_energies_are_never_cheap():
    dark = [dataclasses.replace(each, energy_mj=Quantity.unknown("no meter")) for each in (NEAREST, NETWORK)]
    assert verdict(0.05, (dark[0], NETWORK)).chosen == "net"
    assert verdict(0.05, dark).chosen == "net"  # fewest bytes


def test_what_could_not_be_tried_is_never_chosen():
    absent = Candidate(name="tesseract", kind="engine", reason="not installed")
    found = verdict(0.05, (absent, NEAREST))
    assert found.chosen == "nearest-7"
    with pytest.raises(ValueError, match="finite"):
        verdict(0.05, (candidate("x", "rule", 0.1, float("inf"), 1),))
    assert verdict(0.05, (absent,)).chosen is None


def test_the_record_survives_json_and_reaches_its_verdict_anew():
    found = verdict(0.05)
    data = found.to_json()
    assert parse(data) == found
    assert parse(data | {"chosen": "majority", "decided_by": "bytes", "later": 1}) == found


@pytest.mark.parametrize(
    "change",
    [
        {"candidates": []},
        {"candidates": [{}]},
        {"candidates": 3},
        {"asked_error": "x"},
        {"asked_error": None},
        {"samples": "many"},
        {"unit": 3},
        {"candidates": [NEAREST.to_json() | {"error": -1}]},
        {"candidates": [NEAREST.to_json() | {"error": True}]},
        {"candidates": [NEAREST.to_json() | {"size_bytes": "big"}]},
        {"candidates": [NEAREST.to_json() | {"name": 3}]},
        {"candidates": [NEAREST.to_json() | {"cpu_ms": {"value": "x", "method": "clock"}}]},
    ],
)
def test_foreign_values_are_refused(change):
    with pytest.raises((InputError, KeyError, TypeError, ValueError)):
        parse(verdict(0.05).to_json() | change)


def text(found, lang="en"):
    return " ".join(need_section.verdict(voice(lang), found)).replace(NARROW_SPACE, " ")


def test_a_network_that_is_not_needed_is_told_with_its_price():
    said = text(verdict(0.05))
    assert said.startswith("No: for at least 95 % right, nearest-7 suffices (the most similar stored item).")
    assert "nearest-7 errs in 3.00 % (2.00–4.00) of 540 characters and takes 100 µJ (34 µJ–310 µJ, calculated" in said
    # 0.3 mJ / 0.993 to 0.1 mJ / 0.97 = 2.93
    assert "The network net takes 2.9 times that energy and errs in 0.70 % (0.00–1.70)." in said


def test_a_network_that_is_needed_is_told_with_the_best_of_the_others():
    said = text(verdict(0.02))
    assert said.startswith("Yes: of all that was tried, only a network gets at least 98 % of the characters right.")
    assert "The best of the others is linear (gradient features and one linear layer), which errs in 2.50 %" in said


def test_nothing_holds_is_told_with_the_nearest():
    said = text(verdict(0.001))
    assert said.startswith("Nothing that was tried gets 99.9 % of the characters right. The nearest is net")


def test_an_interval_beyond_what_was_asked_is_told():
    assert "Its interval reaches beyond the 3.5 % errors" in text(verdict(0.035))
    assert "Its interval" not in text(verdict(0.05))


def test_lines_are_counted_by_their_characters():
    found = decided(candidates=(NETWORK,), asked_error=0.05, **(ABOUT | {"metric": "cer", "unit": "line"}))
    assert "only a network gets at least 95 % of the characters right" in text(found)
    assert "for each line, divided by the share that is read rightly" in text(found)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"error": 0.0123, "error_low": 0.01, "error_high": 0.02}, "1.23 % (1.00–2.00)"),
        ({"size_bytes": 54_321}, "54 321"),
        ({"energy_mj": Quantity(value=0.97, low=0.485, high=1.94, method="D")}, "1.0 (0.49–2.0) D"),
    ],
)
def test_a_changed_number_changes_in_the_table(lang, change, expected):
    def cells(found):
        rows = need_section.table(voice(lang), found).rows
        return " ".join(cell for row in rows for cell in row).replace(NARROW_SPACE, " ")

    expected = expected.replace(".", ",") if lang == "fr" else expected
    changed = (dataclasses.replace(NEAREST, **change), NETWORK)
    assert expected in cells(verdict(0.05, changed)) and expected not in cells(verdict(0.05, (NEAREST, NETWORK)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_says_which_is_soberest_and_what_was_not_tried(lang):
    absent = Candidate(name="tesseract", kind="engine", reason="not installed")
    section = need_section.section(voice(lang), verdict(0.05, (*ALL, absent)), 0)
    last = [row[-1] for row in section.tables[0].rows]
    assert last[1] == voice(lang).say("need.chosen") and last[0] == voice(lang).say("need.fails")
    assert voice(lang).name("reason", "not installed") in last[-1]
    assert section.tone == "good" and isinstance(verdict(0.05), Need)
