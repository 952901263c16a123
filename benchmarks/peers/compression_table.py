"""The compression table as Markdown, made from the cells' JSON; a cell without figures says why in its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
                "1" if row["tool"] == "frugal" else _quantity(row["ratio_to_ours"]),
            )
        )
    return [f"| {' | '.join(line)} |" for line in lines]


def _quantity(quantity: Mapping[str, Any]) -> str:
    value, low, high = (quantity.get(key) for key in ("value", "low", "high"))
    if value is None:
        return "-"
    return f"{value:.3g}" if low is None or high is None else f"{value:.3g} ({low:.3g}-{high:.3g})"


def _range(value: float, low: float, high: float, scale: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    shown = [f"{number * scale:{sign}.2f}" for number in (value, low, high)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
