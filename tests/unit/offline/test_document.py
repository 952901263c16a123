"""An offline page: what is inside is escaped, a language that is not there is one line."""

import pytest

from frugal.contract import InputError
from frugal.offline.document import Subject, render
from tests.unit import browser

SUBJECT = Subject(
    package="frugal.audit",
    template="audit.html.j2",
    scripts=(),
    words={"en": {}, "fr": {}},
    data={"x": "</script><b>"},
)


def test_an_unknown_language_is_one_line():
    with pytest.raises(InputError, match="lang=it; allowed: en, fr"):
        render(SUBJECT, "it")


def test_data_and_words_cannot_end_a_script():
    from frugal.audit.answers import parse
    from frugal.audit.page import render as audit

    page = audit("en", parse({"schema": 1, "name": "</script><script>alert(1)</script>"}))
    assert "<script>alert" not in page
    assert browser.data_of(page)["answers"]["name"] == "</script><script>alert(1)</script>"


@browser.needs_node
def test_numbers_read_as_those_of_the_reports(tmp_path):
    from frugal.report.numerals import Numerals

    numbers = [0.0123456, 9.996, 2.5, 58123, 999.6, 0.0012, 1.0, 77, 1200]
    (script,) = (text for text in browser.scripts_of(page_of_the_audit()) if "const Page" in text)
    theirs = browser.in_node(f"{script}\nanswer = given.map((n) => Page.significant(n, 3));", numbers, tmp_path)
    assert theirs == [Numerals().significant(number) for number in numbers]


def page_of_the_audit():
    from frugal.audit.page import render as audit

    return audit("en")
