"""`open_lines`: which format lies where, and one line for everything else."""

import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from tests.unit.data.stored_lines import write_parquet


def test_nothing_there(tmp_path):
    with pytest.raises(InputError, match="no file or folder"):
        open_lines(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no lines; allowed: "):
        open_lines(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="a file of another kind"):
        open_lines(tmp_path / "notes.txt")


def test_parquet_before_anything_else(tmp_path):
    write_parquet(tmp_path / "a.parquet", ["x"])
    (tmp_path / "lines.tsv").write_text("broken")
    assert len(open_lines(tmp_path)) == 1
