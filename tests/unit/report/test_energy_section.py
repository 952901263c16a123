"""Meters side by side: gross and net, each alone; what has another form is left out."""

import dataclasses

import pytest

from frugal.report import energy_section, markdown
from frugal.report.numerals import NARROW_SPACE
from frugal.report.words import LANGUAGES, voice


def quantity(value, method):
    return {"value": value, "low": value / 2, "high": value * 2, "method": method}


TIERS = [
    {"meter": "RAPL", "method": "B", "scope": "packages", "gross_mj": quantity(0.8, "B"), "net_mj": quantity(0.5, "B"),
     "net_share": 0.625},
    {"meter": "CPU time", "method": "C", "scope": "CPU share", "gross_mj": quantity(0.6, "C"),
     "net_mj": {"value": None, "reason": "no idle"}, "net_share": None},
]  # fmt: skip
CHECK = {"of": "CPU time (C)", "to": "RAPL (B)", "value": 0.75, "low": 0.7, "high": 0.8}


def with_details(report, **details):
    rows = (*report.rows[:-1], report.rows[-1].replace(details=details))
    return dataclasses.replace(report, rows=rows)


def told(report, lang="en"):
    return next(iter(energy_section.sections(voice(lang), report)), None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_meter_has_a_line_of_its_own(full, lang):
    each = with_details(full, energy_tiers=TIERS, energy_cross_checks=[CHECK], energy_textbook_mj={"value": 0.001})
    section = told(each, lang)
    cells = [tuple(cell.replace(NARROW_SPACE, " ").replace(",", ".") for cell in row) for row in section.tables[0].rows]
    assert cells[0] == ("int8", "RAPL", "0.80 (0.40–1.6) B", "0.50 (0.25–1.0) B", "62 %")
    assert cells[1][2] == "0.60 (0.30–1.2) C" and cells[1][3].startswith(voice(lang).say("unknown")[:6])
    notes = [note.replace(NARROW_SPACE, "") for note in section.notes]
    assert notes == ["RAPL: packages", "CPU time: CPU share"]
    said = " ".join(section.items).replace(",", ".").replace(NARROW_SPACE, " ")
    assert "0.750 (0.700–0.800)" in said
    assert "270" in said  # 0.27 mJ against 0.001 mJ


def test_it_is_told_once_and_nowhere_else(full):
    text = markdown.render(with_details(full, energy_tiers=TIERS, energy_boundary="net of the idle machine", other=3))
    assert "The headline figure is net of the idle machine." in text
    assert "energy_tiers" not in text and "other: 3" in text


@pytest.mark.parametrize(
    "tiers",
    ["x", 3, None, [3], [{}], [{"meter": 3, "gross_mj": quantity(1, "C"), "net_mj": quantity(1, "C")}],
     [{"meter": "m", "gross_mj": "x", "net_mj": quantity(1, "C")}],
     [{"meter": "m", "gross_mj": {"value": float("nan"), "method": "C"}, "net_mj": quantity(1, "C")}]],
)  # fmt: skip
def test_what_has_another_form_is_left_out(full, tiers):
    assert told(with_details(full, energy_tiers=tiers, energy_cross_checks="x", energy_textbook_mj=[])) is None
    assert told(full) is None


def test_a_check_or_bound_of_another_form_is_left_out(full):
    odd = with_details(
        full, energy_tiers=TIERS, energy_cross_checks=[3, {"value": "x"}], energy_textbook_mj={"value": -1}
    )
    assert told(odd).items == ()
