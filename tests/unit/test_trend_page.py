"""The faces of a trend: one number changed is found changed in all of them, in both languages."""

import csv
import io

import pytest

from frugal.contract import InputError
from frugal.report.records import Quantity, Report, Row
from frugal.trend import Release, trends
from frugal.trend_page import FORMATS, WORDS, render

ENERGY = Quantity(value=0.5, low=0.2, high=1.0, method="C")


def series(error=0.1234, name="digits", energy=ENERGY):
    rows = [
        Row(step="int8", kind="pass", method="m", metric="error_rate", error=share, error_low=share / 2,
            error_high=share * 1.2, samples=100, size_bytes=size, energy_mj=energy)
        for share, size in ((0.2, 30_000), (error, 20_000))
    ]  # fmt: skip
    return trends(
        Release(label=f"v{i}", report=Report(name=name, created=f"2026-11-0{i}", seed=0, unit="character", rows=(row,)))
        for i, row in enumerate(rows, start=1)
    )


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("form", FORMATS)
def test_one_number_changed_is_found_changed(form, lang):
    before, after = render(series(), form, lang), render(series(error=0.0815), form, lang)
    assert before != after
    spelt = {"csv": ("0.1234", "0.0815")}.get(
        form, ("12 (6.2", "8.2 (4.1") if lang == "en" else ("12 (6,2", "8,2 (4,1")
    )
    assert spelt[0] in before and spelt[0] not in after and spelt[1] in after


def test_markdown_has_a_table_and_the_reasons():
    text = render(series(), "md")
    assert text.startswith("# Trend over 2 releases\n\n## digits: one character, error_rate\n")
    assert "| v2 | 2026-11-02 | 12 (6.2–15) | 0.50 (0.20–1.0) C |" in text
    assert "- CPU time unknown: not measured (v1, v2)" in text
    french = render(series(), "md", "fr")
    assert "Évolution sur 2 versions" in french and "inconnu" in french and "un caractère" in french


def test_csv_has_a_line_per_release_and_a_reason_for_every_gap():
    lines = list(csv.DictReader(io.StringIO(render(series(), "csv"))))
    assert [line["release"] for line in lines] == ["v1", "v2"]
    assert (lines[1]["error"], lines[1]["error_low"], lines[1]["energy_method"]) == ("0.1234", "0.0617", "C")
    assert lines[1]["cpu_ms"] == "" and lines[1]["cpu_ms_reason"] == "not measured"


def test_the_page_stands_alone_with_a_drawing_per_known_indicator():
    page = render(series(), "html")
    assert page.count("<svg") == 2 * 4  # error, energy, file, share of measured joules; for desk and phone
    assert "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert 'id="error-wide-0-t"' in page and "v1 20 (10–24); v2 12 (6.2–15)" in page
    assert "digits, error, %: 20 (10–24) → 12 (6.2–15)" in page
    assert len(page) < 1_500_000


def test_names_are_escaped():
    hostile = series(name="<script>alert(1)</script>|x")
    assert "<script>" not in render(hostile, "html") and "&lt;script>" in render(hostile, "md")
    assert "'=1" in render(series(name="=1"), "csv")


def test_both_languages_say_the_same_things():
    assert set(WORDS["en"]) == set(WORDS["fr"])


def test_one_release_alone_and_an_unknown_number_in_between():
    [both] = series()
    alone = trends(both.releases[:1])
    assert "Trend of one release" in render(alone, "md") and "<svg" in render(alone, "html")
    row = Row(step="s", kind="pass", method="m", metric="error_rate")
    gap = Release(label="gap", report=Report(name="digits", created="2026-11-01T12:00:00", seed=0, unit="character",
                                             rows=(row,)))  # fmt: skip
    page = render(trends([*both.releases, gap]), "html")
    assert "gap" in page and page.count("<svg") == 8


@pytest.mark.parametrize(("form", "lang"), [("pdf", "en"), ("md", "de")])
def test_unknown_formats_and_languages(form, lang):
    with pytest.raises(InputError):
        render(series(), form, lang)
