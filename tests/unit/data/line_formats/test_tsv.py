"""`lines.tsv` and the images beside it."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from tests.unit.data.stored_lines import png


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "w1").mkdir()
    for name in ("w1/1.png", "w1/2.png", "3.png"):
        (tmp_path / name).write_bytes(png(name))
    lines = ["﻿w1/1.png\tÀ l’été\tanne\ttrain", "w1/2.png\t\tanne", "", "3.png\tdeux mots\t\tvalidation"]
    (tmp_path / "lines.tsv").write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return tmp_path


def test_two_to_four_columns(folder):
    source = open_lines(folder)
    first, second, third = source.stream(None)
    assert (first.id, first.text, first.writer, first.split) == ("w1/1.png", "À l’été", "anne", "train")
    assert (second.id, second.text, second.writer, second.split) == ("w1/2.png", "", "anne", None)
    assert (third.id, third.text, third.writer, third.split) == ("3.png", "deux mots", None, "val")
    assert decoded(third).shape[0] == 40
    assert len(source) == 3
    assert [line.id for line in open_lines(folder / "lines.tsv").described()] == ["w1/1.png", "w1/2.png", "3.png"]


def test_order(tmp_path):
    (tmp_path / "x.png").write_bytes(png("x"))
    (tmp_path / "lines.tsv").write_text("".join(f"x.png\t{number}\n" for number in range(60)))
    source = open_lines(tmp_path)
    orders = [[line.text for line in source.stream(np.random.default_rng(seed))] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0], key=int) == [str(number) for number in range(60)]


def test_the_fingerprint_sees_texts_and_images(folder):
    before = open_lines(folder).fingerprint()
    assert open_lines(folder).fingerprint() == before
    (folder / "3.png").write_bytes(png("another"))
    other_image = open_lines(folder).fingerprint()
    text = (folder / "lines.tsv").read_text(encoding="utf-8")
    (folder / "lines.tsv").write_text(text.replace("deux", "trois"), encoding="utf-8")
    assert len({before, other_image, open_lines(folder).fingerprint()}) == 3


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (b"3.png\tok\n\nonly text\n", "line 3: 1 column; allowed: file TAB text"),
        (b"3.png\tok\nnone.png\tb\n", "line 2: no file"),
        (b"3.png\tok\n\tb\n", "line 2: no name of a file"),
        (b"3.png\t\xe9t\xe9\n", "line 1: not UTF-8"),
        (b"\n", "is empty"),
    ],
)
def test_a_bad_line_is_named(folder, lines, part):
    (folder / "lines.tsv").write_bytes(lines)
    with pytest.raises(InputError, match=part):
        open_lines(folder)


def test_an_image_that_vanishes_later(folder):
    source = open_lines(folder)
    (folder / "3.png").unlink()
    with pytest.raises(InputError, match=r"3\.png cannot be read"):
        list(source.stream(None))
