"""Samples of any model: several inputs, integers, lengths that differ, and labels in a file of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from frugal.contract import Artefact, InputError
from frugal.runtime.artefact import from_onnx
from frugal.runtime.sample_files import read_any


@pytest.fixture
def model(tmp_path: Path) -> Artefact:
    """Tokens (1, t) int64 and weights (1, t) float32."""
    import onnx

    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["tokens"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["floats", "weights"], ["y"]),
        ],
        "g",
        [
            helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n", "t"]),
            helper.make_tensor_value_info("weights", TensorProto.FLOAT, ["n", "t"]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "t"])],
    )
    file = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), file)
    return from_onnx(file)


def folder(path: Path, lengths: list[int]) -> Path:
    path.mkdir()
    for index, length in enumerate(lengths):
        np.savez(path / f"{index}.npz", tokens=np.ones((1, length), np.int64), weights=np.ones((1, length)))
    return path


def test_one_file_per_sample_may_differ_in_length(model: Artefact, tmp_path: Path) -> None:
    data = folder(tmp_path / "data", [3, 5])
    given = read_any(data, model)
    assert [feed["tokens"].shape for feed in given.feeds] == [(1, 3), (1, 5)]
    assert given.feeds[0]["weights"].dtype == np.float32 and given.truths is None
    (tmp_path / "t.tsv").write_text("file\tlabel\n1.npz\tlong\n0.npz\tshort\n")
    labelled = read_any(data, model, labels=tmp_path / "t.tsv")
    assert labelled.truths == ("long", "short")
    assert [feed["tokens"].shape[1] for feed in labelled.feeds] == [5, 3]


def test_rows_of_one_file_are_labelled_by_number(model: Artefact, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", tokens=np.ones((3, 4), np.int64), weights=np.ones((3, 4)))
    (tmp_path / "t.tsv").write_text("2\tc\n0\ta\n1\tb\n")
    assert read_any(tmp_path / "d.npz", model, labels=tmp_path / "t.tsv").truths == ("a", "b", "c")
    (tmp_path / "t.tsv").write_text("0\ta\n1\tb\n")
    with pytest.raises(InputError, match=r"2 labels for the 3 rows .* allowed: row TAB label for the rows 0 to 2"):
        read_any(tmp_path / "d.npz", model, labels=tmp_path / "t.tsv")


def test_files_that_do_not_fit_are_one_line(model: Artefact, tmp_path: Path) -> None:
    data = folder(tmp_path / "data", [3])
    (tmp_path / "t.tsv").write_text("9.npz\tx\n")
    with pytest.raises(InputError, match=r"9\.npz does not exist; allowed: the 1 files"):
        read_any(data, model, labels=tmp_path / "t.tsv")
    np.savez(data / "0.npz", tokens=np.ones((1, 3), np.float32), weights=np.ones((1, 3)))
    with pytest.raises(InputError, match="tokens is float32; allowed: int64"):
        read_any(data, model)
    np.savez(data / "0.npz", tokens=np.ones((1, 3), np.int64))
    with pytest.raises(InputError, match=r"holds \['tokens'\]; allowed: an array named weights"):
        read_any(data, model)
    np.savez(data / "0.npz", tokens=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="no NPZ file of plain arrays"):
        read_any(data, model)
