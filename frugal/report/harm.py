"""Who pays for a smaller model: the harm audit as a report holds it.

Knows the JSON of the account `harm`; knows no sentence. Counts and rates; samples and writers by name only where a
person asked for them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A share of 1 before and after; `name` and `count` where it is that of a class or a writer."""

    before: float
    after: float
    name: str = ""
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Writers:
    """How the writers fare: how many are read worse, better, as before; the largest rise; the worst tenth."""

    count: int
    worse: int
    better: int
    largest_rise: float
    worst_decile: Pair


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample whose answer changed: personal data."""

    item: str
    truth: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Harm:
    """One step against another on the same samples.

    Attributes:
        change: of the error, with its paired 95 % interval; low and high None where no sample's errors changed.
        answers: how many answers changed; of these samples newly_wrong, newly_right and otherwise_wrong.
        calibration: expected calibration error of "this sample is right".
        classes: the most harmed first. writers: None where none are recorded.
        samples, writer_errors: by name; empty unless they were asked for.
    """

    before: str
    after: str
    metric: str
    count: int
    error: Pair
    change: tuple[float, float | None, float | None]
    answers: int
    newly_wrong: int
    newly_right: int
    otherwise_wrong: int
    calibration: Pair
    classes: tuple[Pair, ...]
    writers: Writers | None
    samples: tuple[Sample, ...] = ()
    writer_errors: tuple[Pair, ...] = ()


def parse(data: Mapping[str, Any]) -> Harm:
    """The account as a record; raises ValueError, KeyError or TypeError for anything foreign."""
    change, changed = data["change"], data["changed"]
    return Harm(
        before=str(data["before"]),
        after=str(data["after"]),
        metric=str(data["metric"]),
        count=int(data["samples"]),
        error=_pair(data["error"]),
        change=(_share(change["value"]), _or_none(change.get("low")), _or_none(change.get("high"))),
        answers=int(changed["answers"]),
        newly_wrong=int(changed["newly_wrong"]),
        newly_right=int(changed["newly_right"]),
        otherwise_wrong=int(changed["otherwise_wrong"]),
        calibration=_pair(data["calibration"]),
        classes=tuple(_pair(entry, "class") for entry in data["classes"]),
        writers=None if data["writers"] is None else _writers(data["writers"]),
        samples=tuple(
            Sample(**{name: str(entry[name]) for name in ("item", "truth", "before", "after")})
            for entry in data.get("changed_samples", ())
        ),
        writer_errors=tuple(_pair(entry, "writer") for entry in data.get("writer_errors", ())),
    )


def _writers(data: Mapping[str, Any]) -> Writers:
    return Writers(
        count=int(data["count"]),
        worse=int(data["worse"]),
        better=int(data["better"]),
        largest_rise=_share(data["largest_rise"]),
        worst_decile=_pair(data["worst_decile"]),
    )


def _pair(data: Mapping[str, Any], key: str = "") -> Pair:
    named = {"name": str(data[key]), "count": int(data["count"])} if key else {}
    return Pair(before=_share(data["before"]), after=_share(data["after"]), **named)  # type: ignore[arg-type]


def _or_none(value: Any) -> float | None:
    return None if value is None else _share(value)


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is no share")
    return float(value)
