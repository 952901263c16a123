"""The compression table as Markdown, made from the cells' JSON; a cell without figures says why in its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MOVED_POINTS = 0.2
"""By which int8 may raise the error."""
SLOWER = 1.03
"""Upper end of our CPU time to the fastest other's."""
COLUMNS = (
    "network",
    "int8 by",
    "error, %",
    "moved by, points",
    "kB",
    "int8 weights, %",
    "CPU ms",
    "CPU time, its / ours",
)
CLAIMS = (
    "network",
    "ours moved the error by, points",
    "fastest of the others",
    "its error - ours, points",
    "CPU time, its / ours",
    f"moved by at most {MOVED_POINTS} points",
    f"our time at most {SLOWER} of its",
)


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lines of Markdown in the order of `rows`."""
    lines = [COLUMNS, ("---", "---", *["---:"] * (len(COLUMNS) - 2))]
    for row in rows:
        if "reason" in row:
            lines.append(
                (row["model"], row["title"], f"**not measured**: {row['reason']}", *["-"] * (len(COLUMNS) - 3))
            )
            continue
        share = row["int8_weight_share"]
        lines.append(
            (
                row["model"],
                row["title"],
                _range(row["error"], row["error_low"], row["error_high"], 100),
                _range(*(row["error_increase"][key] for key in ("value", "low", "high")), 100, signed=True),
                f"{row['size_bytes'] / 1e3:.1f}",
                "-" if share is None else f"{100 * share:.0f}",
                _quantity(row["cpu_ms"]),
                _quantity(row["ratio_to_ours"]),
            )
        )
    return [f"| {' | '.join(line)} |" for line in lines]


def claims(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Per network, what is to be shown: how far int8 moved the error, and ours against the fastest of the others."""
    lines = [CLAIMS, ("---", "---:", "---", *["---:"] * 2, *["---"] * 2)]
    for model in dict.fromkeys(row["model"] for row in rows):
        measured = [row for row in rows if row["model"] == model and "reason" not in row]
        ours = next((row for row in measured if row["tool"] == "frugal"), None)
        others = [row for row in measured if row["tool"] not in ("frugal", "float")]
        if ours is None or not others:
            lines.append((model, *["-"] * (len(CLAIMS) - 1)))
            continue
        moved = 100 * ours["error_increase"]["value"]
        fastest = min(others, key=lambda row: float(row["ratio_to_ours"]["value"]))
        worse = f"{100 * (fastest['error'] - ours['error']):+.2f}"
        ratio = fastest["ratio_to_ours"]
        verdicts = (_verdict(moved <= MOVED_POINTS), _verdict(1 / ratio["low"] <= SLOWER))
        lines.append((model, f"{moved:+.2f}", fastest["title"], worse, _quantity(ratio), *verdicts))
    return [f"| {' | '.join(line)} |" for line in lines]


def _verdict(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _quantity(quantity: Mapping[str, Any]) -> str:
    value, low, high = (quantity.get(key) for key in ("value", "low", "high"))
    if value is None:
        return "-"
    return f"{value:.3g}" if low is None or high is None else f"{value:.3g} ({low:.3g}-{high:.3g})"


def _range(value: float, low: float, high: float, scale: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    shown = [f"{number * scale:{sign}.2f}" for number in (value, low, high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
