"""`frugal data make unipen`: the three files, in the layout of the published ones, read by the loaders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frugal.cli.main import run
from frugal.data.ink_lines import InkLines
from frugal.data.letter_lines import LetterLines
from frugal.data.unipen.making import FILES, split_of
from frugal.data.unipen_chars import UnipenChars
from tests.unit.data.handwriting import write_sentences
from tests.unit.data.unipen.miniature import LETTERS, write_distribution

SHARED = {"writer": "i2", "source": "u1", "sources": "U", "split": "u1", "splits": "U"}
CHARACTERS = SHARED | {"label": "U", "cat": "u1", "cats": "U"}
LAYOUTS = {
    FILES[0]: CHARACTERS | {"images": "u1"},
    FILES[1]: CHARACTERS | {"offsets": "i4", "points": "u1", "stroke_end": "?", "rel_height": "f2"},
    FILES[2]: SHARED | {"offsets": "i4", "x": "i2", "y": "u1", "stroke_end": "?", "text": "U", "is_text_line": "?"},
}


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    folder, out = write_distribution(tmp_path / "train_r01_v07"), tmp_path / "out"
    assert run(["data", "make", "unipen", str(folder), str(out)]) == 0
    return out, capsys.readouterr().out


def test_what_is_said(made) -> None:
    lines = made[1].splitlines()
    assert lines[0] == "1a                 12  taken, 11 left out"
    assert "                    3    an included file is missing" in lines
    assert lines[-1].startswith("wrote chars/unipen_images28.npz, ")


def test_keys_and_types(made) -> None:
    for name, layout in LAYOUTS.items():
        with np.load(made[0] / name, allow_pickle=False) as arrays:
            assert set(arrays.files) == set(layout)
            for key, kind in layout.items():
                assert arrays[key].dtype == kind if kind != "U" else arrays[key].dtype.kind == "U", key
    assert not list(made[0].rglob("*.part"))


def test_characters(made) -> None:
    images, strokes = (np.load(made[0] / name) for name in FILES[:2])
    for key in ("label", "writer", "split", "cat", "source"):
        assert np.array_equal(images[key], strokes[key])
    assert {strokes["cats"][index].item() for index in strokes["cat"]} == {"digit", "upper", "lower", "symbol"}
    assert strokes["offsets"][-1] == len(strokes["points"]) == len(strokes["stroke_end"])
    assert strokes["stroke_end"][strokes["offsets"][1:] - 1].all()
    heights = dict(zip(strokes["label"].tolist(), strokes["rel_height"].tolist(), strict=True))
    assert heights["a"] == 1.0
    assert heights["."] == pytest.approx(18 / 108, abs=0.02)
    first = strokes["points"][: strokes["offsets"][1]]
    assert (first.min(), first.max()) == (0, 255)


def test_a_full_stop_stays_small(made) -> None:
    arrays = np.load(made[0] / FILES[0])
    sums = {label: image.sum() for label, image in zip(arrays["label"].tolist(), arrays["images"], strict=True)}
    assert 0 < sums["."] < sums["z"]


def test_units_of_x_and_other_columns_make_no_difference(made) -> None:
    """The third writer's x has twice the density and stands in the second of four columns."""
    arrays = np.load(made[0] / FILES[0])
    by_writer = [arrays["images"][arrays["writer"] == writer] for writer in (0, 2)]
    assert np.array_equal(*by_writer)


def test_words(made) -> None:
    arrays = np.load(made[0] / FILES[2])
    assert sorted(set(arrays["text"].tolist())) == ["hill", "hill on \\ bo", "on"]
    assert set(arrays["text"][arrays["is_text_line"]].tolist()) == {"hill on \\ bo"}
    row = arrays["text"].tolist().index("hill")
    span = slice(*arrays["offsets"][row : row + 2])
    assert arrays["y"][span].max() in range(93, 97)
    assert arrays["x"][span].min() == arrays["y"][span].min() == 0
    assert arrays["stroke_end"][span].sum() == 4


def test_the_loaders_read_them(made, tmp_path: Path) -> None:
    data = UnipenChars(root=str(made[0] / "chars"), rel_height=True, batch_size=4)
    data.setup()
    assert set(data.splits.test.groups) == {"1"}  # kees
    assert set(data.splits.train.groups) | set(data.splits.selection.groups) == {"0", "2"}
    words = InkLines(path=str(made[0] / FILES[2]), count=2, length=(4, 8))
    assert {line.writer for line in words.stream(None)} == {"unipen-0"}
    sentences = write_sentences(tmp_path / "texts.txt", (LETTERS,))
    letters = LetterLines(path=str(made[0] / FILES[1]), texts=[str(sentences)], count=2, split="val")
    assert {line.writer for line in letters.stream(None)} == {"unipen-1"}


def test_the_same_again_gives_the_same_files(made, tmp_path: Path) -> None:
    before = {name: dict(np.load(made[0] / name)) for name in FILES}
    assert run(["data", "make", "unipen", str(tmp_path / "train_r01_v07"), str(made[0])]) == 0
    for name, arrays in before.items():
        after = np.load(made[0] / name)
        assert all(np.array_equal(arrays[key], after[key]) for key in arrays)


def test_about_a_fifth_of_the_writers_is_val() -> None:
    assert 0.15 < np.mean([split_of(f"writer {number}") == "val" for number in range(1000)]) < 0.25


@pytest.mark.parametrize("arguments", [["unipen"], ["mnist", "a", "b"], ["unipen", "a", "b", "c"]])
def test_other_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "make", *arguments]) == 2
    assert "unipen FOLDER OUT" in capsys.readouterr().err


def test_a_file_in_the_place_of_out_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("")
    assert run(["data", "make", "unipen", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "cannot be written" in capsys.readouterr().err
