"""Pictures of letters stand on one writing line; a character that a font lacks is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.fonts import BASELINE, ROWS, Face, font_files
from tests.unit.data.handwriting import write_font


@pytest.fixture
def face(tmp_path: Path) -> Face:
    return Face(write_font(tmp_path))


def rows(face: Face, text: str) -> np.ndarray:
    return np.flatnonzero((face.word(text).pixels > 128).any(axis=1))


def test_letters_stand_on_the_writing_line(face: Face) -> None:
    for letter in "xlEH":
        assert rows(face, letter)[-1] == pytest.approx(BASELINE - 1, abs=1)
    assert rows(face, "p")[-1] > BASELINE + 4
    assert rows(face, "x")[0] == pytest.approx(BASELINE - face.x_height, abs=1)
    assert rows(face, "E")[0] < rows(face, "x")[0] - 4


def test_a_word_is_its_letters_side_by_side(face: Face) -> None:
    word = face.word("lit")
    assert (word.pixels.dtype, word.pixels.shape[0]) == (np.uint8, ROWS)
    assert word.pixels[:, 0].any() and word.pixels[:, -1].any()
    assert word.advance == pytest.approx(sum(face.letter(letter).advance for letter in "lit"), abs=3)
    assert word.pixels.astype(int).sum() == pytest.approx(
        sum(face.letter(letter).pixels.astype(int).sum() for letter in "lit"), rel=0.02
    )


def test_a_letter_is_drawn_once(face: Face) -> None:
    assert face.letter("a") is face.letter("a")


def test_a_space_has_width_and_no_ink(face: Face) -> None:
    assert face.letter(" ").pixels.shape == (ROWS, 0)
    assert face.letter(" ").advance > 5


def test_characters_that_the_font_lacks(face: Face) -> None:
    assert face.holds("Qui va l'aider ? 12,50 (deux)")
    assert not face.holds("漢")
    assert not face.holds("été"), "Pillow's font is known to stop at ASCII"
    assert face.drawable("un 漢 deux 字x") == "un deux x"
    assert face.drawable("漢字") == ""


def test_capitals_of_two_heights_are_not_taken_for_one_case(face: Face) -> None:
    assert not face.is_unicase
    assert face.name == "hand"


def test_fonts_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.ttf", "a.otf", "C.TTF"):
        write_font(tmp_path, name)
    (tmp_path / "README.md").write_text("fonts")
    assert [path.name for path in font_files(tmp_path)] == ["C.TTF", "a.otf", "b.ttf"]


def test_a_folder_without_fonts_and_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no font in .*; allowed: a folder with \.ttf, .*\.woff2 files; try: "):
        font_files(tmp_path / "nowhere")
    (tmp_path / "broken.ttf").write_bytes(b"no font at all")
    with pytest.raises(InputError, match=r"broken\.ttf is no font"):
        Face(tmp_path / "broken.ttf")


def test_fonts_of_the_web_are_found_and_other_files_are_not(tmp_path: Path) -> None:
    for name in ("b.woff2", "a.TTF", "c.woff", "licence.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in font_files(tmp_path)] == ["a.TTF", "b.woff2", "c.woff"]
