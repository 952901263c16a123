"""What is loaded when: the base install imports nothing of the train extra, and the command line starts fast."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from tree import modules

TRAIN_EXTRA = {
    *("hydra", "omegaconf", "lightning", "pytorch_lightning", "optuna", "pyarrow", "safetensors", "scipy", "sklearn"),
    *("torch", "torch_pruning", "torchmetrics", "torchvision", "optimum", "transformers", "pandas", "matplotlib"),
}
BASE = ("contract", "extras", "report", "gate", "runtime", "energy", "benchmarking", "zoo", "cli")
"""What the base install must be able to import, each with all modules below it; passes run there as well."""


def loaded_after(statement: str) -> set[str]:
    """Top-level names in sys.modules after `statement` in a fresh process."""
    code = f"{statement}\nimport sys\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.split())


@pytest.mark.parametrize("name", BASE)
def test_the_base_install_loads_nothing_of_the_train_extra(name: str) -> None:
    package = f"frugal.{name}"
    below = sorted(module for module in modules() if module == package or module.startswith(f"{package}."))
    below = [module for module in below if module != "frugal.cli.run"]
    assert below, f"{package} does not exist"
    assert not loaded_after(f"import {', '.join(below)}") & TRAIN_EXTRA


def test_import_frugal_loads_only_the_standard_library() -> None:
    third_party = {"numpy", "onnx", "onnxruntime", "PIL", "yaml", "typer", "click", "rich", "jinja2", *TRAIN_EXTRA}
    assert not loaded_after("import frugal") & third_party


def test_registering_every_command_loads_no_work() -> None:
    """Each command, run included, imports what it needs when it is called."""
    loaded = loaded_after("import frugal.cli.main as main\nmain._register()")
    assert not loaded & {"numpy", "onnx", "onnxruntime", "PIL", "jinja2", *TRAIN_EXTRA}


@pytest.mark.parametrize(
    ("arguments", "limit_s"),
    [(["-c", "import frugal"], 0.2), (["-m", "frugal", "--help"], 0.5)],
    ids=["import frugal", "frugal --help"],
)
def test_start_costs_little(arguments: list[str], limit_s: float, tmp_path: Path) -> None:
    """CPU seconds of the whole process, median of 5 after one start that fills the caches.

    A neighbour on the same host only ever adds to them, so the best of up to three medians decides.
    """
    medians: list[float] = []
    while len(medians) < 3 and min(medians, default=limit_s) >= limit_s:
        seconds = [_cpu_seconds(arguments, tmp_path) for _ in range(6)][1:]
        medians.append(statistics.median(seconds))
    assert min(medians) < limit_s, medians


def _cpu_seconds(arguments: list[str], folder: Path) -> float:
    process = subprocess.Popen([sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime
