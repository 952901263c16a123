"""The splits of a stored set of lines: by writer, the same when lines are added, as the source says where it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_source import RawLine
from frugal.data.lines import Lines, role_of_lines
from frugal.testing import tiny_lines


class Described:
    def __init__(self, *lines: tuple[str | None, str | None]) -> None:
        self.lines = [RawLine(image=b"", text="a", id=f"{i}", writer=w, split=s) for i, (w, s) in enumerate(lines)]

    def __len__(self) -> int:
        return len(self.lines)

    def described(self) -> Iterator[RawLine]:
        return iter(self.lines)

    def stream(self, random: np.random.Generator | None) -> Iterator[RawLine]:
        return iter(self.lines)

    def fingerprint(self) -> str:
        return ""


def roles(source: Described) -> list[str]:
    return [*map(role_of_lines(source), source.lines)]


def test_a_writer_stands_on_one_side_and_stays_there() -> None:
    lines = [(f"writer {i % 40}", None) for i in range(200)]
    found = roles(Described(*lines))
    sides = {writer: {r for (w, _), r in zip(lines, found, strict=True) if w == writer} for writer, _ in lines}
    assert all(len(side) == 1 for side in sides.values())
    assert {role for side in sides.values() for role in side} == {"train", "selection", "test"}
    more = [*lines, *((f"further {i}", None) for i in range(100)), *lines[:50]]
    assert roles(Described(*more))[: len(lines)] == found


def test_one_writer_is_split_by_line() -> None:
    assert set(roles(Described(*[("one", None)] * 12))) == {"train", "selection", "test"}


def test_what_the_source_says_holds() -> None:
    said = [(f"w{i}", split) for i in range(30) for split in (("train", "val", "test")[i % 3],)]
    names = {"train": "train", "val": "selection", "test": "test"}
    assert roles(Described(*said)) == [names[split] for _, split in said]
    without_test = [(f"w{i}", "val" if i % 3 else "train") for i in range(600)]
    found = roles(Described(*without_test))
    assert all((role == "test") == (split == "val") for (_, split), role in zip(without_test, found, strict=True))
    assert "selection" in found


def test_no_folder_no_lines_and_an_unknown_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRUGAL_DATA", raising=False)
    with pytest.raises(InputError, match=r"data\.root"):
        Lines().setup()
    with pytest.raises(InputError, match="no file or folder"):
        Lines(root=str(tmp_path / "none")).setup()
    folder = str(tiny_lines.write_lines(tmp_path / "lines", writers=1, lines=12))
    with pytest.raises(InputError, match=r"data\.shares of typo"):
        Lines(root=folder, shares={"typo": [(0, 1.0)]}).setup()
    with pytest.raises(InputError, match=r"data\.shares\.main=\{0: 1.0\}; allowed: pairs of an epoch and a share"):
        Lines(root=folder, shares={"main": {0: 1.0}}).setup()  # type: ignore[dict-item]
    for value in (0, "many"):
        with pytest.raises(InputError, match=rf"data\.limit={value}; allowed: 1 or more, or null"):
            Lines(root=folder, limit=value).setup()  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no lines for train"):
        Lines(root=folder, train_kinds=["body"]).setup()


def test_every_line_has_one_role_and_few_are_the_first(tmp_path: Path) -> None:
    folder = str(tiny_lines.write_lines(tmp_path / "lines", writers=1, lines=12))
    splits = Lines(root=folder).splits
    ids = [line.id for part in splits.values() for line in part.stream(None)]
    assert len(ids) == len(set(ids)) == 12
    few = Lines(root=folder, learn_from=3)
    assert [line.id for line in few.splits["train"].stream(None)] == [x.id for x in splits["train"].stream(None)][:3]
    assert len(few.splits["test"]) == len(splits["test"])
    assert few.fingerprint() != Lines(root=folder).fingerprint()
