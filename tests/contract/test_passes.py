"""Every pass of configs/pass keeps its promises; saving a YAML there enrols it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from frugal.contract import Artefact, InputError, Pass, Samples
from frugal.evaluation import evaluate
from frugal.exporting import export
from frugal.flow import predict_onnx
from frugal.passes.int8_dynamic import Int8Dynamic
from frugal.passes.int8_hybrid import Int8Hybrid
from frugal.passes.int8_static import Int8Static
from frugal.passes.simplify import Simplify
from frugal.runtime.artefact import from_onnx, open_artefact
from frugal.testing import check_pass, tiny, tiny_lines
from frugal.testing.configured import configured, group_files

pytestmark = pytest.mark.trains


@pytest.fixture(scope="module")
def artefact(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    folder = tmp_path_factory.mktemp("tiny")
    network: nn.Module = tiny.trained(folder / "trained")
    return tiny.artefact(network, folder / "artefact")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Artefact:
    """A network with convolutions and an LSTM, whose outputs are scores and ids."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = tiny_lines.network()
    return export(network, tiny_lines.task(), tmp_path_factory.mktemp("lines"), samples=tiny_lines.batch())


def line_samples() -> Samples:
    random = np.random.default_rng(3)
    images = [tiny_lines.drawn(word, random) for word in tiny_lines.WORDS]
    return Samples(calibration=[{"image": image[None]} for image in images], evaluate=character_error)


def character_error(artefact: Artefact) -> float:
    data = tiny_lines.TinyLines()
    return evaluate(predict_onnx(artefact), tiny_lines.task(), data.val_dataloader()).error


@pytest.mark.parametrize("path", group_files("pass"), ids=lambda path: path.stem)
def test_pass(path: Path, artefact: Artefact) -> None:
    check_pass(configured(path), artefact, tiny.samples())


@pytest.mark.parametrize("path", group_files("pass"), ids=lambda path: path.stem)
def test_pass_on_lines_of_different_widths(path: Path, lines: Artefact) -> None:
    check_pass(configured(path), lines, line_samples())


@pytest.mark.parametrize(
    "pass_",
    [Int8Hybrid(calibration="percentile"), Int8Hybrid(per_channel=False), Int8Dynamic(operators=["LSTM"])],
    ids=["percentile", "per_tensor", "lstm"],
)
def test_int8_of_lines_with_other_arguments(pass_: Pass, lines: Artefact) -> None:
    check_pass(pass_, lines, line_samples())


@pytest.mark.parametrize(
    "pass_",
    [
        Int8Static(calibration="percentile"),
        Int8Static(activation="int8"),
        Int8Static(per_channel=False),
        Int8Static(reduce_range=False),
    ],
    ids=["percentile", "int8", "per_tensor", "8_bits"],
)
def test_int8_with_other_arguments(pass_: Int8Static, artefact: Artefact) -> None:
    check_pass(pass_, artefact, tiny.samples())


def test_passes_follow_each_other(artefact: Artefact, tmp_path: Path) -> None:
    simple = Simplify()(artefact, tmp_path / "simple", tiny.samples())
    check_pass(Int8Static(), simple, tiny.samples())
    small = Int8Static()(simple, tmp_path / "small", tiny.samples())
    assert [entry.partition("(")[0] for entry in small.contract["passes"]] == ["Simplify", "Int8Static"]
    assert small.contract["precision"] == "int8"
    assert small.contract["parity"]["samples"] == 32
    assert "int8" in (small.path / "card.md").read_text()


def test_a_bare_onnx_file_becomes_an_artefact(artefact: Artefact, tmp_path: Path) -> None:
    shutil.copy(artefact.model_path, tmp_path / "stranger.onnx")
    small = Int8Static()(from_onnx(tmp_path / "stranger.onnx"), tmp_path / "small", tiny.samples())
    assert open_artefact(small.path).contract["precision"] == "int8"
    with np.load(small.path / "parity.npz") as stored:
        assert stored["in.image"].shape == (32, 28, 28)


def test_the_declared_tolerance_is_enforced(artefact: Artefact) -> None:
    with pytest.raises(AssertionError, match="declared tolerance"):
        check_pass(Int8Static(tolerance=1e-9), artefact, tiny.samples())


@dataclasses.dataclass(frozen=True)
class _Relabels:
    tolerance: float = 1.0

    def __call__(self, artefact: Artefact, target: Path, samples: Samples) -> Artefact:
        made = Simplify()(artefact, target, samples)
        (target / "contract.json").write_text(json.dumps({**made.contract, "labels": ["a"]}))
        return open_artefact(target)


def test_a_pass_that_changes_the_labels_is_caught(artefact: Artefact) -> None:
    with pytest.raises(AssertionError, match="changed labels"):
        check_pass(_Relabels(), artefact, tiny.samples())


def test_int8_refuses_what_it_cannot_use(artefact: Artefact, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no calibration samples"):
        Int8Static()(artefact, tmp_path / "a", Samples(calibration=[]))
    small = Int8Static()(artefact, tmp_path / "b", tiny.samples())
    with pytest.raises(InputError, match="int8 already"):
        Int8Static()(small, tmp_path / "c", tiny.samples())
    with pytest.raises(InputError, match="exists already"):
        Int8Static()(artefact, tmp_path / "b", tiny.samples())
