"""Does the search earn its keep? Five budgets of different kinds on the digits, against a grid of hand-made pipelines.

    python benchmarks/search.py [--seeds 3] [--cap 3] [--cache runs/search] [--json FILE]

Per seed: one network is trained; `frugal compress` looks for an answer to each budget, unattended, within `--cap` CPU
minutes; then the grid (pruning ratio x epochs of recovery, each with int8) runs until it has cost as many CPU seconds
as the five searches. What is compared is the hypervolume (Zitzler and Thiele 1998) of (error, bytes, CPU time) on the
test samples: the volume between what was reached and the reference of 3 points more errors than the network as trained,
its bytes and its CPU time; bytes and times as shares of that network's. Resumable: finished commands are not run again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

BUDGETS = (
    "size_bytes<=12k error_increase<=0.005",
    "macs_ratio<=0.25 error_increase<=0.005",
    "cpu_ms_ratio<=0.5 error_increase<=0.01",
    "error_increase<=0",
    "parameters<=6k weight_bytes<=8k",
)
RATIOS, EPOCHS = (0.5, 0.3, 0.7, 0.6, 0.4), (15, 30, 8)
"""In the order in which somebody would try them by hand."""
SLACK = 0.03


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a command ended with, on the test samples; `bytes`, `cpu`: shares of the network as trained."""

    what: str
    code: int
    error: float
    trained_error: float
    bytes: float
    cpu: float
    cpu_s: float


def main() -> None:
    arguments = _arguments()
    result: dict[str, Any] = {"budgets": BUDGETS, "cap_cpu_min": arguments.cap, "seeds": []}
    print("| seed | budget | exit | error, % (trained) | bytes | CPU time | CPU s |")
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for seed in range(arguments.seeds):
        folder = arguments.cache / f"seed{seed}"
        run = folder / "trained"
        _frugal(["run", "recipe=digits", "pipeline=none", f"seed={seed}", f"out={run}"], run)
        found = [_searched(run, budget, folder / f"budget{i}", arguments.cap) for i, budget in enumerate(BUDGETS)]
        for tried in found:
            print(_line(seed, tried), flush=True)
        grid = list(_grid(folder / "grid", seed, sum(tried.cpu_s for tried in found)))
        volumes = {"search": hypervolume(found), "grid": hypervolume(grid)}
        print(f"seed {seed}: hypervolume {volumes['search']:.3f} of the search, {volumes['grid']:.3f} of "
              f"{len(grid)} pipelines by hand", flush=True)  # fmt: skip
        result["seeds"].append(
            {"seed": seed, "search": list(map(asdict, found)), "grid": list(map(asdict, grid)), "hypervolume": volumes}
        )
    won = [each["hypervolume"]["search"] - each["hypervolume"]["grid"] for each in result["seeds"]]
    ahead = sum(each > 0 for each in won)
    print(f"mean difference {statistics.mean(won):+.3f}; the search's is larger in {ahead} of {len(won)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def hypervolume(points: Sequence[Tried]) -> float:
    """Share of the box from (0, 0, 0) to the reference that at least one point dominates."""
    if not points:
        return 0.0
    reference = np.array([points[0].trained_error + SLACK, 1.0, 1.0])
    corners = np.array([[p.error, p.bytes, p.cpu] for p in points]) / reference
    corners = corners[(corners < 1).all(axis=1)]
    edges = [np.unique(np.concatenate([corners[:, axis], [1.0]])) for axis in range(3)]
    volume = 0.0
    for cell in itertools.product(*(range(len(edge) - 1) for edge in edges)):
        low = np.array([edge[index] for edge, index in zip(edges, cell, strict=True)])
        if (corners <= low).all(axis=1).any():
            volume += math.prod(float(edge[index + 1] - edge[index]) for edge, index in zip(edges, cell, strict=True))
    return volume


def _searched(run: Path, budget: str, out: Path, cap: float) -> Tried:
    arguments = ["compress", str(run), "--budget", budget, "--cap", f"{cap:g}", "--out", str(out)]
    return _tried(budget, out, *_frugal(arguments, out))


def _grid(out: Path, seed: int, cpu_s: float) -> Iterator[Tried]:
    """Pipelines by hand in one run folder, so that the training is shared, until they cost as much as the searches."""
    spent = 0.0
    for epochs, ratio in itertools.product(EPOCHS, RATIOS):
        if spent >= cpu_s:
            return
        steps = [f"stages.prune.ratio={ratio}", f"stages.recover.epochs={epochs}"]
        place = out.with_name(f"{out.name}-{ratio}-{epochs}")
        command = ["run", "recipe=digits", f"seed={seed}", f"out={out}", *steps]
        tried = _tried(" ".join(steps), place, *_frugal(command, place, source=out))
        spent += tried.cpu_s
        yield tried


def _frugal(arguments: Sequence[str], place: Path, *, source: Path | None = None) -> tuple[int, float]:
    """Exit code and CPU seconds of a command whose report lies in `source`, kept at `place`; run once only."""
    kept = place / "command.json"
    if kept.is_file():
        known = json.loads(kept.read_text(encoding="utf-8"))
        return known["code"], known["cpu_s"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "frugal", *arguments], capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1) or not ((source or place) / "report.json").is_file():  # a crash ends with 1 too
        sys.exit(f"frugal {' '.join(arguments)}: {done.stderr.strip().splitlines()[-1:]}")
    place.mkdir(parents=True, exist_ok=True)
    if source is not None:
        (place / "report.json").write_bytes((source / "report.json").read_bytes())
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    kept.write_text(json.dumps({"code": done.returncode, "cpu_s": round(cpu_s, 1)}), encoding="utf-8")
    return done.returncode, round(cpu_s, 1)


def _tried(what: str, place: Path, code: int, cpu_s: float) -> Tried:
    rows = json.loads((place / "report.json").read_text(encoding="utf-8"))["rows"]
    first, last = rows[0], rows[-1]
    return Tried(
        what=what,
        code=code,
        error=last["error"],
        trained_error=first["error"],
        bytes=last["size_bytes"] / first["size_bytes"],
        cpu=last["cpu_ms"]["value"] / first["cpu_ms"]["value"],
        cpu_s=cpu_s,
    )


def _line(seed: int, tried: Tried) -> str:
    return (
        f"| {seed} | `{tried.what}` | {tried.code} | {100 * tried.error:.2f} ({100 * tried.trained_error:.2f}) "
        f"| {tried.bytes:.3f} | {tried.cpu:.2f} | {tried.cpu_s:.0f} |"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cap", type=float, default=3.0, help="CPU minutes of each search")
    parser.add_argument("--cache", type=Path, default=Path("runs/search"))
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
