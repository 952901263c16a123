"""Does the ratio of two models hold? The same file against itself, a tiny model, and two models beside a busy process.

    python benchmarks/self_ratio.py [--model tiny] [--other chars-xs] [--repeats 20] [--cap 60] [--json FILE]

`tiny` is a network of two layers that takes about 20 microseconds. Says how many of the repeats hold 1 within their
interval and how wide the intervals are, and by how much a second busy process on the same cores moves the ratio of
`--other` to `--model` (median of five with it, median of five without). Every repeat is a measurement of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from frugal.benchmarking import BenchSettings, Measured, measure, package_versions
from frugal.contract import Artefact
from frugal.energy import machine
from frugal.runtime.artefact import from_onnx
from frugal.zoo.loading import resolve

WIDTH = 192
BUSY = "while True:\n    sum(range(1000))"
LOADED = 5


def main() -> None:
    arguments = _arguments()
    settings = BenchSettings(ci=0.02, cap_s=arguments.cap)
    with tempfile.TemporaryDirectory() as folder:
        model = tiny(Path(folder)) if arguments.model == "tiny" else resolve(arguments.model)
        result: dict[str, Any] = _provenance()
        repeats = [_one([model, model], settings) for _ in range(arguments.repeats)]
        result["self"] = {"repeats": repeats, **summary(repeats)}
        if arguments.other:
            pair = [model, resolve(arguments.other)]
            alone = [_one(pair, settings) for _ in range(LOADED)]
            with busy_process():
                loaded = [_one(pair, settings) for _ in range(LOADED)]
            result["busy"] = {"alone": alone, "loaded": loaded, "moved": moved(alone, loaded)}
            print(f"a busy process moves the ratio by {result['busy']['moved']:+.2%}", flush=True)
    print(_sentence(result["self"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def summary(repeats: list[dict[str, float]]) -> dict[str, float]:
    """How many intervals hold 1, and the half widths, of ratios and of CPU times."""
    halves = [one["ratio_half_width"] for one in repeats]
    return {
        "hold_1": sum(one["low"] <= 1 <= one["high"] for one in repeats),
        "of": len(repeats),
        "half_width_median": statistics.median(halves),
        "half_width_largest": max(halves),
        "narrow": sum(half <= 0.02 for half in halves),
        "cpu_half_width_median": statistics.median(one["cpu_half_width"] for one in repeats),
    }


def moved(alone: list[dict[str, float]], loaded: list[dict[str, float]]) -> float:
    """Change of the median ratio."""
    before, after = (statistics.median(one["ratio"] for one in some) for some in (alone, loaded))
    return after / before - 1


def tiny(folder: Path) -> Artefact:
    """Two square layers with tanh between them, weights drawn from seed 0."""
    generator = np.random.default_rng(0)
    weights = [generator.normal(size=(WIDTH, WIDTH)).astype(np.float32) / WIDTH for _ in range(2)]
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w0"], ["a"]),
            helper.make_node("Tanh", ["a"], ["b"]),
            helper.make_node("MatMul", ["b", "w1"], ["y"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, WIDTH])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, WIDTH])],
        [numpy_helper.from_array(weight, f"w{index}") for index, weight in enumerate(weights)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), folder / "tiny.onnx")
    return from_onnx(folder / "tiny.onnx")


@contextlib.contextmanager
def busy_process() -> Iterator[None]:
    """Another process that computes all the while."""
    process = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _one(pair: list[Artefact], settings: BenchSettings) -> dict[str, float]:
    measured: Measured = measure(pair, settings, names=["first", "second"])
    (ratio,) = measured.ratios
    cpu = measured.quantities[0]["cpu_ms"]
    assert cpu.value and cpu.low is not None and cpu.high is not None
    one = {
        "ratio": ratio.value,
        "low": ratio.low,
        "high": ratio.high,
        "ratio_half_width": (ratio.high - ratio.low) / 2 / ratio.value,
        "cpu_us": cpu.value * 1e3,
        "cpu_half_width": (cpu.high - cpu.low) / 2 / cpu.value,
        "segments": measured.details[0]["segments"],
        "empty_loop_us": measured.details[0]["empty_loop_us"]["cpu"],
        "load_average": measured.host["load_average"],
    }
    print(", ".join(f"{name} {value:.4g}" for name, value in one.items()), flush=True)
    return one


def _sentence(found: dict[str, Any]) -> str:
    return (
        f"{found['hold_1']} of {found['of']} intervals hold 1; half width {found['half_width_median']:.2%} in the "
        f"median, {found['half_width_largest']:.2%} at most, {found['narrow']} within 2 %; of the CPU time "
        f"{found['cpu_half_width_median']:.2%} in the median"
    )


def _provenance() -> dict[str, Any]:
    return {
        "command": " ".join(["python", *sys.argv]),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": package_versions(),
        "host": machine.describe(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="tiny", help="tiny, or an artefact, ONNX file or zoo name")
    parser.add_argument("--other", help="compared with --model, with and without a busy process")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--cap", type=float, default=60.0, help="seconds of each measurement at most")
    parser.add_argument("--json", type=Path, help="write everything here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
