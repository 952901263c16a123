"""Lines drawn with a font: the same for the same seed, spelt as they are drawn, legible whatever the settings."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.fonts import BASELINE, ROWS, Face
from frugal.data.line_source import RawLine
from frugal.data.paper import Paper
from frugal.data.synthetic_lines import SyntheticLines, chosen_face, letter_by_letter, with_pen, word_by_word
from frugal.text import FRENCH, normalise
from tests.unit.data.handwriting import write_font, write_sentences

BARE = replace(Paper(**{field.name: 0.0 for field in fields(Paper)}), faint=1.0)


@pytest.fixture
def source(tmp_path: Path) -> SyntheticLines:
    write_font(tmp_path / "fonts")
    text = write_sentences(tmp_path / "text.txt")
    return SyntheticLines(fonts=str(tmp_path / "fonts"), texts=(str(text),), count=30)


def same(left: RawLine, right: RawLine) -> bool:
    return np.array_equal(left.image, right.image) and (left.text, left.id) == (right.text, right.id)


def pixels(line: RawLine) -> np.ndarray:
    assert isinstance(line.image, np.ndarray)
    return line.image


def test_lines_are_grey_images_with_texts_of_the_alphabet(source: SyntheticLines) -> None:
    lines = list(source.stream(np.random.default_rng(1)))
    assert len(lines) == len(source) == 30
    for line in lines:
        assert (pixels(line).dtype, pixels(line).shape[0]) == (np.uint8, 64)
        assert 12 <= pixels(line).shape[1] / len(line.text) <= 60
        assert set(normalise(line.text)) <= set(FRENCH)
        assert (line.writer, line.kind, line.split) == ("font-hand", "synthetic", None)
    assert len({line.id for line in lines}) == 30
    assert len({line.text for line in lines}) > 20


def test_the_generator_decides_everything(source: SyntheticLines) -> None:
    first, again, other = (list(source.stream(np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert all(map(same, first, again))
    assert not any(map(same, first, other))


def test_without_a_generator_the_seed_decides(source: SyntheticLines) -> None:
    assert all(map(same, source.stream(None), source.stream(None)))
    assert not any(map(same, source.stream(None), replace(source, seed=1).stream(None)))


def test_there_is_ink_between_margins_of_paper(source: SyntheticLines) -> None:
    for line in replace(source, paper=BARE, wobble=0.0).stream(None):
        ink = pixels(line) < 128
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        assert 0.02 < ink.mean() < 0.5
        assert rows[-1] - rows[0] > 20
        assert columns[0] >= 1 and columns[-1] < ink.shape[1] - 1


def test_height_and_slant_are_kept(source: SyntheticLines) -> None:
    straight = replace(source, height=40, slant=0.0, paper=BARE)
    assert {pixels(line).shape[0] for line in straight.stream(None)} == {40}


@pytest.mark.parametrize("setting", [word_by_word, letter_by_letter])
def test_setting_keeps_the_letters_on_the_line(setting: Any, tmp_path: Path) -> None:
    face = Face(write_font(tmp_path))
    for seed in range(10):
        drawn = setting(face, "nous en avons", np.random.default_rng(seed))
        assert (drawn.dtype, drawn.shape[0]) == (np.uint8, ROWS)
        rows = np.flatnonzero((drawn > 128).any(axis=1))
        assert rows[-1] == pytest.approx(BASELINE, abs=5)
        gaps = np.diff(np.flatnonzero(drawn.any(axis=0)))
        assert np.count_nonzero(gaps > 0.12 * face.x_height) >= 2


def test_a_letter_stands_alone(tmp_path: Path) -> None:
    face = Face(write_font(tmp_path))
    drawn = letter_by_letter(face, "l", np.random.default_rng(0))
    assert drawn.shape[1] == face.letter("l").pixels.shape[1]


def test_the_pen_is_thinner_or_thicker(tmp_path: Path) -> None:
    drawn = Face(write_font(tmp_path)).word("pen").pixels
    masses = [with_pen(drawn, np.random.default_rng(seed)).sum() / drawn.sum() for seed in range(30)]
    assert min(masses) < 0.85 and max(masses) > 1.15


def fake(name: str, letters: str, *, is_unicase: bool = False) -> Face:
    held = set(letters)
    return cast(
        Face,
        SimpleNamespace(
            name=name,
            is_unicase=is_unicase,
            holds=lambda text: set(text) <= held,
            drawable=lambda text: "".join(letter for letter in text if letter in held),
        ),
    )


def test_a_font_that_holds_the_text_is_preferred_else_letters_fall_away() -> None:
    faces = [fake("poor", "abc"), fake("rich", "abcdé")]
    chosen = {chosen_face(faces, "dé", np.random.default_rng(seed))[0].name for seed in range(20)}
    assert chosen == {"rich"}
    assert {chosen_face(faces, "a", np.random.default_rng(seed))[0].name for seed in range(20)} == {"poor", "rich"}
    assert chosen_face(faces[:1], "acé", np.random.default_rng(0))[1] == "ac"


def test_small_capitals_are_labelled_as_capitals() -> None:
    letters = "abéABÉ"
    assert chosen_face([fake("small", letters, is_unicase=True)], "abé", np.random.default_rng(0))[1] == "ABÉ"


def test_a_font_that_holds_nothing_of_the_text() -> None:
    with pytest.raises(InputError, match=r"^the font greek holds no character of 'ab'; try: "):
        chosen_face([fake("greek", "αβ")], "ab", np.random.default_rng(0))


def test_paths_below_the_data_folder(source: SyntheticLines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRUGAL_DATA", str(tmp_path))
    short = replace(source, fonts="fonts", texts=("text.txt",))
    assert all(map(same, short.stream(None), source.stream(None)))
    assert short.fingerprint() == source.fingerprint()


def test_the_fingerprint_follows_contents_and_settings(source: SyntheticLines, tmp_path: Path) -> None:
    before = source.fingerprint()
    assert before == source.fingerprint()
    assert replace(source, slant=3.0).fingerprint() != before
    write_sentences(tmp_path / "text.txt", ("Une autre phrase.",))
    assert replace(source).fingerprint() != before


def test_missing_fonts_and_texts(source: SyntheticLines, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no font in .*nowhere"):
        next(replace(source, fonts=str(tmp_path / "nowhere")).stream(None))
    with pytest.raises(InputError, match=r"nowhere\.txt cannot be read"):
        next(replace(source, texts=(str(tmp_path / "nowhere.txt"),)).stream(None))
    with pytest.raises(InputError, match=r"nowhere\.txt"):
        replace(source, texts=(str(tmp_path / "nowhere.txt"),)).fingerprint()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accents": 2.0}, r"^accents=2\.0; allowed: \[0, 1\]"),
        ({"slant": -1.0}, r"^slant=-1\.0; allowed: \[0, 60\]"),
        ({"length": (40, 20)}, r"^length\[0\]=40; allowed: \[1, 20\]"),
    ],
)
def test_settings_out_of_range(source: SyntheticLines, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(source, **changes)
