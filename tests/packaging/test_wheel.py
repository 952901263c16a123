"""The built wheel, installed elsewhere and run: once bare (no torch), once with what the train extra brings.

Slow and the only tests that download packages (about 100 MB): `make test-packaging`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tree import ROOT

pytestmark = pytest.mark.packaging

BASE_LIMIT_BYTES = 250_000_000
OLD_RUNTIME = "onnxruntime==1.16.3"
SOURCES = ("frugal", "configs", "pyproject.toml", "README.md", "LICENSE")


def run(command: Sequence[str | Path], folder: Path, *, expect: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command without the variables that would let it find the source tree."""
    kept = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    }
    answer = subprocess.run(
        [str(part) for part in command], cwd=folder, env=kept, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert answer.returncode == expect, f"{command} ended with {answer.returncode}\n{answer.stdout}\n{answer.stderr}"
    return answer


def new_venv(folder: Path) -> Path:
    """An empty environment; returns its bin folder."""
    run([sys.executable, "-m", "venv", folder], folder.parent)
    return folder / "bin"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the sdist, both from a clean copy: stale build/ folders of the tree cannot hide a gap."""
    folder = tmp_path_factory.mktemp("build")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / "tree" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "tree").mkdir(exist_ok=True)
            shutil.copy2(source, folder / "tree" / name)
    run([sys.executable, "-m", "build", "--outdir", folder / "dist", folder / "tree"], folder)
    (found,) = (folder / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="session")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the base install and nothing else."""
    folder = tmp_path_factory.mktemp("base")
    programs = new_venv(folder / "venv")
    run([programs / "pip", "install", "--quiet", wheel], folder)
    return programs


@pytest.fixture(scope="session")
def train(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel and the train extra of the running one.

    torch is not downloaded again: a .pth file puts the running environment's packages behind the new one's. Python
    does not follow .pth files in a folder that was added this way, so the editable frugal there stays out of sight.
    """
    folder = tmp_path_factory.mktemp("train")
    programs = new_venv(folder / "venv")
    run([programs / "pip", "install", "--quiet", "--no-deps", wheel], folder)
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (packages / "train-extra.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    home = run([programs / "python", "-c", "import frugal, torch; print(frugal.__file__)"], folder).stdout
    assert Path(home.strip()).is_relative_to(folder)
    return programs


@pytest.fixture(scope="session")
def debug_run(train: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of `frugal run recipe=debug_tiny`, from the wheel, in an empty directory."""
    folder = tmp_path_factory.mktemp("empty")
    run([train / "frugal", "run", "recipe=debug_tiny"], folder)
    return folder / "runs" / "debug_tiny"


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that frugal did not make: one matrix product, ReLU, another; symbolic batch."""
    generator = np.random.default_rng(0)
    weights = [generator.standard_normal(shape).astype(np.float32) for shape in ((64, 32), (32, 10))]
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "first"], ["hidden"]),
            helper.make_node("Relu", ["hidden"], ["active"]),
            helper.make_node("MatMul", ["active", "second"], ["y"]),
        ],
        "stranger",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(array, name) for array, name in zip(weights, ("first", "second"), strict=True)],
    )
    path = tmp_path_factory.mktemp("stranger") / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_the_wheel_holds_every_file_of_the_tree(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(path.relative_to(ROOT) if top == "frugal" else Path("frugal") / path.relative_to(ROOT))
        for top in ("frugal", "configs")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= inside, sorted(wanted - inside)
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_base_install_is_small_and_without_torch(base: Path) -> None:
    (packages,) = (base.parent / "lib").glob("python*/site-packages")
    brought_by_venv = {"pip", "setuptools", "pkg_resources", "_distutils_hack"}
    files = [path for path in packages.rglob("*") if path.is_file()]
    ours = [path for path in files if path.relative_to(packages).parts[0] not in brought_by_venv]
    size_bytes = sum(path.stat().st_size for path in ours)
    assert size_bytes < BASE_LIMIT_BYTES, f"{size_bytes / 1e6:.0f} MB"
    run([base / "python", "-c", "import torch"], base.parent, expect=1)


@pytest.mark.parametrize("arguments", [["--help"], ["zoo"], ["list"], ["doctor"], ["bench", "--help"]], ids=" ".join)
def test_the_base_install_answers(base: Path, tmp_path: Path, arguments: list[str]) -> None:
    answer = run([base / "frugal", *arguments], tmp_path)
    assert answer.stdout or "empty" in answer.stderr


def test_the_base_install_benches_reports_and_checks_a_stranger(base: Path, tmp_path: Path, stranger: Path) -> None:
    quick = ["--cap", "2s", "--ci", "20%"]
    run([base / "frugal", "bench", stranger, "--shape", "x=1,64", *quick, "--json", "report.json"], tmp_path)
    (row, *_) = json.loads((tmp_path / "report.json").read_text())["rows"]
    assert row["macs"] == 64 * 32 + 32 * 10
    assert row["cpu_ms"]["value"] > 0
    for form in ("md", "html", "csv"):
        run([base / "frugal", "report", "report.json", "--to", form, "-o", f"report.{form}"], tmp_path)
        assert (tmp_path / f"report.{form}").stat().st_size > 100
    check = [base / "frugal", "check", "report.json", "--budget"]
    run([*check, "size_bytes<=100k macs<=1M"], tmp_path)
    run([*check, "macs<=1k"], tmp_path, expect=1)
    assert run([*check, "colour<=1"], tmp_path, expect=2).stderr.count("\n") == 1


def test_the_base_install_names_the_extra_that_it_lacks(base: Path, tmp_path: Path) -> None:
    answer = run([base / "frugal", "run", "recipe=debug_tiny"], tmp_path, expect=2)
    assert "frugal-ml[train]" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_the_wheel_trains_in_an_empty_directory(debug_run: Path) -> None:
    report = json.loads((debug_run / "report.json").read_text())
    assert report["rows"][0]["kind"] == "train"
    assert {path.name for path in (debug_run / "artefact").iterdir()} >= {"model.onnx", "contract.json", "parity.npz"}


def test_the_base_install_loads_what_the_wheel_trained(base: Path, debug_run: Path, tmp_path: Path) -> None:
    code = (
        "import sys, frugal, numpy\n"
        f"reader = frugal.load({str(debug_run / 'artefact')!r})\n"
        "answers = reader.predict(numpy.zeros((3, 28, 28), numpy.uint8))\n"
        "assert len(answers) == 3 and all(0 <= answer.confidence <= 1 for answer in answers), answers\n"
        "assert reader.predict([]) == []\n"
        "assert 'torch' not in sys.modules\n"
    )
    run([base / "python", "-c", code], tmp_path)
    run([base / "frugal", "bench", debug_run / "artefact", "--cap", "2s", "--ci", "20%"], tmp_path)


def test_every_zoo_model_predicts_in_the_base_install(base: Path, tmp_path: Path) -> None:
    code = (
        "import frugal, numpy\n"
        "from frugal.zoo.index import entries\n"
        "for entry in entries():\n"
        "    if entry.task == 'lm': continue\n"
        "    shape = (28, 28) if entry.task == 'characters' else (60, 300)\n"
        "    (answer,) = frugal.load(f'{entry.name}@{entry.version}').predict([numpy.zeros(shape, numpy.uint8)])\n"
        "    assert 0 <= answer.confidence <= 1, (entry, answer)\n"
        "print(len(entries()))\n"
    )
    folders = [path for path in (ROOT / "frugal" / "zoo").glob("*@*") if path.is_dir()]
    assert int(run([base / "python", "-c", code], tmp_path).stdout) == len(folders)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason=f"{OLD_RUNTIME} has no wheel for Python 3.12 and newer")
def test_an_old_runtime_opens_the_artefact_and_gives_the_same_numbers(debug_run: Path, tmp_path: Path) -> None:
    """opset 18 and IR version 9 are there so that devices with an onnxruntime of 2023 can be served."""
    programs = new_venv(tmp_path / "venv")
    run([programs / "pip", "install", "--quiet", "--only-binary", ":all:", OLD_RUNTIME, "numpy<2"], tmp_path)
    code = (
        "import sys, numpy as np, onnxruntime as ort\n"
        "folder = sys.argv[1]\n"
        "session = ort.InferenceSession(folder + '/model.onnx', providers=['CPUExecutionProvider'])\n"
        "parity = np.load(folder + '/parity.npz', allow_pickle=False)\n"
        "outputs = session.run(None, {port.name: parity['in.' + port.name] for port in session.get_inputs()})\n"
        "for port, output in zip(session.get_outputs(), outputs):\n"
        "    expected = parity['out.' + port.name]\n"
        "    assert output.shape == expected.shape and np.abs(output - expected).max() < 0.05, port.name\n"
    )
    run([programs / "python", "-c", code, debug_run / "artefact"], tmp_path)
