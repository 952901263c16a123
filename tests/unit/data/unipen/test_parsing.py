"""The UNIPEN format: what counts as a component, delineations, labels, columns, includes, what cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from frugal.data.unipen.parsing import Unusable, read_ink, read_segment, read_statements

INK = """.COORD X Y T
.WRITER_ID first
.PEN_DOWN
1 10 0
2 20 1
3 30 2
.PEN_UP
.PEN_UP
4 40 3
.PEN_DOWN 5 50 4  6 60 5
.WRITER_ID second hand
.PEN_DOWN
7 70 6
.PEN_UP
"""


@pytest.fixture
def ink(tmp_path: Path):
    (tmp_path / "ink.dat").write_text(INK)
    return read_ink([("INCLUDE", " ink.dat\n")], tmp_path)


@pytest.mark.parametrize(
    ("delineation", "x", "ends"),
    [
        ("0", [1, 2, 3], [2]),
        ("0-2", [1, 2, 3, 5, 6], [2, 4]),
        ("0,2-3", [1, 2, 3, 5, 6, 7], [2, 4, 5]),
        ("0:1-2:0", [2, 3, 5], [1, 2]),
        ("0:1-2", [2, 3, 5, 6], [1, 3]),
        ("0, 3", [1, 2, 3, 7], [2, 3]),
        ("0:2", [3], [0]),
    ],
)
def test_a_delineation_names_strokes_of_the_pen(ink, delineation: str, x: list[int], ends: list[int]) -> None:
    """Component 1 is the trajectory in the air: the .PEN_UP before it has no points and is none."""
    strokes, _ = ink.strokes(delineation)
    assert strokes.points[:, 0].tolist() == x
    assert strokes.points[:, 1].tolist() == [-10 * value for value in x]  # y down
    assert np.flatnonzero(strokes.ends).tolist() == ends


def test_the_writer_is_who_was_named_before_the_stroke(ink) -> None:
    assert ink.strokes("0")[1] == "first"
    assert ink.strokes("3")[1] == "second hand"


@pytest.mark.parametrize(
    ("delineation", "reason"),
    [
        ("1", "no stroke"),
        ("4", "not there"),
        ("3-2", "not there"),
        ("0:9", "points that are not there"),
        ("0:2:1", "delineation"),
    ],
)
def test_what_cannot_be_found_has_a_reason(ink, delineation: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        ink.strokes(delineation)


@pytest.mark.parametrize(
    ("arguments", "label"),
    [
        (' CHARACTER 0-1 ? "4"\n', "4"),
        ('\tCHARACTER 0 OK "\\""\n', '"'),
        (' CHARACTER 0 OK """\n', '"'),
        (' CHARACTER 0 OK "\\\\"', "\\"),
        (' TEXT 3,5:1-6:7\tGOOD "two\n  lines\\n of text"', "two lines of text"),
        (' WORD 1 OK "r\\@e\\@d"', "red"),
    ],
)
def test_labels(arguments: str, label: str) -> None:
    assert read_segment(arguments).label == label


@pytest.mark.parametrize("arguments", ["", " WORD", ' WORD OK "x"', " WORD 1 OK x", ' WORD 1 "x"'])
def test_a_segment_without_all_parts_is_unusable(arguments: str) -> None:
    with pytest.raises(Unusable, match="SEGMENT"):
        read_segment(arguments)


def test_x_comes_to_the_unit_of_y(tmp_path: Path) -> None:
    statements = [("X_POINTS_PER_MM", " 20"), ("Y_POINTS_PER_MM", " 10"), ("PEN_DOWN", "\n4 6\n8 2\n")]
    assert read_ink(statements, tmp_path).strokes("0")[0].points.tolist() == [[2, -6], [4, -2]]


def test_includes_that_lead_astray_end(tmp_path: Path) -> None:
    (tmp_path / "self.dat").write_text(".INCLUDE self.dat\n.PEN_DOWN\n1 1\n")
    ink = read_ink([("INCLUDE", "self.dat"), ("INCLUDE", "../x"), ("INCLUDE", "/x")], tmp_path)
    assert ink.missing == ["self.dat", "../x", "/x"]
    with pytest.raises(Unusable, match="included file is missing"):
        ink.strokes("99")


def test_bytes_of_any_value_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_bytes(b".COMMENT \xe9\xff\r\n.PEN_DOWN\r1 2\r.PEN_UP\r\n")
    assert [keyword for keyword, _ in read_statements(tmp_path / "a.dat")] == ["COMMENT", "PEN_DOWN", "PEN_UP"]
