"""What stages_lines.py left, as Markdown: a line per arm and goal, and the pairs that are to be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nested_bootstrap import difference_of, error_of, ratio_of

Rows = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""(goal, arm) -> one row per seed."""
TITLES = {
    "whole": "trained on, int8",
    "quantise_aware": "trained on with rounding, int8",
    "student": "a narrow network from nothing, int8",
    "student_distilled": "the narrow network, taught by the whole one, int8",
    "student_longer": "the narrow network alone, in no less CPU time, int8",
    "joint": "frugal: pruned, recurrent layers too, int8",
    "joint_distilled": "the same, taught by the whole network",
    "torch_pruning": "torch-pruning, recurrent layers left out, int8",
    "unstructured": "single weights, as many bytes deflated, int8",
    "pruned_alone": "frugal: pruned, recurrent layers too, in floats",
}
"""Of the arms, in the order of the table."""
GOALS = {"any": "-", "macs-50": "half the MACs", "kb-512": "512 kB", "kb-256": "256 kB"}
HEADER = ("goal", "arm", "seeds", "CER, %", "in floats, %", "MACs, %", "kB", "kB deflated", "CPU s")
PAIRS = (
    ("macs-50", "joint", "torch_pruning"),
    ("macs-50", "joint", "unstructured"),
    ("any", "quantise_aware", "whole"),
    ("any", "student_distilled", "student"),
    ("any", "student_distilled", "student_longer"),
    ("macs-50", "joint_distilled", "joint"),
    ("kb-512", "joint", "pruned_alone"),
    ("kb-256", "joint", "pruned_alone"),
)
"""(goal, arm, the arm that it is to beat)."""


def stage_tables(folder: Path) -> list[str]:
    """Lines of Markdown; a pair that was not run says so."""
    rows = _rows(folder)
    lines = [HEADER, ("---", "---", *["---:"] * (len(HEADER) - 2))]
    lines += [_line(goal, arm, rows[goal, arm]) for goal in GOALS for arm in TITLES if (goal, arm) in rows]
    pairs = [("goal", "arm", "against", "CER / CER", "difference, points"), ("---", "---", "---", "---:", "---:")]
    pairs += [_pair(rows, *pair) for pair in PAIRS]
    return [f"| {' | '.join(line)} |" if line else "" for line in (*lines, (), *pairs)]


def _rows(folder: Path) -> Rows:
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for file in sorted(folder.glob("stage__*.json")):
        row = json.loads(file.read_text(encoding="utf-8"))
        rows.setdefault((row["goal"], row["arm"]), []).append(row)
    return rows


def _line(goal: str, arm: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    def mean(key: str, scale: float = 1.0) -> str:
        return f"{np.mean([row[key] for row in rows]) * scale:.1f}"

    floats = f"{np.mean([row['error_in_floats'] for row in rows]) * 100:.2f}"
    kilobytes = (mean(key, 1e-3) for key in ("size_bytes", "deflated_bytes"))
    error = _range(error_of(_run(rows)), 100)
    return (
        GOALS[goal],
        TITLES[arm],
        f"{len(rows)}",
        error,
        floats,
        mean("macs_ratio", 100),
        *kilobytes,
        mean("cpu_s"),
    )


def _pair(rows: Rows, goal: str, arm: str, other: str) -> tuple[str, ...]:
    ours, theirs = (_by_seed(rows.get((goal, name), ())) for name in (arm, other))
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        return (GOALS[goal], TITLES[arm], TITLES[other], "**not measured**", "-")
    runs = [_run([row[seed] for seed in shared]) for row in (ours, theirs)]
    titles = (TITLES[arm], TITLES[other])
    return (GOALS[goal], *titles, _range(ratio_of(*runs), 1, 3), _range(difference_of(*runs), 100, sign="+"))


def _by_seed(rows: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    return {row["settings"]["seed"]: row for row in rows}


def _run(rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """(S, N, 2): errors and characters of each line, by seed."""
    return np.array([row["lines"] for row in rows], float)


def _range(values: tuple[float, float, float], scale: float, digits: int = 2, sign: str = "") -> str:
    value, low, high = (f"{number * scale:{sign}.{digits}f}" for number in values)
    return f"{value} ({low} to {high})"
