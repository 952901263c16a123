"""How a pipeline was found: every trial of a search with what it cost and what came of it, as a report holds it.

Knows the JSON of the account `search`; knows no sentence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One trial.

    Attributes:
        why: given, alone, bare, expected, sampled or sibling. told: the pipeline in words.
        error, error_low, error_high: on the samples of the search, shares of 1; None where the trial failed.
        misses: what of the budget it does not keep, in words. reason: why it failed.
    """

    number: int
    why: str
    told: str
    cpu_s: float
    error: float | None = None
    error_low: float | None = None
    error_high: float | None = None
    size_bytes: float | None = None
    macs: float | None = None
    cpu_ms: float | None = None
    misses: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Search:
    """A whole search.

    Attributes:
        chosen: number of the trial that is the answer. kept: whether it keeps the budget on the samples of the search.
        samples: how many the search looked at. cpu_s: what all trials cost.
        left_out: (method, why it was not used).
    """

    chosen: int
    kept: bool
    samples: int
    cpu_s: float
    trials: tuple[Tried, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def answer(self) -> Tried:
        return next(trial for trial in self.trials if trial.number == self.chosen)


def parse(data: Mapping[str, Any]) -> Search:
    """The account as a record; raises ValueError, KeyError or TypeError for anything foreign."""
    trials = tuple(_trial(entry) for entry in data["trials"])
    if data["chosen"] not in [trial.number for trial in trials]:
        raise ValueError(f"no trial {data['chosen']}")
    return Search(
        chosen=int(data["chosen"]),
        kept=bool(data["kept"]),
        samples=int(data["samples"]),
        cpu_s=float(data["cpu_s"]),
        trials=trials,
        left_out=tuple((str(name), str(why)) for name, why in data["left_out"].items()),
    )


def _trial(entry: Mapping[str, Any]) -> Tried:
    numbers = {
        name: _number(entry.get(name)) for name in ("error", "error_low", "error_high", "size_bytes", "macs", "cpu_ms")
    }
    return Tried(
        number=int(entry["number"]),
        why=str(entry["why"]),
        told=str(entry["told"]),
        cpu_s=float(entry["cpu_s"]),
        **numbers,
        misses=tuple(map(str, entry.get("misses", ()))),
        reason=str(entry.get("reason", "")),
    )


def _number(value: Any) -> float | None:
    if value is None or (isinstance(value, (int, float)) and math.isfinite(value)):
        return value
    raise ValueError(f"{value!r:.40} is no number")
