"""`frugal demo`: the whole main job on real handwriting; without the extra `train`, what the base install can show.

Knows which recipe and which model it shows; the work is done by `run`, `bench`, `check` and `report`'s own modules.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frugal.contract import Arrays, Artefact, InputError

if TYPE_CHECKING:
    from frugal.benchmarking import Measured
    from frugal.report.records import Report
    from frugal.report.verdict import Finding

RECIPE = "digits"
NEEDED = ("torch", "torchvision", "lightning", "hydra", "onnxscript", "onnxslim", "torch_pruning", "safetensors",
          "sklearn")  # fmt: skip
"""What the recipe imports."""
BUDGET = "size_bytes<=100k macs<=10M"
CI, CAP_S, WARM_UP_S = 0.05, 5.0, 0.5


def command(
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/digits or, without training, runs/demo.")] = None,
) -> int:
    """Train, compress, export and measure on handwritten digits; without the extra train, measure a model of the zoo.

    Example: frugal demo --out /tmp/demo
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        from frugal.cli.run import run_overrides

        return run_overrides([f"recipe={RECIPE}", *([f"out={out}"] if out else [])])
    print(
        f"note: {missing[0]} is not installed, so nothing is trained and a model of the zoo is measured; "
        "the full demo: pip install 'frugal-ml[train]'",
        file=sys.stderr,
    )
    return _measure_zoo(out or Path("runs/demo"))


def _measure_zoo(out: Path) -> int:
    """Bench, check and report the first model of characters in the zoo, on its own parity samples."""
    from frugal.benchmarking import BenchSettings, measure
    from frugal.gate import findings, parse_budget
    from frugal.runtime.artefact import open_artefact

    artefact = open_artefact(_characters())
    inputs, expected = _parity_samples(artefact)
    count = len(next(iter(inputs.values())))
    feeds = [{name: array[index : index + 1] for name, array in inputs.items()} for index in range(count)]
    print(f"measuring {artefact.path.name} on {count} samples, at most {CAP_S:g} s ...", file=sys.stderr)
    settings = BenchSettings(ci=CI, cap_s=CAP_S, warm_up_s=WARM_UP_S)
    report = _report(artefact, measure([artefact], settings, feeds=feeds), _parity(artefact, inputs, expected))
    found = findings(report, parse_budget(BUDGET))
    return _show(report, found, out)


def _characters() -> Path:
    from frugal.zoo import index

    for entry in index.entries():
        if entry.task == "characters":
            return index.find(entry.name)
    raise InputError("a zoo without a model of characters", remedy="pip install 'frugal-ml[train]' for the full demo")


def _parity_samples(artefact: Artefact) -> tuple[Arrays, Arrays]:
    """Inputs and expected outputs of parity.npz, first axis = samples."""
    import numpy as np

    with np.load(artefact.path / "parity.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    inputs, expected = ({k[len(p) :]: a for k, a in arrays.items() if k.startswith(p)} for p in ("in.", "out."))
    return inputs, expected


def _parity(artefact: Artefact, inputs: Arrays, expected: Arrays) -> dict[str, float]:
    """How far this machine's answers lie from the stored ones, one sample at a time."""
    import numpy as np

    from frugal.runtime.session import open_session

    session = open_session(artefact.model_path)
    name, stored = next(iter(expected.items()))
    count = len(stored)
    answers = [
        session({key: array[index : index + 1] for key, array in inputs.items()})[name] for index in range(count)
    ]
    found = np.concatenate(answers)
    return {
        "max_abs": float(np.abs(found.astype(np.float64) - stored).max()),
        "equal_decisions": float((found.argmax(-1) == stored.argmax(-1)).mean()),
        "samples": count,
    }


def _report(artefact: Artefact, measured: Measured, parity: dict[str, float]) -> Report:
    import datetime

    from frugal.benchmarking import package_versions
    from frugal.report.records import Report

    return Report(
        name=artefact.path.name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        seed=None,
        unit="character",
        rows=(measured.row(0, method="zoo"),),
        versions=package_versions(),
        host=measured.host,
        parity=parity,
        about={
            "command": "frugal demo",
            "task": artefact.contract["task"],
            "data": "parity samples of the artefact",
            "licence": artefact.contract.get("licence"),
            "meter_scope": measured.host.get("meter_scope"),
            "budget": BUDGET,
        },
    )


def _show(report: Report, found: Sequence[Finding], out: Path) -> int:
    """Write report.json and report.html, print table, budget and path; 1 when a ceiling is broken."""
    import dataclasses

    from rich.console import Console

    from frugal.cli.check import print_findings
    from frugal.report import html, terminal
    from frugal.report.files import write_text
    from frugal.report.json import write_report

    violations = tuple(finding.violation.to_json() for finding in found if finding.violation)
    report = dataclasses.replace(report, violations=violations)
    write_report(report, out / "report.json")
    write_text(out / "report.html", html.render([report]))
    Console().print(terminal.render(report))
    print_findings(found)
    print(f"report: {out / 'report.html'}")
    return 1 if violations else 0
