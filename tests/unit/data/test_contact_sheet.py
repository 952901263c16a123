"""The contact sheet: flagged lines first, a fair sample of the rest, everything inside its cell."""

import numpy as np
import pytest
from PIL import ImageFont

from frugal.data import contact_sheet
from frugal.data.contact_sheet import CELL_WIDTH, COLUMNS, GAP, IMAGE_HEIGHT, LINES, TEXT_HEIGHT, ContactSheet
from frugal.data.line_source import RawLine
from tests.unit.data.stored_lines import drawn


def sheet_of(count, problems=lambda number: [], pixels=None):
    sheet = ContactSheet(np.random.default_rng(0))
    for number in range(count):
        line = RawLine(image=b"", text=f"« été » {number}", id=f"id{number}")
        sheet.add(line, drawn("bonjour") if pixels is None else pixels, problems(number))
    return sheet


def test_flagged_lines_come_first_and_not_too_many_of_a_kind():
    sheet = sheet_of(120, lambda number: ["no ink"] if number % 10 == 0 else (["too long"] if number == 77 else []))
    assert [shown.id for shown in sheet.flagged] == ["id0", "id10", "id20", "id77"]
    assert len(sheet.sample) == LINES


def test_the_sample_is_fair():
    counts = np.zeros(100)
    for seed in range(200):
        sheet = ContactSheet(np.random.default_rng(seed))
        for number in range(100):
            sheet.add(RawLine(image=b"", text="", id=str(number)), None, [])
        counts[[int(shown.id) for shown in sheet.sample]] += 1
    expected = 200 * LINES / 100
    assert abs(counts - expected).max() < 5 * np.sqrt(expected * (1 - LINES / 100))
    assert abs(counts[:50].mean() - expected) < 5


@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_the_size_follows_the_number_of_lines(count):
    picture = sheet_of(count).draw()
    rows = -(-min(count, LINES) // COLUMNS)
    assert picture.size == (
        COLUMNS * (CELL_WIDTH + GAP) + GAP,
        rows * (IMAGE_HEIGHT + TEXT_HEIGHT + GAP) + GAP,
    )


def test_a_line_is_drawn_where_it_belongs_and_a_flag_is_red():
    picture = np.asarray(sheet_of(2, lambda number: ["no ink"] * number).draw()).astype(int)
    second, first = picture[:, : CELL_WIDTH + GAP], picture[:, CELL_WIDTH + GAP :]
    assert np.array_equal(picture[GAP : GAP + 40, GAP : GAP + 128, 0], drawn("bonjour")), "the flagged one"
    is_red = lambda part: (part[..., 0] - part[..., 1] > 100).any()  # noqa: E731
    assert is_red(second)
    assert not is_red(first)
    assert (first < 100).any(), "ink and text"


@pytest.mark.parametrize("shape", [(3, 9000), (500, 40), (1, 1), (40, 300)])
def test_any_shape_fits(shape):
    sheet = sheet_of(1, pixels=np.zeros(shape, np.uint8))
    height, width = sheet.sample[0].pixels.shape
    assert 1 <= height <= IMAGE_HEIGHT
    assert 1 <= width <= CELL_WIDTH
    sheet.draw()


def test_an_unreadable_line_has_a_cell_too():
    sheet = ContactSheet(np.random.default_rng(0))
    sheet.add(RawLine(image=b"", text="x" * 500, id="a"), None, ["unreadable image"])
    assert (np.asarray(sheet.draw()) < 128).any()


def test_a_system_without_fonts_draws_plain_letters(monkeypatch):
    def no_font(name, size):
        raise OSError("cannot open resource")

    with_accents = np.asarray(sheet_of(1).draw())
    monkeypatch.setattr(ImageFont, "truetype", no_font)
    assert contact_sheet._font() is None
    monkeypatch.undo()
    monkeypatch.setattr(contact_sheet, "_font", lambda: None)
    assert not np.array_equal(np.asarray(sheet_of(1).draw()), with_accents)
