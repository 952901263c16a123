"""Open artefacts and strangers' files; refuse everything else without running it."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import InputError
from frugal.runtime.artefact import from_onnx, open_artefact, sha256, signature_of, write_json


def write_model(path: Path, dims: list[int | str | None] | None = None) -> Path:
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4] if dims is None else dims)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(np.ones((4, 2), np.float32), "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


def write_artefact(folder: Path, **changes: Any) -> Path:
    folder.mkdir()
    write_model(folder / "model.onnx")
    contract = {
        "schema": 1,
        "task": "characters",
        "inputs": [{"name": "x", "dtype": "float32", "shape": ["n", 4], "range": [0, 1]}],
        "outputs": [{"name": "y", "dtype": "float32", "shape": ["n", 2]}],
    }
    (folder / "contract.json").write_text(json.dumps({**contract, **changes}))
    return folder


class Mine:
    """A pickle that would leave a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def test_an_artefact_is_opened_with_its_contract(tmp_path: Path) -> None:
    artefact = open_artefact(write_artefact(tmp_path / "a"))
    assert artefact.model_path == tmp_path / "a" / "model.onnx"
    assert artefact.contract["task"] == "characters"
    port = signature_of(artefact).inputs[0]
    assert (port.name, port.shape, port.range) == ("x", ("n", 4), (0, 1))


def test_a_bare_file_implies_its_contract(tmp_path: Path) -> None:
    artefact = from_onnx(write_model(tmp_path / "stranger.onnx", [None, 4]))
    assert artefact.model_path == tmp_path / "stranger.onnx"
    assert artefact.size_bytes == (tmp_path / "stranger.onnx").stat().st_size
    port = signature_of(artefact).inputs[0]
    assert (port.name, port.dtype, port.shape, port.range) == ("x", "float32", ("x_0", 4), None)
    assert (artefact.contract["decoder"], artefact.contract["opset"]) == (None, 18)


def test_a_pickle_posing_as_a_model_is_not_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / "model.onnx").write_bytes(pickle.dumps(Mine(mark), protocol))
        with pytest.raises(InputError, match="not ONNX"):
            from_onnx(tmp_path / "model.onnx")
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rest", b"\x1f\x8bgzip", b"hello, this is text", b"\x00" * 64])
def test_what_is_not_onnx_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"m\.onnx"):
        from_onnx(tmp_path / "m.onnx")


def test_a_truncated_model_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "whole.onnx").read_bytes()
    for length in range(0, len(whole) - 1, 3):
        (tmp_path / "cut.onnx").write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"truncated or not ONNX|is empty"):
            from_onnx(tmp_path / "cut.onnx")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        from_onnx(tmp_path / "none.onnx")
    with pytest.raises(InputError, match="is not a file"):
        from_onnx(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        open_artefact(tmp_path / "none")
    with pytest.raises(InputError, match=r"contract\.json is not there"):
        open_artefact(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": []}, "lacks inputs and outputs"),
        ({"outputs": [{"name": "y"}]}, "lacks inputs and outputs"),
        ({"schema": 99}, "schema 99; allowed: 1"),
        ({"inputs": [{"name": "z", "dtype": "float32", "shape": ["n", 4]}]}, r"names the inputs \['z'\]"),
    ],
)
def test_a_contract_that_is_not_the_models_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        open_artefact(write_artefact(tmp_path / "a", **changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_contract_that_is_not_json_is_refused(text: str, tmp_path: Path) -> None:
    (write_artefact(tmp_path / "a") / "contract.json").write_text(text)
    with pytest.raises(InputError, match=r"contract\.json"):
        open_artefact(tmp_path / "a")


def test_json_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"é": 1})
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == {"é": 1}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    with pytest.raises(InputError, match="cannot write"):
        write_json(tmp_path / "none" / "a.json", {})


def test_sha256_of_the_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert sha256(tmp_path / "empty").startswith("e3b0c44298fc1c14")
