"""A stranger's ONNX file becomes an artefact; samples that do not fit it are refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal.contract import InputError
from frugal.runtime.artefact import from_onnx, open_artefact, sha256
from frugal.runtime.samples import GivenSamples
from frugal.search.strangers import finished_model
from tests.conftest import write_classifier


def strange(path: Path, *, outputs: int = 3) -> Path:
    """y = x W with a batch that is open and a width that is fixed."""
    weights = np.random.default_rng(0).normal(size=(4, outputs)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "strange",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", outputs])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def samples(count: int = 12, truths: tuple[str, ...] | None = None) -> GivenSamples:
    generator = np.random.default_rng(1)
    return GivenSamples(
        feeds=[{"x": generator.normal(size=(1, 4)).astype(np.float32)} for _ in range(count)], truths=truths
    )


def test_a_bare_file_becomes_an_artefact_with_its_own_answers_as_truths(tmp_path: Path) -> None:
    subject = finished_model(from_onnx(strange(tmp_path / "strange.onnx")), samples(), tmp_path / "scratch")
    whole = open_artefact(tmp_path / "scratch" / "given")
    assert whole.contract["reference_shape"] == {"x": [1, 4]} and whole.contract["precision"] == "float32"
    assert whole.contract["model_sha256"] == sha256(whole.model_path)
    with np.load(whole.path / "parity.npz") as parity:
        assert parity["in.x"].shape == (12, 4) and parity["out.y"].shape == (12, 3)
    weights = numpy_helper.to_array(onnx.load(str(tmp_path / "strange.onnx")).graph.initializer[0])
    for batch in subject.data.test_dataloader():
        assert batch.targets == [str(int((batch.inputs["x"].numpy() @ weights).argmax()))]
    assert subject.task.metric.name == "disagreement"


def test_the_same_model_and_samples_are_the_same_subject_elsewhere(tmp_path: Path) -> None:
    first, second = (
        finished_model(from_onnx(strange(tmp_path / "strange.onnx")), samples(), tmp_path / name) for name in "ab"
    )
    assert first.data.fingerprint() == second.data.fingerprint()  # type: ignore[attr-defined]
    assert first.model.contract == second.model.contract  # type: ignore[union-attr]


def test_an_artefact_is_taken_as_it_is(tmp_path: Path) -> None:
    artefact = open_artefact(write_classifier(tmp_path / "artefact"))
    feeds = [{"image": np.zeros((1, 28, 28), np.uint8)} for _ in range(9)]
    subject = finished_model(artefact, GivenSamples(feeds=feeds, truths=("a",) * 9), tmp_path / "scratch")
    assert subject.model == artefact and not (tmp_path / "scratch").exists()
    assert subject.task.metric.name == "error_rate" and subject.about["licence"]["weights"] == "Apache-2.0"
    json.dumps(dict(subject.about))


@pytest.mark.parametrize(
    ("outputs", "given", "said"),
    [
        (1, samples(), "decide nothing"),
        (3, samples(5), "9 or more"),
        (3, GivenSamples(feeds=[{"x": np.array([["a"]], object)}] * 9, truths=None), "no numbers"),
        (3, GivenSamples(feeds=[{"x": np.zeros((1, 5), np.float32)}] * 9, truths=None), "does not run"),
    ],
)
def test_what_does_not_fit_is_one_line(outputs: int, given: GivenSamples, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        finished_model(from_onnx(strange(tmp_path / "s.onnx", outputs=outputs)), given, tmp_path / "scratch")


def test_truths_need_one_decision(tmp_path: Path) -> None:
    subject = finished_model(from_onnx(strange(tmp_path / "s.onnx")), samples(truths=("1",) * 12), tmp_path / "scratch")
    assert subject.task.metric.name == "error_rate"
    with pytest.raises(InputError, match="one output with a score per class"):
        _two_outputs(tmp_path)


def _two_outputs(folder: Path) -> None:
    model = onnx.load(str(strange(folder / "two.onnx")))
    model.graph.node.append(helper.make_node("Neg", ["y"], ["z"]))
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 3]))
    (folder / "two.onnx").write_bytes(model.SerializeToString())
    finished_model(from_onnx(folder / "two.onnx"), samples(truths=("1",) * 12), folder / "scratch-two")


def test_a_refusal_names_the_file_that_was_given(tmp_path: Path) -> None:
    model = from_onnx(strange(tmp_path / "strange.onnx"))
    wrong = GivenSamples(feeds=[{"x": np.zeros((1, 5), np.float32)} for _ in range(12)], truths=None)
    with pytest.raises(InputError, match=r"/strange\.onnx does not run on x float32 \[1, 5\].*arrays in --data"):
        finished_model(model, wrong, tmp_path / "scratch")
