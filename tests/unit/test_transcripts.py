"""Files of transcripts as engines, people and runs write them, and what is wrong with some."""

from __future__ import annotations

from pathlib import Path

import pytest

from frugal.contract import InputError, Prediction, Tally
from frugal.evaluation import Evaluation
from frugal.transcripts import read_answers, read_truth


def written(folder: Path, content: str, name: str = "t.tsv") -> Path:
    (folder / name).write_bytes(content.encode())
    return folder / name


def test_plain_lines_with_and_without_writers(tmp_path: Path) -> None:
    assert read_answers(written(tmp_path, "a\tété\nb\t\n\n")) == {"a": "été", "b": ""}
    truth = read_truth(written(tmp_path, "b\tun\tw1\ttrain\na\tdeux\tw2\tval\n"))
    assert list(truth.texts.items()) == [("b", "un"), ("a", "deux")]
    assert truth.writers == ("w1", "w2")
    assert read_truth(written(tmp_path, "a\tun\n")).writers is None


def test_quotation_marks_spaces_and_strange_separators_stay_as_they_are(tmp_path: Path) -> None:
    answers = read_answers(written(tmp_path, '\ufeffa\t"Oui\r\nb\t  x \u2028y\x85\n'))
    assert answers == {"a": '"Oui', "b": "  x \u2028y\x85"}


@pytest.mark.parametrize("header", ["file\ttext\twriter", "writer\tid\ttranscription", "Item\tconfidence\tReference"])
def test_a_header_names_the_columns(tmp_path: Path, header: str) -> None:
    cells = {"file": "a", "id": "a", "Item": "a", "writer": "w", "confidence": "0.5"}
    line = "\t".join(cells.get(name, "été") for name in header.split("\t"))
    truth = read_truth(written(tmp_path, f"{header}\n{line}\n"))
    assert truth.texts == {"a": "été"}
    assert truth.writers == (("w",) if "writer" in header else None)


def test_the_predictions_of_a_run_give_truth_writers_and_answers(tmp_path: Path) -> None:
    """Texts with tabs and quotation marks come back as they were."""
    truths, answers = ("dit «\u00a0oui\u00a0»", 'le "chat"', "a\tb"), ("dit", '"', 'x\ny"')
    Evaluation(
        ids=("1", "2", "3"),
        groups=("w", "w", "v"),
        truths=truths,
        predictions=tuple(Prediction(value=answer, confidence=0.5) for answer in answers),
        tallies=(Tally(1, 2),) * 3,
        breakdown={},
    ).write_tsv(tmp_path / "predictions.tsv")
    for place in (tmp_path, tmp_path / "predictions.tsv"):
        assert tuple(read_truth(place).texts.values()) == truths
        assert read_truth(place).writers == ("w", "w", "v")
        assert read_answers(place) == dict(zip(("1", "2", "3"), answers, strict=True))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no line"),
        ("\n \n", "holds no line"),
        ("item\ttext\n", "holds no line"),
        ("a\tx\nb\n", r"line 2: columns 'b'; allowed: 2 to 4 columns"),
        ("a\tx\n\na\ty\n", "line 3: 'a' a second time"),
        ("a\tx\tw\nb\ty\n", "'b' has no writer, others do"),
        ("item\ttext\twriter\na\tx\n", r"line 2: columns 'a \| x'; allowed: 3 columns"),
        ('item\tgroup\ttruth\tanswer\n1\t\t"a"b\tx\n', "line 2: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_truth(written(tmp_path, content))


def test_answers_have_two_columns_so_that_no_text_is_cut_at_a_tab(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="allowed: 2 columns"):
        read_answers(written(tmp_path, "a\tun\tdeux\n"))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"a\t\xe9t\xe9\n")
    with pytest.raises(InputError, match=r"latin \(no UTF-8\)"):
        read_answers(tmp_path / "latin")
    with pytest.raises(InputError, match=r"predictions.tsv \(No such file"):
        read_answers(tmp_path)
