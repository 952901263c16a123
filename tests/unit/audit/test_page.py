"""The audit page: the browser computes what Python computes, shows it in both languages, and speaks to nobody."""

import html
import json
import random
import re
from pathlib import Path

import pytest

from frugal.audit.account import account
from frugal.audit.answers import CALENDAR, DEVICE, ELECTRICITY, USES, parse
from frugal.audit.english import ENGLISH
from frugal.audit.french import FRENCH
from frugal.audit.page import render
from frugal.audit.tables import tables
from frugal.cli.main import run
from frugal.contract import InputError
from frugal.offline.document import POLICY
from tests.unit import browser

OFFICE = {"schema": 1, "trade": "office", "country": "FR", "electricity": {"bill_kwh": 6000, "bill_euros": 1500}}
DOCS = Path(__file__).resolve().parents[3] / "docs" / "audit.html"


def some(chance, most, share=0.9):
    """A number from 0 to a thousandth of `most`, sometimes 0, sometimes none."""
    draw = chance.random()
    if draw > share:
        return None
    return 0 if draw < 0.05 else round(chance.uniform(0, min(most, max(most / 1000, 20))), 3)


def drawn(chance):
    """Answers of a firm that never was, every question answered or not."""
    kinds = list(tables().devices)
    answers = {"schema": 1, "trade": chance.choice([None, *tables().trades])}
    answers["country"] = chance.choice([None, "FRA", "DEU", "POL", "USA", "ABW"])
    answers |= {name: some(chance, most, 0.5) for name, most in CALENDAR.items()}
    answers["electricity"] = {name: some(chance, most, 0.5) for name, most in ELECTRICITY.items()}
    answers["uses"] = {name: some(chance, most, 0.7) for name, most in USES.items()}
    if chance.random() < 0.7:
        answers["devices"] = [device(chance, kinds) for _ in range(chance.randrange(5))]
    return answers


def device(chance, kinds):
    found = {"kind": chance.choice(kinds), "count": chance.choice([None, 0, 1, 3])}
    found |= {name: some(chance, most, 0.5) for name, most in DEVICE.items()}
    if found["keep_years"] is not None:
        found["keep_years"] = (found["age_years"] or 0) + found["keep_years"] + 0.5
        found["keep_years"] = min(found["keep_years"], 50)
    return found


@browser.needs_node
def test_the_browser_computes_what_python_computes_on_50_answer_files(tmp_path):
    chance = random.Random(5)
    firms = [parse(drawn(chance)) for _ in range(50)]
    page = render("en")
    (script,) = (script for script in browser.scripts_of(page) if "const Audit" in script)
    given = {"tables": browser.data_of(page)["tables"], "firms": [firm.to_json() for firm in firms]}
    theirs = browser.in_node(
        f"{script}\nanswer = given.firms.map((f) => Audit.account(given.tables, f));", given, tmp_path
    )
    assert len(theirs) == 50
    for firm, found in zip(firms, theirs, strict=True):
        ours = account(firm)
        compare(found["totals"], {c: quantity.to_json() for c, quantity in ours.totals.items()})
        plain = ours.to_json()
        compare(found["parts"], plain["parts"])
        compare(found["savings"], plain["savings"])
        compare(found["price"], plain["price_euros_per_kwh"])
        assert found["notes"] == plain["notes"]
        lines = [
            {"id": line["id"], "kwh": line["kwh"], "making_ghg": line["making"].get("ghg")} for line in found["lines"]
        ]
        compare(lines, [{key: line[key] for key in ("id", "kwh", "making_ghg")} for line in plain["lines"]])


def compare(one, other):
    """Equal, numbers to 12 digits."""
    assert type(one) is type(other) or {type(one), type(other)} <= {int, float}, (one, other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            compare(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            compare(*pair)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-18)
    else:
        assert one == other


@browser.needs_chromium
@pytest.mark.parametrize(("language", "words"), [("fr", FRENCH), ("en", ENGLISH)])
def test_the_page_shows_the_account_without_a_word_in_the_console(language, words, tmp_path):
    answers = parse({**OFFICE, "name": "Zoé <img src=x onerror=alert(1)>"})
    text, said = browser.opened(render(language, answers), tmp_path)
    assert not said
    assert f'<html lang="{language}">' in text
    assert "<img" not in text.partition("<script")[0], "a name is text"
    kwh = account(answers).totals["kwh"].value
    shown = html.unescape(re.sub(r"<[^>]+>", " ", text.partition("<script")[0]))
    assert f"{round(kwh, -1):.0f}\u202fkWh" in shown
    assert words["savings"] in shown and words["saving.own_pictures"] in shown and words["not_assessed"] in shown
    assert words["results.none"] not in shown


@browser.needs_chromium
def test_typing_switching_and_adding_change_the_account(tmp_path):
    then = """
      const set = (query, value, type = "input") => {
        const field = document.querySelector(query);
        field.value = value;
        field.dispatchEvent(new Event(type, {bubbles: true}));
      };
      set("#trade", "shop", "change");
      set("#country", "FRA", "change");
      set('[data-path="uses.images_a_week"]', "-3");
      document.body.dataset.fault = document.getElementById("fault").textContent;
      set('[data-path="uses.images_a_week"]', "1,5");
      set("#name", "Chez Lise");
      set('[data-device="kind"]', "server");
      document.getElementById("add").click();
      const rows = document.querySelectorAll("[data-index]").length;
      document.querySelector("[data-remove]").click();
      document.body.dataset.rows = `${rows} ${document.querySelectorAll("[data-index]").length}`;
      document.querySelector('[data-language="en"]').click();
      document.body.dataset.typed = document.querySelector('[data-path="uses.images_a_week"]').value;
    """
    text, said = browser.opened(render("fr"), tmp_path, then=then)
    assert not said
    assert '<html lang="en">' in text and 'data-rows="7 6"' in text and 'data-typed="1.5"' in text
    assert "data-fault" in text and "de 0 à" in text
    assert "images by AI" in text and "Chez Lise · shop" in text
    assert "Keep it two years longer (2 × server)" not in text, "the row that became a server was removed"
    assert "Keep it two years longer (2 × screen)" in text


def test_nothing_can_leave_the_page_and_nothing_is_loaded():
    page = render("fr")
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in page and "connect-src" not in POLICY
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.search(r'\b(?:src|href|action)="(?!data:,)', markup)
    scripts = "\n".join(browser.scripts_of(page))
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(|localStorage|document\.cookie", scripts)
    assert len(page.encode()) < 400_000


def test_both_languages_say_the_same_things():
    assert ENGLISH.keys() == FRENCH.keys()
    for key, sentence in ENGLISH.items():
        assert sorted(re.findall(r"{\w+}", sentence)) == sorted(re.findall(r"{\w+}", FRENCH[key])), key


def test_every_reason_and_name_has_words():
    reasons = {f"reason.{reason}" for reason in ("not_given", "no_price", "in_meter", "no_hours", "no_servers")}
    for device in tables().devices.values():
        for quantity in (device.kwh_a_year, *device.making.values()):
            reasons |= {f"reason.{quantity.reason}"} if quantity.value is None else set()
        reasons.add(f"kind.{device.kind}")
    for grid in (*tables().grids.values(), tables().elsewhere):
        reasons |= {f"reason.{quantity.reason}" for quantity in grid.values() if quantity.value is None}
    reasons |= {f"trade.{trade}" for trade in tables().trades} | {f"subject.{name}" for name in tables().services}
    found = account(parse(OFFICE))
    reasons |= {f"saving.{saving.id}" for saving in found.savings}
    assert reasons <= ENGLISH.keys(), reasons - ENGLISH.keys()


def test_the_command_writes_the_page(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "--html"]) == 0
    assert capsys.readouterr().out == "audit.html\n"
    assert (tmp_path / "audit.html").read_text(encoding="utf-8") == render("fr")
    file = tmp_path / "a.json"
    file.write_text(json.dumps(OFFICE))
    assert run(["audit", str(file), "--to", "html", "--lang", "en", "-o", "office.html"]) == 0
    assert browser.data_of((tmp_path / "office.html").read_text(encoding="utf-8"))["answers"]["trade"] == "office"
    with pytest.raises(InputError, match="lang=de"):
        render("de")


def test_the_page_in_docs_is_what_the_command_makes():
    assert DOCS.read_text(encoding="utf-8") == render("fr"), "make it anew: frugal audit --html -o docs/audit.html"
