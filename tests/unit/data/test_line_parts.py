"""Parts of a source: the lines that conditions let through, counted without pixels."""

import numpy as np
import pytest

from frugal.data.line_files import open_lines
from frugal.data.line_parts import filtered
from tests.unit.data.stored_lines import write_parquet


@pytest.fixture
def source(tmp_path):
    columns = {
        "writer": ["1", "1", "2", None, "3"],
        "split": ["train", "val", "val", "train", None],
        "kind": ["body", "body", "label", "body", "body"],
    }
    return open_lines(write_parquet(tmp_path / "set.parquet", list("abcde"), rows=2, **columns))


@pytest.mark.parametrize(
    ("conditions", "texts"),
    [
        ({}, "abcde"),
        ({"splits": {"val"}}, "bc"),
        ({"splits": ["train", None]}, "ade"),
        ({"splits": {"val"}, "kinds": {"body"}}, "b"),
        ({"writers": {"1", None}}, "abd"),
        ({"writers": {"9"}}, ""),
    ],
)
def test_conditions(source, conditions, texts):
    part = filtered(source, **conditions)
    assert "".join(line.text for line in part.stream(None)) == texts
    assert "".join(sorted(line.text for line in part.stream(np.random.default_rng(3)))) == texts
    assert "".join(line.text for line in part.described()) == texts
    assert len(part) == len(texts)


def test_parts_of_parts_and_fingerprints(source):
    val = filtered(source, splits={"val"})
    assert [line.text for line in filtered(val, writers={"2"}).stream(None)] == ["c"]
    prints = [
        part.fingerprint()
        for part in (source, val, filtered(source, kinds={"val"}), filtered(source, splits={None, "val"}))
    ]
    assert len(set(prints)) == 4
    assert filtered(source, splits=["val"]).fingerprint() == val.fingerprint()
