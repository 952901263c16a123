"""The distribution's folders: what is taken, from whom, and why the rest is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.data.unipen.collecting import collect
from tests.unit.data.unipen.miniature import WRITERS, write, write_distribution


def test_what_is_taken_and_what_is_not(tmp_path: Path) -> None:
    collection = collect(write_distribution(tmp_path))
    assert dict(collection.taken) == {"1a": 12, "1b": 9, "1c": 78, "1d": 6, "6": 4, "8": 2}
    assert dict(collection.left_out["1a"]) == {
        "a file that is not UNIPEN": 1,
        "an included file is missing": 3,
        "points that are no numbers": 2,
        "no stroke of the pen": 1,
        "points that are not there": 1,
        "a label that is not one printable character": 1,
        "a .SEGMENT that cannot be read": 2,
    }
    assert dict(collection.left_out["6"]) == {"quality BAD": 2}
    assert dict(collection.left_out["7"]) == {"named in another category too": 4, "withheld from the release": 2}
    assert {(item.source, item.writer) for item in collection.characters} == {
        ("aaa", WRITERS[0].lower()),
        ("aaa", WRITERS[1]),
        ("bbb", WRITERS[2]),
    }
    assert [(item.label, item.is_text_line) for item in collection.words[:3]] == [
        ("hill", False),
        ("on", False),
        ("hill on \\ bo", True),
    ]


def test_a_file_without_a_writer_is_one_writers(tmp_path: Path) -> None:
    write_distribution(tmp_path)
    write(tmp_path / "include/ccc/ink.dat", ".PEN_DOWN\n1 1\n5 9\n.PEN_UP\n")
    write(tmp_path / "data/1a/ccc/sub/Some01.dat", '.VERSION 1.0\n.INCLUDE ccc/ink.dat\n.SEGMENT CHARACTER 0 ? "1"\n')
    assert ("ccc", "some01") in {(item.source, item.writer) for item in collect(tmp_path).characters}


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no folder include, data/1a"):
        collect(tmp_path / "nowhere")
    write_distribution(tmp_path)
    shutil.rmtree(tmp_path / "data/7")
    with pytest.raises(InputError, match=r"has no folder data/7;"):
        collect(tmp_path)
    for category in ("6", "8"):
        shutil.rmtree(tmp_path / "data" / category)
        (tmp_path / "data" / category).mkdir()
    (tmp_path / "data/7").mkdir()
    with pytest.raises(InputError, match="holds no word"):
        collect(tmp_path)
