"""From answers and CPU seconds to figures with intervals: one JSON value, and the Markdown table made from it.

Numbers only: no answer and no text of the lines gets in. Scores are `frugal.comparison`'s, as `frugal score` prints
them; energy is CPU time times the power of a core (method C).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from engines import Engine
from line_set import LineSet
from rounds import Entry, measured

from frugal.comparison import Difference, Score, difference, score, units
from frugal.contract import InputError
from frugal.energy import machine
from frugal.energy.factors.cpu_power import core_power
from frugal.energy.meters.cpu_time import CpuTimeMeter
from frugal.energy.statistics import Interval, log_ratio_interval, mean_interval, with_calibration
from frugal.text import STANDARD

COLUMNS = (
    "engine",
    "CER, %",
    "WER, %",
    "accents right, %",
    "CPU ms per line",
    "CPU time, ours / its",
    "mJ per line",
    "model, MB",
)


def results(entries: Sequence[Entry], lines: LineSet, ours: Sequence[Engine]) -> dict[str, Any]:
    """Everything that was measured, in the order of `entries`; shares of 1, ms, mJ, bytes."""
    alive = measured(entries)
    scores = {entry.engine.name: score(entry.engine.name, lines.truth, entry.answers) for entry in alive}
    names = {engine.name for engine in ours}
    pairs = [
        (mine, peer)
        for mine in alive if mine.engine.name in names
        for peer in alive if peer.engine.name not in names
    ]  # fmt: skip
    return {
        "counted": _counted(lines, next(iter(scores.values()), None)),
        "rules": list(STANDARD),
        "energy": {"method": CpuTimeMeter.method, "scope": CpuTimeMeter().scope},
        "engines": [_row(entry, scores.get(entry.engine.name)) for entry in entries],
        "ratios": [_ratio(mine, peer) for mine, peer in pairs if mine.blocks_s and peer.blocks_s],
        "differences": [_difference(scores[peer.engine.name], scores[mine.engine.name], lines) for mine, peer in pairs],
    }


def table(data: Mapping[str, Any]) -> list[str]:
    """Markdown, a line per row; of the ratios each peer's to the first of ours."""
    rows = [COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1))]
    first = data["ratios"][0]["of_engine"] if data["ratios"] else None
    ratios = {ratio["to_engine"]: ratio for ratio in data["ratios"] if ratio["of_engine"] == first}
    for engine in data["engines"]:
        if "reason" in engine:
            rows.append((engine["title"], f"**not measured**: {engine['reason']}", *["-"] * (len(COLUMNS) - 2)))
            continue
        rates = [_shown(engine[metric], 100) for metric in ("cer", "wer", "accents")]
        ratio = ratios.get(engine["name"])
        energy = _shown(engine["energy_mj"], 1)
        rows.append(
            (
                engine["title"],
                *rates,
                _shown(engine["cpu_ms"], 1),
                _shown(ratio, 1) if ratio else "-",
                energy if energy == "-" else f"{energy} {engine['energy_mj']['method']}",
                f"{engine['size_bytes'] / 1e6:.2f}",
            )
        )
    return [f"| {' | '.join(row)} |" for row in rows]


def _row(entry: Entry, scored: Score | None) -> dict[str, Any]:
    named = {"name": entry.engine.name, "title": entry.engine.title, "tool": entry.engine.tool}
    if scored is None or entry.process is None:
        return named | {"reason": entry.reason}
    options = {name: value for name, value in entry.engine.options.items() if name not in ("model", "lm")}
    files = entry.process.files
    return named | {
        "options": options,
        **{metric: dataclasses.asdict(rate) for metric, rate in scored.rates.items()},
        "cer_worst_decile": scored.worst_decile,
        **_costs(entry.blocks_s),
        "size_bytes": sum(file["bytes"] for file in files),
        "files": files,
        "peak_memory_bytes": {"value": entry.peak_memory_bytes, "low": entry.peak_memory_bytes,
                              "high": entry.peak_memory_bytes, "method": "os"},
        "versions": entry.process.versions,
    }  # fmt: skip


def _costs(blocks_s: Sequence[float]) -> dict[str, Any]:
    if not blocks_s:
        unknown = {"value": None, "reason": "no line was timed"}
        return {"cpu_ms": unknown, "energy_mj": unknown}
    power = core_power(machine.cpu_model())
    cpu_ms = mean_interval([seconds * 1e3 for seconds in blocks_s])
    energy_mj = mean_interval([seconds * 1e3 * power.watts for seconds in blocks_s])
    return {
        "cpu_ms": _quantity(cpu_ms, "clock"),
        "energy_mj": _quantity(with_calibration(energy_mj, power.factor), CpuTimeMeter.method),
    }


def _quantity(interval: Interval, method: str) -> dict[str, Any]:
    """As reports write it; the ends of one block's interval are infinite, and then left out."""
    ends = [interval.low, interval.high]
    low, high = (max(ends[0], 0.0), ends[1]) if all(abs(end) != float("inf") for end in ends) else (None, None)
    return {"value": interval.value, "low": low, "high": high, "method": method}


def _ratio(mine: Entry, peer: Entry) -> dict[str, Any]:
    """CPU time of ours / CPU time of the peer: geometric mean over blocks that both read, line by line the same."""
    interval = _quantity(log_ratio_interval(mine.blocks_s, peer.blocks_s), "clock")
    return {
        **interval,
        "of": "cpu_time",
        "of_engine": mine.engine.name,
        "to_engine": peer.engine.name,
        "confidence": 0.95,
        "blocks": len(mine.blocks_s),
    }


def _difference(peer: Score, mine: Score, lines: LineSet) -> dict[str, Any]:
    change: Difference = difference(peer, mine, lines.truth)
    rates = {metric: dataclasses.asdict(rate) for metric, rate in change.rates.items()}
    return {"of_engine": mine.name, "minus_engine": peer.name, **rates, "p_value": change.p_value,
            "units": change.units, "differing": change.differing}  # fmt: skip


def _counted(lines: LineSet, scored: Score | None) -> dict[str, Any]:
    if scored is None:
        raise InputError("no engine could be measured", allowed="at least one", remedy="--install, and see above")
    totals = {
        metric: round(sum(tally.total for tally in scored.tallies[metric])) for metric in ("cer", "wer", "accents")
    }
    by_writer = units(lines.truth) is not None
    return {
        "lines": len(lines.items),
        "characters": totals["cer"],
        "words": totals["wer"],
        "accented_characters": totals["accents"],
        "writers": len(set(lines.truth.writers)) if lines.truth.writers is not None else None,
        "intervals_over": "writer" if by_writer else "line",
    }


def _shown(quantity: Mapping[str, Any], scale: float) -> str:
    """`18.1 (16.9-19.4)`, three significant digits; `-` where it is unknown."""
    numbers = [quantity.get(key) for key in ("value", "low", "high")]
    if numbers[0] is None:
        return "-"
    texts = [_digits(number * scale) for number in numbers if number is not None]
    return texts[0] if len(texts) == 1 else f"{texts[0]} ({texts[1]}-{texts[2]})"


def _digits(number: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{number:#.3g}".rstrip(".") if 0.001 <= abs(number) < 1000 else f"{number:.0f}"
