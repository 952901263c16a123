"""Lines set from isolated characters: whose they are, where they stand, what is composed, and what is refused."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from frugal.contract import InputError
from frugal.data.files import read_npz
from frugal.data.ink_letters import ACCENTS, LOWER, NAMES, Hand, InkLetters
from frugal.data.letter_lines import LetterLines
from frugal.data.line_source import RawLine
from frugal.data.paper import Paper
from frugal.data.pen_strokes import Strokes
from tests.unit.data.handwriting import write_characters, write_sentences

BARE = replace(Paper(**{field.name: 0.0 for field in fields(Paper)}), faint=1.0)
TRAIN, VAL = 0, 1
TALL = set("bdfhkltij")
SIGNS = ".,-'"


def characters(*, without: str = "") -> list[tuple[str, int, int, float]]:
    """(label, writer, split, rel_height): writer 3 wrote all letters, 4 only capitals and signs, 9 is of split val."""
    heights = {letter: 1.4 if letter in TALL else 0.7 for letter in LOWER}
    small = [(letter, 3, TRAIN, height) for letter, height in heights.items() if letter not in without]
    rest = [(letter, 4, TRAIN, 1.2) for letter in LOWER.upper()] + [(sign, 4, TRAIN, 0.1) for sign in SIGNS]
    return [*small, *rest, *((letter, 9, VAL, height) for letter, height in heights.items())]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_characters(tmp_path / "unipen_strokes.npz", characters())


@pytest.fixture
def source(path: Path, tmp_path: Path) -> LetterLines:
    sentences = write_sentences(tmp_path / "sentences.txt")
    return LetterLines(path=str(path), texts=[str(sentences)], count=12, entries=0.0, accents=0.0)


def letters(path: Path, split: str = "train") -> InkLetters:
    return InkLetters(read_npz(path, NAMES), split, str(path))


def pixels(line: RawLine) -> np.ndarray:
    assert isinstance(line.image, np.ndarray)
    return line.image


def extent(strokes: Strokes) -> tuple[float, float]:
    return float(strokes.points[:, 1].min()), float(strokes.points[:, 1].max())


def written(known: InkLetters, letter: str, seed: int = 0) -> Strokes:
    return known.written(letter, Hand(3, {}), np.random.default_rng(seed))


def test_hands_are_those_who_wrote_the_alphabet(path: Path) -> None:
    assert letters(path).names == [3]
    assert letters(path, "val").names == [9]


def test_small_letters_are_an_x_height_high_and_stand_on_the_baseline(path: Path) -> None:
    known = letters(path)
    for letter, expected in (("a", (-1.0, 0.0)), ("d", (-2.0, 0.0)), ("g", (-1.0, 0.0)), ("A", (-1.2 / 0.7, 0.0))):
        assert extent(written(known, letter)) == pytest.approx(expected, abs=1e-3), letter
    assert written(known, "a").points[:, 0].min() == 0.0


@pytest.mark.parametrize(("letter", "above", "below"), [("'", -1.9, -1.5), ("-", -0.7, -0.4), (",", -0.2, 0.1)])
def test_signs_hang_or_float(path: Path, letter: str, above: float, below: float) -> None:
    top, bottom = extent(written(letters(path), letter))
    assert above < top < bottom < below


def test_accents_lie_over_their_letters_and_the_cedilla_under(path: Path) -> None:
    known = letters(path)
    for seed in range(10):
        for letter in "éèêëñ":
            assert known.holds(letter)
            accented = written(known, letter, seed)
            top, bottom = extent(accented)
            assert -2.0 < top < -1.0 and bottom == pytest.approx(0.0, abs=1e-4)
            assert accented.ends.sum() > 1
        top, bottom = extent(written(known, "ç", seed))
        assert top == pytest.approx(-1.0, abs=1e-4) and 0.2 < bottom < 0.8


def test_an_i_gives_its_dot_for_an_accent(tmp_path: Path) -> None:
    stem = np.stack([np.full(8, 10.0), np.linspace(60, 255, 8)], axis=1)
    dot = np.array([[10.0, 0.0], [11.0, 2.0]])
    items = characters()
    place = [label for label, *_ in items].index("i")
    path = write_characters(tmp_path / "dotted.npz", items, {place: [stem, dot]})
    known = letters(path)
    assert written(known, "i").ends.sum() == 2
    assert written(known, "î").ends.sum() == 2
    assert written(known, "ï").ends.sum() == 3
    assert extent(written(known, "i"))[0] == pytest.approx(-2.0)


def test_ligatures_and_quotes_are_two_characters_close_together(path: Path) -> None:
    known = letters(path)
    both, alone = written(known, "œ"), written(known, "o")
    assert both.ends.sum() == 2
    assert np.ptp(both.points[:, 0]) < 2 * np.ptp(alone.points[:, 0]) + 0.06
    assert not known.holds("«") and not known.holds("€") and not known.holds("ł")
    assert known.holds("’") and known.holds("…")


def test_what_somebody_did_not_write_is_lent_by_one_other(path: Path, tmp_path: Path) -> None:
    items = [*characters(without="q"), ("q", 5, TRAIN, 0.7), ("q", 6, TRAIN, 0.7)]
    known = letters(write_characters(tmp_path / "lent.npz", items))
    for seed in range(6):
        random, hand = np.random.default_rng(seed), Hand(3, {})
        known.written("q", hand, random)
        lender = hand.lenders["q"]
        known.written("q", hand, random)
        assert lender in (5, 6) and hand.lenders == {"q": lender}
    assert "a" not in hand.lenders


def test_odd_heights_are_left_out(tmp_path: Path) -> None:
    items = [*characters(), *[("a", 3, TRAIN, 0.7)] * 20, ("a", 3, TRAIN, 9.0), ("a", 3, TRAIN, 0.01)]
    known = letters(write_characters(tmp_path / "odd.npz", items))
    for seed in range(60):
        assert extent(written(known, "a", seed)) == pytest.approx((-1.0, 0.0), abs=1e-3)


def test_lines_are_spelt_as_they_are_drawn(source: LetterLines) -> None:
    plain = replace(source, paper=BARE, wobble=0.0, slant=0.0, cursive=0.0, thickness=(1.5, 2.0), gap=(0.4, 0.6))
    lines = list(plain.stream(np.random.default_rng(0)))
    assert len(lines) == len(plain) == 12
    for line in lines:
        assert (pixels(line).dtype, pixels(line).shape[0]) == (np.uint8, 64)
        assert (line.writer, line.kind) == ("unipen-3", "letters")
        assert line.text and line.text == " ".join(line.text.split())
        assert not set(line.text) & set("«»;")
        drawn = line.text.replace(" ", "")
        _, count = ndimage.label(pixels(line) < 190, structure=np.ones((3, 3)))
        strokes = len(drawn) + sum(len(ACCENTS[m]) for c in drawn for m in _marks(c)) + drawn.count("œ")
        assert 0.6 * strokes <= count <= strokes


def _marks(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[1:]


def test_a_hurried_hand_lifts_the_pen_less(path: Path, source: LetterLines) -> None:
    def lifted(cursive: float) -> int:
        how = replace(source, cursive=cursive)
        random = np.random.default_rng(3)
        return int(how._set("nous allons bien", Hand(3, {}), random).ends.sum())

    assert lifted(1.0) < lifted(0.0) == 14


def test_the_generator_decides_everything(source: LetterLines) -> None:
    def drawn(lines: LetterLines, seed: int | None) -> list[tuple[bytes, str]]:
        random = None if seed is None else np.random.default_rng(seed)
        return [(pixels(line).tobytes(), line.text) for line in lines.stream(random)]

    assert drawn(source, 1) == drawn(source, 1) != drawn(source, 2)
    assert drawn(source, None) == drawn(source, None) != drawn(replace(source, seed=1), None)


def test_the_fingerprint_is_of_contents(source: LetterLines, path: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.npz"
    moved.write_bytes(path.read_bytes())
    assert replace(source, path=str(moved)).fingerprint() == source.fingerprint()
    assert replace(source, cursive=0.1).fingerprint() != source.fingerprint()
    other = write_sentences(tmp_path / "other.txt", ("Autre chose.",))
    assert replace(source, texts=[str(other)]).fingerprint() != source.fingerprint()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"path": "no/such.npz"}, "no file"),
        ({"split": "dev"}, "split=dev"),
        ({"split": "test"}, "holds nobody"),
    ],
)
def test_files_and_splits_that_will_not_do(source: LetterLines, change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        next(replace(source, **change).stream(None))


@pytest.mark.parametrize(
    "change", [{"cursive": 1.5}, {"gap": (0.5, 0.1)}, {"length": (0, 5)}, {"slant": 80.0}, {"thickness": (0.1, 1.0)}]
)
def test_arguments_are_checked(source: LetterLines, change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        replace(source, **change)


def test_arrays_must_belong_together(path: Path) -> None:
    arrays = dict(read_npz(path, NAMES))
    arrays["writer"] = arrays["writer"][:-1]
    with pytest.raises(InputError, match="do not belong together"):
        InkLetters(arrays, "train", "file.npz")
