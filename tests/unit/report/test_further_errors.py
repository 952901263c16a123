"""What a task counts beside its error is told by every face, in every language, with its interval."""

import csv as standard_csv
import io

import pytest

from frugal.report import csv, further_errors, html, markdown, table, terminal
from frugal.report.further_errors import FurtherError
from frugal.report.numerals import NARROW_SPACE
from frugal.report.records import Report, Row

DETAILS = {
    "errors": 12.0,
    "worst_decile": 0.1242,
    "groups": 27,
    "error_wer": 0.4095,
    "low_wer": 0.3806,
    "high_wer": 0.4411,
    "error_accents": 0.2643,
    "low_accents": 0.2333,
    "high_accents": 0.2993,
    "error_strokes": 0.0625,
}


def row(step="train", **details):
    return Row(step=step, kind="train", method="LineNet", metric="cer", error=0.0837, error_low=0.07, error_high=0.1,
               samples=497, details=details)  # fmt: skip


def report(*rows, seed=0):
    return Report(name="lines", created="2026-11-25", seed=seed, unit="line", rows=rows or (row(**DETAILS),))


def printed(each):
    from rich.console import Console

    out = io.StringIO()
    Console(width=80, file=out, color_system=None).print(terminal.render(each))
    return out.getvalue()


def test_they_are_found_in_the_details_in_their_order_the_worst_writers_last():
    rows = [row(worst_decile=0.5, error_wer=0.4), row(error_accents=0.2, error_wer=0.3)]
    assert further_errors.names(rows) == ("wer", "accents", "worst_decile")
    assert further_errors.find(rows[0], "accents") is None
    assert further_errors.find(row(**DETAILS), "wer") == FurtherError(name="wer", error=0.4095, low=0.3806, high=0.4411)
    assert further_errors.find(row(**DETAILS), "worst_decile") == FurtherError(name="worst_decile", error=0.1242)
    assert further_errors.others(row(**DETAILS)) == {"errors": 12.0, "groups": 27}


@pytest.mark.parametrize("strange", [None, "0.4", True, float("nan"), [0.4]])
def test_what_is_no_number_is_no_error(strange):
    assert further_errors.names([row(error_wer=strange, worst_decile=strange)]) == ()
    assert "word error rate" not in markdown.render(report(row(error_wer=strange)))


def test_accents_are_shown_as_right_with_their_interval_turned_round():
    found = further_errors.find(row(**DETAILS), "accents")
    assert found.shown() == pytest.approx((0.7357, 0.7007, 0.7667))
    assert FurtherError(name="accents", error=0.25).shown() == (0.75, None, None)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("word error rate", "accented letters read rightly", "worst tenth of the writers")),
        ("fr", ("taux d’erreur par mot", "lettres accentuées bien lues", "dixième des scripteurs le plus mal lu")),
    ],
)
@pytest.mark.parametrize("face", [markdown.render, lambda each, lang: html.render([each], lang)], ids=["md", "html"])
def test_pages_name_them_in_their_language(face, lang, words):
    page = face(report(), lang).replace(NARROW_SPACE, " ")
    numbers = ("40.95 % (38.06–44.11)", "73.57 % (70.07–76.67)", "12.42 %", "6.25 %")
    for expected in (*words, "strokes", *(number.replace(".", "," if lang == "fr" else ".") for number in numbers)):
        assert page.count(expected) >= 2, expected  # in the headline and in the table
    assert "error_wer" not in page and "errors: 12" in page


def test_a_row_without_them_says_unknown_and_a_report_without_them_nothing():
    page = markdown.render(report(row(**DETAILS), row("int8")))
    assert "| int8 | unknown | unknown | unknown | unknown |" in page
    assert "Further scores" not in markdown.render(report(row())) and "in %" not in printed(report(row()))


def test_csv_holds_the_errors_as_they_are():
    (cells,) = standard_csv.DictReader(io.StringIO(csv.render(report())))
    assert [float(cells[f"error_accents{part}"]) for part in ("", "_low", "_high")] == [0.2643, 0.2333, 0.2993]
    assert (cells["worst_decile"], cells["worst_decile_low"]) == ("0.1242", "")
    mixed = list(standard_csv.DictReader(io.StringIO(csv.render(report(row()), report()))))
    assert [cells["error_wer"] for cells in mixed] == ["", "0.4095"]


@pytest.mark.parametrize("step", ["int8", "a-step-with-a-very-long-name"])
def test_the_terminal_shows_them_in_80_columns(step):
    lines = {name: value for name, value in DETAILS.items() if name != "error_strokes"}
    lines |= {"error_cer_raw": 0.0868, "low_cer_raw": 0.0797, "high_cer_raw": 0.0945}
    text = printed(report(row(**lines), row(step, **lines)))
    assert max(map(len, text.splitlines())) <= 80
    for expected in ("WER", "accents right", "worst tenth", "40.95", "(38.06–44.11)", "73.57", "12.42", "(7.97–9.45)"):
        assert expected in text
    assert text.count(step[:10]) == 2


def test_the_table_over_seeds_averages_them():
    runs = {"a": report(), "b": report(row(**{**DETAILS, "error_accents": 0.2443}), seed=1)}
    text = table.render(runs, "md")
    head, _, line = text.splitlines()[:3]
    assert "| accented letters read rightly, % |" in head and "| worst tenth of the writers, % |" in head
    assert "| 40.95 ± 0.00 | 74.57 ± 1.41 |" in line
    (cells,) = standard_csv.DictReader(io.StringIO(table.render(runs, "csv")))
    assert float(cells["error_accents"]) == pytest.approx(0.2543) and cells["error_wer_n"] == "2"
    body = [line for line in table.render(runs, "tex").splitlines() if line.endswith(r"\\")]
    assert len({line.count("&") for line in body}) == 1
