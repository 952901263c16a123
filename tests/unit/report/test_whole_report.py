"""A report with every account: each number is on the page, in both languages; nothing of people, nothing hostile."""

import dataclasses
import json
import re
from itertools import pairwise

import pytest

from frugal.contract import InputError
from frugal.report import html, markdown, pages
from frugal.report.json import read_report, render, write_report
from frugal.report.numerals import NARROW_SPACE
from frugal.report.records import Ratio
from frugal.report.words import LANGUAGES


def plain(text):
    return text.replace(NARROW_SPACE, " ").replace("&#39;", "'")


def changed(report, path, value):
    """The report with the value at `path` of its JSON replaced."""
    data = json.loads(render(report))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return type(report).from_json(data)


CHANGES = [
    (("sections", "need", "candidates", 0, "error"), 0.0321, "3.21 %"),
    (("sections", "need", "candidates", 0, "size_bytes"), 61_234, "61 234"),
    (("sections", "need", "asked_error"), 0.0525, "94.75 %"),
    (("sections", "need", "samples"), 541, "541 "),
    (("sections", "life_cycle", "use", "ghg", "FRA", "value"), 3.3e-9, "3.3 (1.0–4.0) mg CO₂e"),
    (("sections", "life_cycle", "manufacture", "ghg", "calendar", "value"), 9.1e-8, "91 (35–140) mg CO₂e"),
    (("sections", "life_cycle", "device", "life_years"), 7.5, "7.5"),
    (("sections", "devices", 0, "time_ms", "value"), 41.5, "42 (27–60)"),
    (("sections", "devices", 0, "released"), 2011, "2011"),
    (("sections", "declared", "answers", "volume"), "a dozen", "a dozen"),
    (("sections", "declared", "declared_on"), "2026-11-21", "2026-11-21"),
    (("training", "ledger", 1, "cpu_s"), 11.7, "11.7"),
    (("training", "ledger", 2, "trainings"), 5, "6"),
    (("ratios", 1, "value"), 1.27, "1.27"),
    (("rows", 2, "details", "worst_decile"), 0.0777, "7.77 %"),
]


@pytest.mark.parametrize("face", [lambda r, lang: html.render([r], lang), markdown.render], ids=["html", "md"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("path", "value", "expected"), CHANGES, ids=[".".join(map(str, c[0])) for c in CHANGES])
def test_a_changed_number_changes_on_the_page(full, face, lang, path, value, expected):
    expected = re.sub(r"(\d)\.(\d)", r"\1,\2", expected) if lang == "fr" else expected
    before, after = plain(face(full, lang)), plain(face(changed(full, path, value), lang))
    assert before != after
    assert expected in after and after.count(expected) > before.count(expected)


def test_the_first_screen_says_what_to_do(full):
    first = pages.page([full], "en").opening[0]
    said = plain(" ".join(first.advice))
    assert "Take nearest-7 instead (the most similar stored item): it reaches 95 % on the same data" in said
    assert "leave out int8: it takes 1.25 times the CPU time of prune" in said
    # 12 s of trainings beside the first; one use saves 0.05 ms: 240 000
    assert "Compress it if more than about 240 000 characters will be read" in said
    assert "The oldest device here that answers within 100 ms is a the old of 2015: 40 (27–60) ms." in said
    assert "measure on your own device (here: calculated, method C)" in said


def test_advice_follows_its_findings(full):
    broken = {"name": "size_bytes", "asked": 1.0, "found": 2.0, "step": "int8"}
    assert "Do not ship it yet: 1 ceilings do not hold (size_bytes)." in _advice(violations=(broken,), report=full)
    nothing = changed(full, ("sections", "need", "asked_error"), 0.001)
    assert "nothing that was tried reaches 99.9 %" in _advice(report=nothing)
    slow = Ratio(value=1.1, low=0.9, high=1.3, of_step="int8", to_step="train", blocks=12)
    assert "Do not compress it for the sake of energy" in _advice(report=full, ratios=(slow, full.ratios[1]))
    quiet = dataclasses.replace(full, rows=full.rows[:1], sections={}, ratios=())
    measured = dataclasses.replace(full.rows[0].energy_mj, method="A")
    assert _advice(report=quiet, rows=(full.rows[0].replace(energy_mj=measured),)) == (
        "Nothing in these numbers asks for a change."
    )


def _advice(report, **changes):
    return plain(" ".join(pages.page([dataclasses.replace(report, **changes)], "en").opening[0].advice))


def test_the_boundary_tells_what_a_right_answer_takes(full):
    items = plain(" ".join(pages.page([full], "en").opening[2].items))
    # 0.27 mJ / (1 - 0.009); ends / (1 - 0.0045) and (1 - 0.018)
    assert "Energy for one character answered rightly: 270 µJ (82 µJ–910 µJ, calculated, method C)" in items
    assert "Counted: CPU share." in items and "Not assessed: screen, memory, radio." in items


def test_the_checklist_is_filled_by_evidence_by_people_or_not_at_all(full):
    [table] = next(s for s in pages.page([full], "en").chapters[0].sections if s.title == "Checklist").tables
    status = {cells[0]: (cells[1], plain(cells[2])) for cells in table.rows}
    assert status["Are all trainings counted, also those that failed?"] == (
        "shown by this report",
        "trainings: 3, of which failed or interrupted: 1; 32.0 s of CPU time",
    )
    volume = status["How much will it be used, and is growth limited?"]
    assert volume == ("declared by Bakery Martin on 2026-11-20", "200 pages a month")
    assert status["What happens to model, data and devices at the end?"] == ("not assessed", "")
    bare = dataclasses.replace(full, rows=full.rows[:1], sections={}, training={}, ratios=(), about={})
    text = markdown.render(bare)
    assert "5 are shown by this report, 0 are declared by a person, 17 are not assessed" in plain(text)


def test_the_plot_holds_the_other_ways_and_what_nothing_beats(full):
    figure = pages.page([full], "en").opening[-1].figure
    assert "nearest-7" in figure.wide and "other ways" in figure.wide and "tesseract" not in figure.wide
    assert 'stroke="#009E73"' in figure.wide


def test_a_break_even_that_never_comes_is_drawn_without_a_crossing(full):
    ratio = dataclasses.replace(full.ratios[0], value=1.0, low=0.9, high=1.1)
    never = dataclasses.replace(full, ratios=(ratio,))
    section = next(s for s in pages.page([never], "en").chapters[0].sections if s.title.startswith("What training"))
    assert "never pays for itself" in " ".join(section.items)
    assert "stroke-dasharray" in section.figure.wide and "until it has paid" not in section.figure.wide
    paying = next(s for s in pages.page([full], "en").chapters[0].sections if s.title.startswith("What training"))
    assert "240 000" in plain(paying.figure.wide) and "until it has paid for itself" in paying.figure.wide


def test_nothing_in_the_life_cycle_is_zero_or_set_off(full):
    text = plain(markdown.render(full))
    assert "Not assessed, water consumed: no factor." in text and "not assessed" in text
    assert "A book" in text and "example.org/book" in text and "https" not in html.render([full])


def test_older_reports_open_and_say_what_they_lack(full, tmp_path):
    old = json.loads(render(dataclasses.replace(full, training={"cpu_s": 1.0})))
    del old["sections"]
    (tmp_path / "r.json").write_text(json.dumps(old))
    text = plain(markdown.render(read_report(tmp_path / "r.json")))
    assert "Whether the compression pays for itself is not assessed: the report holds no ledger." in text
    assert "## Life cycle" not in text and "Not assessed: screen, memory, radio, the making" in text


HOSTILE = [
    (("sections", "need", "candidates", 0, "error"), 1e308),
    (("sections", "need", "candidates", 0, "energy_mj"), {"value": float("inf"), "method": "C"}),
    (("sections", "need", "samples"), True),
    (("sections", "life_cycle", "use", "ghg", "FRA", "value"), -3.0),
    (("sections", "life_cycle", "use", "ghg", "FRA", "value"), "x"),
    (("sections", "life_cycle", "grids"), []),
    (("sections", "life_cycle", "grids"), 3),
    (("sections", "life_cycle", "sources", "book", "title"), 3),
    (("sections", "devices"), {}),
    (("sections", "devices", 0, "time_ms"), {"value": 1e400, "method": "D"}),
    (("sections", "devices", 0, "missing_operators"), "Conv"),
    (("sections", "devices", 0, "released"), "2015"),
    (("sections", "declared"), []),
    (("rows", 0, "size_bytes"), -5),
    (("sections", "declared", "answers"), {"nonsense": "x"}),
    (("sections", "declared", "declared_on"), "yesterday"),
    (("sections", "samples"), [{"item": 1}]),
    (("sections", "samples"), [{"item": "a", "truth": "b", "answer": "c", "errors": -1}]),
]


@pytest.mark.parametrize(("path", "value"), HOSTILE, ids=[f"{'.'.join(map(str, p))}={str(v)[:20]}" for p, v in HOSTILE])
def test_a_hostile_account_is_one_line(full, tmp_path, path, value):
    data = json.loads(render(full))
    place = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    (tmp_path / "some.json").write_text(json.dumps(data))
    with pytest.raises(InputError, match=r"some\.json") as caught:
        read_report(tmp_path / "some.json")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_huge_and_tiny_numbers_are_written_and_drawn(full):
    for value in (1e-300, 1e300):
        rows = tuple(
            row.replace(
                size_bytes=10**30,
                energy_mj=dataclasses.replace(row.energy_mj, value=value, low=value, high=value),
                cpu_ms=dataclasses.replace(row.cpu_ms, value=value, low=value, high=value),
            )
            for row in full.rows
        )
        for lang in LANGUAGES:
            page = html.render([dataclasses.replace(full, rows=rows)], lang)
            assert "nan" not in page.lower().replace("finance", "") and len(page) < 1_500_000


def test_markup_in_any_text_is_escaped(full):
    evil = "<script>alert(1)</script>"

    def poisoned(value, key=""):
        if isinstance(value, dict):
            return {name: poisoned(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [poisoned(each) for each in value]
        return value + evil if isinstance(value, str) and key not in ("key", "source", "declared_on") else value

    data = poisoned(json.loads(render(full)))
    for lang in LANGUAGES:
        assert "<script" not in html.render([type(full).from_json(data)], lang)
        assert "<script" not in markdown.render(type(full).from_json(data), lang)


def test_the_whole_page_is_small_self_contained_and_in_order(full):
    for lang in LANGUAGES:
        page = html.render([full], lang)
        assert len(page.encode()) < 300_000 and "http" not in page and "<script" not in page
        levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
        assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in pairwise(levels))
        assert page.count("<th ") == page.count('<th scope="')
        for drawing in re.findall(r"<svg [^>]*>", page):
            for identifier in re.search(r'aria-labelledby="([^"]+)"', drawing)[1].split():
                assert f'id="{identifier}"' in page


def luminance(colour):
    """Relative luminance of #rrggbb as WCAG 2.2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("#1b1f24", "#ffffff"),
        ("#57606a", "#ffffff"),
        ("#57606a", "#eef8f4"),
        ("#57606a", "#fdf3ec"),
        ("#3c444d", "#f5f7f9"),
        ("#00456b", "#e6f0f7"),
        ("#00664b", "#eef8f4"),
        ("#a33f00", "#fdf3ec"),
        ("#1b1f24", "#eef6fb"),
    ],
)
def test_text_has_the_contrast_of_wcag_aa(full, ink, paper):
    page = html.render([full]).lower()
    assert ink in page and (paper in page or paper == "#ffffff")
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_lines_of_the_drawings_stand_out_from_paper(full):
    page = html.render([full])
    for colour in ("#0072B2", "#D55E00", "#009E73"):
        assert colour in page and 1.05 / (luminance(colour) + 0.05) >= 3.0


def test_no_sample_of_anybody_is_on_the_page_unless_asked_for(full, tmp_path):
    write_report(full, tmp_path / "report.json")
    (tmp_path / "predictions.tsv").write_text(
        "item\tgroup\ttruth\tanswer\tconfidence\terrors\nx\tw\tsecret\tno\t1\t1\n"
    )
    assert "secret" not in html.render([read_report(tmp_path)])
    asked = dataclasses.replace(
        full, sections={**full.sections, "samples": [{"item": "x", "truth": "secret", "answer": "no", "errors": 1.0}]}
    )
    assert "secret" in html.render([asked]) and "texts of people" in html.render([asked])
