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
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from engines import EngineFailure, interpreter
from subjects import Subject

from frugal.benchmarking import BenchSettings, measure
from frugal.contract import Artefact, InputError, Tally
from frugal.evaluation import Evaluation, bootstrap_interval
from frugal.fingerprint import digest, sources
from frugal.flow import parity_feeds
from frugal.runtime.artefact import open_artefact, sha256, write_json
from frugal.runtime.counting import count

HERE = Path(__file__).parent
FIGURES = frozenset({"quantising_cpu_s", "tool_versions", "metric", "samples", "error", "error_low", "error_high",
                     "error_increase", "size_bytes", "int8_weight_share", "model_sha256"})  # fmt: skip
"""Of a cell, what its file alone decides."""


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
        Tool(name="ort-tuned-7bit", title="onnxruntime static, uint8, per channel, 7-bit weights", folder="ort",
             options={"mode": "static-tuned", "reduce_range": True}),
        Tool(name="ort-dynamic", title="onnxruntime dynamic", folder="ort", options={"mode": "dynamic"}),
        Tool(name="nncf", title="NNCF, ONNX backend", folder="nncf"),
        Tool(name="optimum", title="optimum ORTQuantizer, dynamic", folder="optimum", options={"processor": "avx2"}),
    )
}  # fmt: skip


class Ground:
    """What all cells of a network share, made once: float file, calibration feeds, float errors, our int8."""

    def __init__(self, subject: Subject, cache: Path) -> None:
        self.subject = subject
        self.folder = cache / "compression" / subject.name

    @cached_property
    def source(self) -> Artefact:
        return self.subject.float_artefact(self.folder / "float")

    @cached_property
    def feeds(self) -> list[dict[str, np.ndarray]]:
        return self.subject.feeds()

    @cached_property
    def before(self) -> Evaluation:
        return self.subject.errors(self.source)

    @cached_property
    def ours(self) -> Artefact:
        target = self.folder / "frugal"
        shutil.rmtree(target, ignore_errors=True)
        return self.subject.quantised(self.source, target, self.feeds)


@dataclass(frozen=True, kw_only=True)
class Cell:
    ground: Ground
    tool: Tool

    @property
    def name(self) -> str:
        return f"{self.ground.subject.name}/{self.tool.name}"

    @property
    def identity(self) -> dict[str, Any]:
        """What a stored figure must agree with: the network, the tool with its options, and ours beside it."""
        subject, tool = self.ground.subject, self.tool
        folder = HERE / tool.folder
        files = [] if not tool.folder else [folder / name for name in ("quantise.py", "requirements.txt")]
        passes = {name: code for name, code in sources(*subject.int8).items() if name.startswith("frugal.passes")}
        return {
            "weights_sha256": subject.digest,
            "tool": digest(dict(tool.options), [file.read_text(encoding="utf-8") for file in files])[:16],
            "ours": digest(repr(subject.int8), passes)[:16],
        }


def measure_cell(
    cell: Cell, cache: Path, *, install: bool, cap_s: float, stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Errors, bytes and the ratio of CPU time to ours; or the reason why there is none.

    Args:
        stored: the cell as it was measured; where the tool and the network are the same, its file is not made and
            scored again, only timed.
    """
    ground = cell.ground
    row = {"tool": cell.tool.name, "title": cell.tool.title}
    try:
        kept = None if stored is None else _kept(cell, stored)
        if kept is None:
            made, facts = _artefact(cell, cache, install=install)
            kept = made, facts | _accuracy(ground, made) | _size(made) | {"model_sha256": sha256(made.model_path)}
        made, figures = kept
        return row | figures | _time(made, ground.ours, cap_s)
    except (EngineFailure, InputError) as failure:
        return row | {"reason": " ".join(str(failure).split())[:300]}


def _kept(cell: Cell, stored: Mapping[str, Any]) -> tuple[Artefact, dict[str, Any]] | None:
    """The file that was made for the cell and its figures but for the time; None where they do not hold any more."""
    folder = cell.ground.source.path if cell.tool.name == "float" else cell.ground.folder / cell.tool.name
    is_same = all(stored["identity"][key] == cell.identity[key] for key in ("weights_sha256", "tool"))
    if cell.tool.name == "frugal" or not is_same or "reason" in stored or not (folder / "model.onnx").is_file():
        return None
    made = open_artefact(folder)
    if stored.get("model_sha256") != sha256(made.model_path):
        return None
    return made, {name: value for name, value in stored.items() if name in FIGURES}


def _artefact(cell: Cell, cache: Path, *, install: bool) -> tuple[Artefact, dict[str, Any]]:
    ground = cell.ground
    if not cell.tool.folder:
        return {"float": ground.source, "frugal": ground.ours}[cell.tool.name], {}
    python = interpreter(cell.tool.folder, cache, install=install)
    target = ground.folder / cell.tool.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ground.source.path, target)
    (target / "model.onnx").unlink()
    facts = _quantised(cell.tool, python, ground, target)
    write_json(target / "contract.json", {**ground.source.contract, "precision": "int8"})
    return open_artefact(target), facts


def _quantised(tool: Tool, python: Path, ground: Ground, target: Path) -> dict[str, Any]:
    """Run the tool in its environment; what it says of itself."""
    feeds = target / "feeds.npz"
    np.savez(feeds, **{f"{i:04d}/{name}": array for i, feed in enumerate(ground.feeds) for name, array in feed.items()})
    script = HERE / tool.folder / "quantise.py"
    command = [python, "-P", HERE / "quantising.py", script, json.dumps(dict(tool.options)), ground.source.model_path,
               feeds, target / "model.onnx"]  # fmt: skip
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    feeds.unlink()
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise EngineFailure(f"{tool.title} failed ({said[-1][:200]})")
    facts: dict[str, Any] = json.loads(lines[-1])
    if "error" in facts:
        raise EngineFailure(facts["error"])
    return {"quantising_cpu_s": round(facts["cpu_s"], 1), "tool_versions": facts["versions"]}


def _accuracy(ground: Ground, made: Artefact) -> dict[str, Any]:
    """Error, and how far it moved from the float network's on the same samples, both with intervals."""
    before = ground.before
    result = before if made is ground.source else ground.subject.errors(made)
    low, high = result.interval()
    moved = _paired(result, before, result.several_groups)
    return {
        "metric": ground.subject.task.metric.name,
        "samples": len(result.ids),
        "error": result.error,
        "error_low": low,
        "error_high": high,
        "error_increase": dict(zip(("value", "low", "high"), moved, strict=True)),
    }


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
