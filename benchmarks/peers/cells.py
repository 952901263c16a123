"""One cell of the compression table: a network quantised by one tool, scored, and timed against ours in one process.

Every tool gets the same float file and the same calibration feeds; the result is scored on the same writers by the same
code and timed in blocks that alternate with ours.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from engines import EngineFailure, interpreter
from subjects import Subject

from frugal.benchmarking import BenchSettings, measure
from frugal.contract import Artefact, Samples, Tally
from frugal.evaluation import Evaluation, bootstrap_interval
from frugal.flow import parity_feeds
from frugal.initial import find_initial
from frugal.runtime.artefact import open_artefact, write_json
from frugal.runtime.counting import count

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Attributes:
    name: of the cell. title: for people. folder: where `quantise.py` and `requirements.txt` are; empty for ours.
    options: of its `quantise`.
    """

    name: str
    title: str
    folder: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(name="float", title="not quantised"),
        Tool(name="frugal", title="frugal"),
        Tool(name="ort-static", title="onnxruntime static", folder="ort", options={"mode": "static"}),
        Tool(name="ort-tuned", title="onnxruntime static, uint8, per channel", folder="ort",
             options={"mode": "static-tuned"}),
        Tool(name="ort-dynamic", title="onnxruntime dynamic", folder="ort", options={"mode": "dynamic"}),
        Tool(name="nncf", title="NNCF, ONNX backend", folder="nncf"),
        Tool(name="optimum", title="optimum ORTQuantizer, dynamic", folder="optimum", options={"processor": "avx2"}),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Cell:
    subject: Subject
    tool: Tool

    @property
    def name(self) -> str:
        return f"{self.subject.name}/{self.tool.name}"

    def folder(self, cache: Path) -> Path:
        return cache / "compression" / self.subject.name / self.tool.name

    def identity(self, cache: Path) -> dict[str, Any]:
        """What a stored figure must agree with: the network, the tool's options and what is installed for it."""
        requirements = HERE / self.tool.folder / "requirements.txt"
        wanted = requirements.read_text(encoding="utf-8") if self.tool.folder else repr(self.subject.int8)
        return {
            "weights_sha256": find_initial(self.subject.name).digest,
            "options": dict(self.tool.options),
            "made_with": wanted,
        }


def measure_cell(cell: Cell, cache: Path, *, install: bool, cap_s: float) -> dict[str, Any]:
    """Errors, bytes and the ratio of CPU time to ours; or the reason why there is none."""
    named = {"model": cell.subject.name, "kind": cell.subject.kind, "tool": cell.tool.name, "title": cell.tool.title}
    source = cell.subject.float_artefact(cache / "compression" / cell.subject.name / "float")
    try:
        made, facts = _artefact(cell, source, cache, install=install)
    except EngineFailure as failure:
        return named | {"reason": str(failure)}
    ours, _ = _artefact(Cell(subject=cell.subject, tool=TOOLS["frugal"]), source, cache, install=install)
    return named | facts | _accuracy(cell.subject, made, source) | _size(made) | _time(made, ours, cap_s)


def _artefact(cell: Cell, source: Artefact, cache: Path, *, install: bool) -> tuple[Artefact, dict[str, Any]]:
    if cell.tool.name == "float":
        return source, {}
    target = cell.folder(cache)
    shutil.rmtree(target, ignore_errors=True)
    if not cell.tool.folder:
        samples = Samples(calibration=cell.subject.feeds(), evaluate=cell.subject.selection_error)
        return cell.subject.int8(source, target, samples), {}
    python = interpreter(cell.tool.folder, cache, install=install)
    shutil.copytree(source.path, target)
    (target / "model.onnx").unlink()
    facts = _quantised(cell.tool, python, source, target, cell.subject)
    write_json(target / "contract.json", {**source.contract, "precision": "int8"})
    return open_artefact(target), facts


def _quantised(tool: Tool, python: Path, source: Artefact, target: Path, subject: Subject) -> dict[str, Any]:
    """Run the tool in its environment; what it says of itself."""
    feeds = target / "feeds.npz"
    np.savez(
        feeds, **{f"{i:04d}/{name}": array for i, feed in enumerate(subject.feeds()) for name, array in feed.items()}
    )
    script = HERE / tool.folder / "quantise.py"
    command = [python, "-P", HERE / "quantising.py", script, json.dumps(dict(tool.options)), source.model_path, feeds,
               target / "model.onnx"]  # fmt: skip
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    feeds.unlink()
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise EngineFailure(f"{tool.title} failed ({said[-1][:200]})")
    facts: dict[str, Any] = json.loads(lines[-1])
    if "error" in facts:
        raise EngineFailure(facts["error"])
    return {"quantising_cpu_s": facts["cpu_s"], "tool_versions": facts["versions"]}


def _accuracy(subject: Subject, made: Artefact, source: Artefact) -> dict[str, Any]:
    """Error, and how far it moved from the float network's on the same samples, both with intervals."""
    result, before = subject.errors(made), subject.errors(source)
    low, high = result.interval()
    groups = result.groups if _by_group(result) else None
    moved = _paired(result, before, groups)
    return {
        "metric": subject.task(source.contract).metric.name,
        "samples": len(result.ids),
        "error": result.error,
        "error_low": low,
        "error_high": high,
        "error_increase": dict(zip(("value", "low", "high"), moved, strict=True)),
    }


def _by_group(result: Evaluation) -> bool:
    return result.groups is not None and len(set(result.groups)) > 1


def _paired(result: Evaluation, before: Evaluation, groups: Any) -> tuple[float, float, float]:
    """Bootstrap over writers of the difference: each sample's errors minus its errors before, over its length."""
    pairs = zip(result.tallies, before.tallies, strict=True)
    moved = [Tally(errors=after.errors - first.errors, total=after.total) for after, first in pairs]
    if not any(tally.errors for tally in moved):
        return 0.0, 0.0, 0.0
    return (result.error - before.error, *bootstrap_interval(moved, groups))


def _size(made: Artefact) -> dict[str, Any]:
    shapes = {name: tuple(shape) for name, shape in made.contract["reference_shape"].items()}
    counts = count(made.model_path, shapes)
    return {"size_bytes": made.size_bytes, "int8_weight_share": counts.int8_weight_share}


def _time(made: Artefact, ours: Artefact, cap_s: float) -> dict[str, Any]:
    """CPU time of a call, and the ratio: the tool's / ours."""
    feeds = parity_feeds(ours)
    measured = measure([ours, made], BenchSettings(ci=0.01, cap_s=cap_s), feeds=feeds, names=["ours", "other"])
    (ratio,) = measured.ratios[:1]
    return {"cpu_ms": measured.quantities[1]["cpu_ms"].to_json(), "ratio_to_ours": ratio.to_json()}
