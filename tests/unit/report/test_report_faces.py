"""The faces of a report say what its numbers say, in every language, and load nothing."""

import csv as standard_csv
import dataclasses
import io
import re
import string
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from frugal.contract import InputError
from frugal.report import csv, html, markdown, pages, terminal
from frugal.report.numerals import NARROW_SPACE
from frugal.report.records import Quantity, Ratio, Report, Row
from frugal.report.words import LANGUAGES, voice


def quantity(value, factor=1.02, method="clock"):
    return Quantity(value=value, low=value / factor, high=value * factor, method=method)


def row(step="train", **changes):
    values = dict(
        step=step,
        kind="train",
        method="CharNet",
        metric="error_rate",
        error=0.0130,
        error_low=0.0056,
        error_high=0.0241,
        samples=540,
        size_bytes=236_812,
        weight_bytes=224_264,
        parameters=56_066,
        nonzero_parameters=56_001,
        macs=1_893_456,
        cpu_ms=quantity(0.211),
        wall_ms_p50=quantity(0.212),
        wall_ms_p95=quantity(0.295),
        peak_memory_bytes=quantity(48.2e6, 1.01, "os"),
        energy_mj=quantity(0.51, 2.5, "C"),
    )
    return Row(**(values | changes))


def last_row(**changes):
    values = dict(
        kind="pass",
        method="Int8Static",
        error=0.0185,
        error_low=0.0093,
        error_high=0.0296,
        size_bytes=24_310,
        energy_mj=quantity(0.12, 2.5, "C"),
        cpu_ms=quantity(0.05),
    )
    return row(**({"step": "int8"} | values | changes))


def report(*rows, **changes):
    values = dict(
        name="digits",
        created="2026-10-14T09:21:07Z",
        seed=0,
        unit="character",
        rows=rows or (row(), last_row()),
        versions={"frugal": "0.1.0"},
        host={"cpu": "EPYC"},
        training={"cpu_s": 131.7, "energy_j": quantity(316.0, 2.5, "C")},
        parity={"max_abs": 3.1e-7, "equal_decisions": 0.984, "samples": 64},
        ratios=(Ratio(value=0.41, low=0.39, high=0.43, of_step="int8", to_step="train", blocks=40),),
        about={"command": "frugal run recipe=digits"},
    )
    return Report(**(values | changes))


class Outline(HTMLParser):
    """Tags, attributes and text of a page; fails on a tag that is closed out of turn."""

    empty = frozenset({"meta", "br", "link", "img"})

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.open = [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.empty:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def plain(text):
    return text.replace(NARROW_SPACE, " ")


FACES = [pytest.param(lambda r, lang=lang: html.render([r], lang), lang, id=f"html-{lang}") for lang in LANGUAGES] + [
    pytest.param(lambda r, lang=lang: markdown.render(r, lang), lang, id=f"md-{lang}") for lang in LANGUAGES
]

CHANGES = [
    ({"error": 0.1234, "error_low": 0.11, "error_high": 0.15}, "12.34 % (11.00–15.00)"),
    ({"size_bytes": 31_747}, "31 747"),
    ({"weight_bytes": 12_345}, "12 345"),
    ({"parameters": 777_001}, "777 001"),
    ({"nonzero_parameters": 54_321}, "54 321"),
    ({"macs": 987_654}, "987 654"),
    ({"samples": 613}, "613"),
    ({"cpu_ms": Quantity(value=7.77, low=7.5, high=8.0, method="clock")}, "7.77 (7.50–8.00)"),
    ({"wall_ms_p50": Quantity(value=6.66, low=6.5, high=7.0, method="clock")}, "6.66 (6.50–7.00)"),
    ({"wall_ms_p95": Quantity(value=5.55, low=5.1, high=6.0, method="clock")}, "5.55 (5.10–6.00)"),
    ({"peak_memory_bytes": Quantity(value=91.5e6, low=91e6, high=92e6, method="os")}, "91.50 (91.00–92.00)"),
    ({"energy_mj": Quantity(value=3.3, low=1.1, high=9.9, method="D")}, "3.3 (1.1–9.9) D"),
]


@pytest.mark.parametrize(("face", "lang"), FACES)
@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[next(iter(change)) for change, _ in CHANGES])
def test_a_changed_number_changes_in_the_page(face, lang, change, expected):
    expected = expected.replace(".", ",") if lang == "fr" else expected
    assert expected not in plain(face(report()))
    assert expected in plain(face(report(row(), last_row(**change))))


@pytest.mark.parametrize("change", [change for change, _ in CHANGES], ids=[next(iter(c)) for c, _ in CHANGES])
def test_csv_holds_the_full_numbers(change):
    cells = next(reversed(list(standard_csv.DictReader(io.StringIO(csv.render(report(row(), last_row(**change))))))))
    for name, value in change.items():
        if isinstance(value, Quantity):
            assert [float(cells[name + part]) for part in ("", "_low", "_high")] == [value.value, value.low, value.high]
            assert cells[f"{name}_method"] == value.method
        else:
            assert float(cells[name]) == value


def test_csv_of_several_reports_has_one_header_and_says_unknown_with_a_reason():
    gone = report(last_row(energy_mj=Quantity.unknown("no meter"), error=None), name="=other")
    rows = list(standard_csv.DictReader(io.StringIO(csv.render(report(), gone))))
    assert [each["report"] for each in rows] == ["digits", "digits", "'=other"]
    assert (rows[2]["energy_mj"], rows[2]["energy_mj_reason"], rows[2]["error"]) == ("", "no meter", "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_whole_and_loads_nothing(lang):
    page = html.render([report()], lang)
    outline = Outline(page)
    names = {tag for tag, _ in outline.tags}
    assert ("html", {"lang": lang}) in outline.tags
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "image", "use", "base", "form"}
    assert "http" not in page and "url(" not in re.sub(r"url\(#[\w-]+\)", "", page) and "@import" not in page
    assert not any(name in {"src", "href", "xlink:href"} for _, attributes in outline.tags for name in attributes)
    assert not any(name.startswith("on") for _, attributes in outline.tags for name in attributes)
    assert len(page.encode()) < 1_500_000


def test_the_page_is_accessible():
    page = html.render([report(), report(name="other")])
    tags = Outline(page).tags
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    identifiers = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(drawings) == 6
    assert len(set(identifiers)) == len(identifiers)
    for drawing in drawings:
        assert drawing["role"] == "img" and set(drawing["aria-labelledby"].split()) <= set(identifiers)
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_what_a_report_says_is_escaped():
    evil = "<script>alert('x')</script>"
    page = html.render([report(row(evil), last_row(details={evil: evil}), name=evil, about={evil: evil})])
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<script" not in markdown.render(report(row(evil), name=evil))


@pytest.mark.parametrize(
    ("method", "english", "french"),
    [
        ("A", "measured, method A", "mesuré, méthode A"),
        ("B", "measured, method B", "mesuré, méthode B"),
        ("C", "calculated, method C", "calculé, méthode C"),
        ("D", "calculated, method D", "calculé, méthode D"),
        ("E", "order of magnitude, method E", "ordre de grandeur, méthode E"),
    ],
)
def test_the_first_screen_says_how_the_energy_came_about(method, english, french):
    each = report(row(), last_row(energy_mj=quantity(0.12, 2.5, method)))
    for lang, expected in (("en", english), ("fr", french)):
        cards = pages.page([each], lang).opening[0].cards
        assert [len(cards), cards[2].tag] == [3, expected]


def test_the_headline_holds_error_size_and_energy_with_ranges():
    error, size, energy = pages.page([report()], "en").opening[0].cards
    assert plain(error.value) == "1.85 %" and "between 0.93 % and 2.96 % (95 %)" in plain(" ".join(error.lines))
    assert plain(size.value) == "24.3 kB" and "10.3 % of the first step, train (237 kB)" in plain(" ".join(size.lines))
    assert plain(energy.value) == "120 µJ" and "between 48 µJ and 300 µJ" in plain(" ".join(energy.lines))
    # a million times 0.12 mJ = 120 J; 48 J to 300 J through a 10 W lamp = 4.8 s to 30 s
    assert "a million characters: 120 J, a 10 W lamp for 4.8 s to 30 s" in plain(" ".join(energy.lines))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_report_says_unknown_everywhere_and_zero_nowhere(lang):
    bare = Report(
        name="bare",
        created="",
        seed=None,
        unit="line",
        rows=(
            Row(step="only", kind="pass", method="as given", metric="cer"),
            Row(step="next", kind="odd", method="", metric="odd"),
        ),
    )
    unknown = voice(lang).say("unknown")
    for text in (html.render([bare], lang), markdown.render(bare, lang)):
        assert unknown in text and "None" not in text
        assert voice(lang).say("plot.none") in text.replace("&#39;", "'")
        assert "mJ</p>" not in text
    cards = pages.page([bare], lang).opening[0].cards
    assert [card.value for card in cards] == [unknown] * 3
    assert unknown in _printed(bare) or lang == "fr"


def test_an_unknown_energy_is_listed_under_the_plot_and_not_drawn():
    each = report(row(), last_row(), last_row(step="lost", energy_mj=Quantity.unknown("no power table")))
    section = pages.page([each], "en").opening[-1]
    assert section.items == ("Not in the plot: lost (no power table).",)
    assert "lost" not in section.figure.wide
    assert section.figure.wide.count("<circle") == 2
    assert "For lost the energy is unknown; unknown is not zero." in pages.page([each], "en").closing[0].items


def test_limits_state_method_factor_and_what_is_not_counted():
    limits = plain(" ".join(pages.page([report()], "en").closing[0].items))
    assert "evidence, not a certificate" in limits
    assert "calculated from CPU time" in limits and "factor of 2.5 up or down" in limits
    assert all(word in limits for word in ("screen", "memory", "radio", "Not assessed"))
    french = plain(" ".join(pages.page([report()], "fr").closing[0].items))
    assert "pas un certificat" in french and "facteur 2,5" in french


def test_ratios_training_parity_and_broken_budget_are_told():
    broken = {"name": "size_bytes", "asked": 20000.0, "found": 24310, "step": "int8", "reason": ""}
    unknown = {"name": "energy_mj", "asked": 0.5, "found": None, "step": "int8", "reason": "no meter"}
    text = plain(markdown.render(report(violations=(broken, unknown))))
    assert "CPU time of int8: 0.41 (0.39–0.43) of train, 40 paired blocks, 95 %: less." in text
    assert "size_bytes is 24 310, asked for: at most 20 000 (step int8)." in text
    assert "energy_mj is unknown (no meter), asked for: at most 0.5" in text
    assert "Equal decisions: 98.40 %" in text and "Largest difference of an output: 3.1e-07" in text
    assert "CPU time: 132 s." in text
    # 316 J / 0.12 mJ = 2.63 million
    assert "Running int8 for about 2 600 000 characters" in text
    assert '<section class="bad">' in html.render([report(violations=(broken,))])


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.9, 1.1, "no difference shown"), (1.01, 1.2, "more")])
def test_a_ratio_claims_only_what_its_interval_shows(low, high, verdict):
    ratio = Ratio(value=1.0, low=low, high=high, of_step="a", to_step="b", blocks=9)
    assert f": {verdict}." in plain(markdown.render(report(ratios=(ratio,))))


def test_several_reports_share_one_plot_and_keep_their_chapters():
    others = [report(), report(seed=1), report(name="mnist")]
    page = pages.page(others, "en")
    assert [chapter.title for chapter in page.chapters] == ["digits, seed 0", "digits, seed 1", "mnist, seed 0"]
    plot = page.opening[-1].figure.wide
    assert all(f">{chapter.title}<" in plot for chapter in page.chapters)
    assert len(page.opening[0].tables[0].rows) == 3
    assert Outline(html.render(others)).tags


def test_reports_of_different_units_are_not_put_on_one_axis():
    with pytest.raises(InputError, match="character, line"):
        html.render([report(), report(unit="line")])


def test_an_unknown_language_is_named():
    with pytest.raises(InputError, match="lang=de; allowed: en, fr"):
        html.render([report()], "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_blanks(language):
    english, other = LANGUAGES["en"], LANGUAGES[language]
    assert english.keys() == other.keys()
    free = {"error.error_rate", "energy.million"}  # a language may name the unit or leave it to the context
    for key, sentence in other.items():
        assert sentence.strip(), key
        assert _blanks(sentence) == _blanks(english[key]) or key in free or key.startswith("life.why."), key


def test_a_later_training_is_not_shown_as_a_step_that_saved():
    alone = row("alone", error=0.03, size_bytes=20_000)
    steps = report(row(), alone, last_row(size_bytes=40_000))
    section = pages.page([steps], "en").chapters[0].sections[0]
    assert [plain(cells[1]) for cells in section.tables[0].rows] == ["100 %", "8.4 %", "17 %"]
    assert "fall-wide-0-h" in section.figure.wide
    assert [plain(cells[-1]) for cells in section.tables[0].rows] == ["+0.00 pt", "+1.70 pt", "+0.55 pt"]


def test_the_terminal_table_fits_80_columns():
    wide = row(
        "a-step-with-a-very-long-name", error=0.1234, error_low=0.1001, error_high=0.1522, size_bytes=123_456_789
    )
    text = _printed(report(wide, last_row()))
    assert max(map(len, text.splitlines())) <= 80
    for expected in ("12.34 (10.01–15.22)", "1.85 (0.93–2.96)", "24.3", "1.89 M", "0.12 (0.048–0.30) C", "method C"):
        assert expected in text


def test_no_change_reaches_the_report_itself():
    each = report()
    before = each.to_json()
    html.render([each])
    assert dataclasses.replace(each) == each and each.to_json() == before


def _blanks(sentence):
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def _printed(each):
    from rich.console import Console

    out = io.StringIO()
    Console(width=80, file=out, color_system=None).print(terminal.render(each))
    return out.getvalue()


def test_energies_found_in_different_ways_are_not_divided():
    steps = report(row(), last_row(energy_mj=quantity(0.1, 2, "B")), last_row(step="last", size_bytes=95))
    table = pages.page([steps], "en").chapters[0].sections[0].tables[0]
    energy = table.head.index("Energy")
    assert [plain(cells[energy]) for cells in table.rows] == ["100 %", "method B", "24 %"]
    assert plain(table.rows[2][table.head.index("File size")]) == "0.040 %"
