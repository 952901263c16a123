"""A model in another interpreter: a real virtual environment, and one that lacks what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from frugal.benchmarking import BenchSettings, measure
from frugal.contract import InputError
from frugal.isolation import versions_of
from tests.unit.test_benchmarking import network


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment of its own that sees numpy and onnxruntime and what they need, through a .pth file."""
    folder = tmp_path_factory.mktemp("other")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def test_two_interpreters_take_turns(tmp_path: Path, other_python: str) -> None:
    artefacts = [network(tmp_path / f"{width}.onnx", width) for width in (8, 20_000)]
    settings = BenchSettings(ci=0.5, cap_s=1, warm_up_s=0.05)
    measured = measure(artefacts, settings, other_python=other_python)
    (ratio,) = measured.ratios
    assert ratio.low > 3 and ratio.of == "cpu_time"
    assert measured.host["other_versions"] == versions_of(other_python)
    assert {"python", "numpy", "onnxruntime"} == set(measured.host["other_versions"])
    first, second = measured.details
    assert first["segments"] == second["segments"] >= 3
    assert second["empty_loop_us"]["cpu"] > 0


def test_bad_input_over_there_is_one_line_here(tmp_path: Path, other_python: str) -> None:
    import numpy as np

    artefacts = [network(tmp_path / "a.onnx", 8), network(tmp_path / "b.onnx", 8, batch=2)]
    feeds = [[{"x": np.zeros((batch, 64), np.float32)}] for batch in (2, 3)]
    with pytest.raises(InputError, match=r"b\.onnx does not run on x float32 \[3, 64\]"):
        measure(artefacts, BenchSettings(ci=0.5, cap_s=1, warm_up_s=0.05), each=feeds, other_python=other_python)


def test_an_interpreter_that_lacks_something_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a program"):
        versions_of(str(tmp_path / "python"))
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    python = bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with pytest.raises(InputError, match=r"No package metadata was found for numpy; allowed: python >= 3\.11"):
        versions_of(str(python))
