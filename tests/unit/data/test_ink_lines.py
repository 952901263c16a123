"""Lines of pen-stroke words: of one writer, on one baseline, of one size, spelt as they are drawn."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from frugal.contract import InputError
from frugal.data.files import read_npz
from frugal.data.ink_lines import NAMES, InkLines, InkWords, reach
from frugal.data.line_source import RawLine
from frugal.data.paper import Paper
from tests.unit.data.handwriting import upright, write_words

BARE = replace(Paper(**{field.name: 0.0 for field in fields(Paper)}), faint=1.0)
TRAIN, VAL = 0, 1
ITEMS = [
    ("lit", 3, TRAIN),
    ("hill", 3, TRAIN),
    ("till", 3, TRAIN),
    ("Fill", 8, TRAIN),
    ("I'll be", 8, TRAIN),
    ("held", 9, VAL),
    ("**#", 3, TRAIN),
    ("l#t", 3, TRAIN),
    ("...", 3, TRAIN),
    ("lit ; hill", 3, TRAIN),
    ("abcdefghijklmnopqrstuvwxyz", 3, TRAIN),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_words(tmp_path / "unipen_words.npz", ITEMS)


@pytest.fixture
def source(path: Path) -> InkLines:
    return InkLines(path=str(path), count=25)


def words(path: Path, split: str = "train") -> InkWords:
    return InkWords(read_npz(path, NAMES), split, str(path))


def pixels(line: RawLine) -> np.ndarray:
    assert isinstance(line.image, np.ndarray)
    return line.image


def same(left: RawLine, right: RawLine) -> bool:
    return np.array_equal(left.image, right.image) and (left.text, left.id) == (right.text, right.id)


def test_lines_hold_words_of_one_writer_only(source: InkLines) -> None:
    own = {"unipen-3": {"lit", "hill", "till"}, "unipen-8": {"Fill", "I'll", "be"}}
    lines = list(source.stream(np.random.default_rng(0)))
    assert len(lines) == len(source) == 25
    assert {line.writer for line in lines} == set(own)
    for line in lines:
        assert (pixels(line).dtype, pixels(line).shape[0]) == (np.uint8, 64)
        assert line.writer is not None and set(line.text.split()) <= own[line.writer]
        assert len(line.text) >= 8
        assert line.kind == "ink"
    assert len({line.id for line in lines}) == 25


def test_the_other_split_is_other_writers(source: InkLines) -> None:
    assert {line.writer for line in replace(source, split="val").stream(None)} == {"unipen-9"}


def test_the_generator_decides_everything(source: InkLines) -> None:
    first, again, other = (list(source.stream(np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert all(map(same, first, again))
    assert not any(map(same, first, other))
    assert all(map(same, source.stream(None), source.stream(None)))
    assert not any(map(same, source.stream(None), replace(source, seed=1).stream(None)))


def test_each_letter_of_the_text_is_on_the_paper(source: InkLines) -> None:
    straight = replace(source, paper=BARE, wobble=0.0, thickness=(1.5, 2.0), uneven=0.0)
    for line in straight.stream(None):
        ink = pixels(line) < 190
        _, strokes = ndimage.label(ink, structure=np.ones((3, 3)))
        assert strokes == len(line.text.replace(" ", "")) + line.text.count(
            "I'll be"
        )  # there is a stroke for its space
        columns = np.flatnonzero(ink.any(axis=0))
        assert columns[0] >= 2 and columns[-1] < ink.shape[1] - 2


def test_words_stand_apart(source: InkLines) -> None:
    straight = replace(source, paper=BARE, wobble=0.0, slant=0.0, thickness=(1.5, 2.0), length=(20, 30))
    for line in straight.stream(None):
        if line.writer != "unipen-3":
            continue
        gaps = np.diff(np.flatnonzero((pixels(line) < 160).any(axis=0)))
        between = np.sort(gaps[gaps > 1])
        assert len(between) == len(line.text.replace(" ", "")) - 1
        assert line.text.count(" ") >= 3


def test_odd_symbols_alphabets_and_two_rows_are_left_out(path: Path, tmp_path: Path) -> None:
    usable = words(path)
    assert {usable.texts[row] for rows in usable.rows for row in rows} == {"lit", "hill", "till", "Fill", "I'll be"}
    narrow = [np.stack([np.linspace(0, 40, 12), np.linspace(0, 95, 12)], axis=1)]
    points = [narrow, upright(3, 95)]
    other = words(write_words(tmp_path / "rows.npz", [("twowords", 1, 0), ("two", 1, 0)], points))
    assert [other.texts[row] for rows in other.rows for row in rows] == ["two"]


def test_words_are_brought_to_one_size(tmp_path: Path) -> None:
    items = [("sun", 1, TRAIN), ("lid", 1, TRAIN), ("gnu", 1, TRAIN), ("pig", 1, TRAIN)]
    points = [upright(3, 95) for _ in items]
    points[0] = [stroke * [2.0, 1.0] for stroke in points[0]]  # "sun" has no tall letter: the file shows it larger
    usable = words(write_words(tmp_path / "words.npz", items, points))
    for row, (text, _, _) in enumerate(items):
        above, below = reach(text)
        strokes = usable.strokes(row)
        top, bottom = strokes.points[:, 1].min(), strokes.points[:, 1].max()
        assert -top / above == pytest.approx(bottom / below if below else -top / above, rel=1e-4)
        assert (bottom - top) / (above + below) == pytest.approx(1.0, abs=0.31)
        assert strokes.points[:, 0].min() == 0.0
        assert strokes.ends.sum() == 3 and strokes.ends[-1]


def test_a_word_of_narrow_letters_was_scaled_too_small(tmp_path: Path) -> None:
    items = [("lid", 1, TRAIN)] * 4 + [("bed", 1, TRAIN)]
    points = [upright(3, 95) for _ in items]
    points = [[stroke * [2.0, 1.0] for stroke in word] for word in points]
    points[4] = [stroke * [0.7, 1.0] for stroke in points[4]]
    usable = words(write_words(tmp_path / "words.npz", items, points))
    usual, larger = (np.ptp(usable.strokes(row).points[:, 1]) for row in (0, 4))
    assert larger / usual == pytest.approx((1 / 0.7) ** 0.5, rel=1e-4)


def test_writers_of_many_words_do_not_drown_the_others(tmp_path: Path) -> None:
    items = [("lit", 1, TRAIN)] * 64 + [("lit", 2, TRAIN)] * 4
    shares = words(write_words(tmp_path / "words.npz", items)).shares
    assert shares.tolist() == pytest.approx([0.8, 0.2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en", (1.0, 0.0)),
        ("il", (2.0, 0.0)),
        ("AN", (1.8, 0.0)),
        ("ti", (1.6, 0.0)),
        ("go", (1.0, 0.9)),
        ("a,", (1.0, 0.3)),
    ],
)
def test_reach(text: str, expected: tuple[float, float]) -> None:
    assert reach(text) == expected


def test_below_the_data_folder_and_fingerprint(source: InkLines, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRUGAL_DATA", str(path.parent))
    short = replace(source, path=path.name)
    assert all(map(same, short.stream(None), source.stream(None)))
    before = source.fingerprint()
    assert short.fingerprint() == before != replace(source, slant=1.0).fingerprint()
    write_words(path, ITEMS[:5])
    assert source.fingerprint() != before


def test_a_missing_or_broken_file(source: InkLines, path: Path, tmp_path: Path) -> None:
    missing = replace(source, path=str(tmp_path / "none.npz"))
    for use in (missing.fingerprint, lambda: next(missing.stream(None))):
        with pytest.raises(InputError, match=r"^no file .*none\.npz; try: path=FILE"):
            use()
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(InputError, match=r"unipen_words\.npz cannot be read"):
        next(source.stream(None))


@pytest.mark.parametrize(
    "change",
    [
        {"offsets": np.array([0, 5], np.int32)},
        {"writer": np.zeros(2, np.int16)},
        {"y": np.zeros(7, np.uint8)},
        {"offsets": np.arange(len(ITEMS) + 1, dtype=np.int32)[::-1]},
        {"offsets": np.full(len(ITEMS) + 1, 10**6, np.int32)},
    ],
)
def test_arrays_that_do_not_belong_together(source: InkLines, path: Path, change: dict[str, Any]) -> None:
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez_compressed(path, **(arrays | change))
    with pytest.raises(InputError, match="its arrays do not belong together"):
        next(source.stream(None))


def test_an_unknown_split_and_one_without_words(source: InkLines) -> None:
    with pytest.raises(InputError, match=r"^split=dev; allowed: train, val, test"):
        next(replace(source, split="dev").stream(None))
    with pytest.raises(InputError, match=r"holds no usable word of split test"):
        next(replace(source, split="test").stream(None))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"thickness": (0.1, 2.0)}, r"^thickness\[0\]=0\.1; allowed: \[0\.5, 2\]"),
        ({"length": (9, 3)}, r"^length\[0\]=9; allowed: \[1, 3\]"),
        ({"slant": 90.0}, r"^slant=90\.0"),
    ],
)
def test_settings_out_of_range(source: InkLines, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        replace(source, **changes)
