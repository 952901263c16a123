"""Rules and Tesseract: what they answer, what they need, and how they say that they cannot."""

import dataclasses
import stat

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.need import tesseract
from frugal.need.rule import Rule
from frugal.need.tesseract import Tesseract


@pytest.fixture
def lines(strokes):
    return dataclasses.replace(strokes, task="lines", labels=())


@pytest.fixture
def fake_tesseract(tmp_path, monkeypatch):
    """A program of that name which answers its own name for each line; `answers` per line may be given."""

    def install(body):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "tesseract"
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        (folder / "fra.traineddata").write_bytes(b"x" * 100)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        tesseract._installed.cache_clear()
        return folder

    yield install
    tesseract._installed.cache_clear()


LISTS = 'if [ "$1" = --list-langs ]; then printf \'List of languages in "%s/" (2):\\neng\\nfra\\n\' "${0%/*}"; exit; fi'


def test_a_rule_is_the_users_own_function(tmp_path):
    (tmp_path / "rules.py").write_text("def ink(image):\n    return 'much' if image.mean() > 9 else 'little'\n")
    rule = Rule(place=f"{tmp_path}/rules.py:ink")
    answers = rule.answers([np.full((4, 4), 200, np.uint8), np.zeros((4, 4), np.uint8)])
    assert [each.value for each in answers] == ["much", "little"]
    assert rule.name == "rule-ink" and rule.size_bytes() == (tmp_path / "rules.py").stat().st_size


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("def f(image): return 1/0", "rules.py:f", "item 0: ZeroDivisionError"),
        ("def f(image): return 1", "rules.py:g", "has no function g"),
        ("import nowhere_at_all", "rules.py:f", "cannot be run"),
        ("", "rules.py", "allowed: FILE.py:function"),
        ("", "missing.py:f", "allowed: FILE.py:function"),
    ],
)
def test_a_rule_that_fails_is_one_line(tmp_path, text, place, says):
    (tmp_path / "rules.py").write_text(text)
    with pytest.raises(InputError, match=says) as caught:
        Rule(place=f"{tmp_path}/{place}").answers([np.zeros((2, 2), np.uint8)])
    assert "\n" not in str(caught.value)


def test_tesseract_reads_lines_many_at_a_time(lines, fake_tesseract):
    fake_tesseract(f'{LISTS}\nwhile read -r f; do printf \'%s  B\\n\\f\' "$(basename "$f")"; done < "$1"')
    engine = Tesseract()
    assert engine.unfit(lines) == ""
    answers = engine.answers([np.full((8, 30), 255, np.uint8)] * 3)
    assert [each.value for each in answers] == ["0.png B", "1.png B", "2.png B"]
    assert engine.size_bytes() > 100


def test_tesseract_says_why_it_cannot(lines, strokes, fake_tesseract, monkeypatch):
    assert "not single images" in Tesseract().unfit(strokes)
    fake_tesseract(LISTS)
    assert "deu is not installed" in Tesseract(language="deu").unfit(lines)
    monkeypatch.setenv("PATH", "/nowhere")
    assert Tesseract().unfit(lines) == "not installed"


def test_a_tesseract_that_fails_is_one_line(fake_tesseract):
    fake_tesseract("echo 'Error in pixRead' >&2; echo more >&2; exit 1")
    with pytest.raises(InputError, match=r"tesseract failed \(Error in pixRead\)"):
        Tesseract().answers([np.zeros((4, 4), np.uint8)])
    fake_tesseract("printf 'one\\f'")
    with pytest.raises(InputError, match="answered"):
        Tesseract().answers([np.zeros((4, 4), np.uint8)] * 3)
