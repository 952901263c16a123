"""Was a network needed? The answer of `frugal need` as a record of a report, read with suspicion.

Knows the numbers and the rule that chooses; measures nothing and says no sentence.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frugal.contract import InputError
from frugal.report.records import NOT_MEASURED, Quantity

LARGEST_ERROR = 1000.0
"""An error counted in edits may exceed 1, but not by this much."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way of answering and what it showed; one that could not be tried has no error and a `reason`.

    Attributes:
        error: share of 1, with its 95 % interval. cpu_ms, energy_mj: for one unit.
        size_bytes: what must be stored for it.
    """

    name: str
    kind: str
    error: float | None = None
    error_low: float | None = None
    error_high: float | None = None
    cpu_ms: Quantity = NOT_MEASURED
    energy_mj: Quantity = NOT_MEASURED
    size_bytes: int | None = None
    reason: str = ""

    @property
    def per_correct_mj(self) -> Quantity:
        """Energy for one unit answered rightly: energy / (1 - error), ends paired at their worst."""
        return _per_correct(self, self.energy_mj)

    @property
    def per_correct_cpu_ms(self) -> Quantity:
        """CPU time for one unit answered rightly, at the error found: its range is the clock's alone."""
        return _per_correct(dataclasses.replace(self, error_low=self.error, error_high=self.error), self.cpu_ms)

    def to_json(self) -> dict[str, Any]:
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain |= {name: plain[name].to_json() for name in ("cpu_ms", "energy_mj")}
        return plain | {"energy_mj_per_correct_unit": self.per_correct_mj.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Candidate:
        known = {f.name for f in dataclasses.fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        for name in ("cpu_ms", "energy_mj"):
            values[name] = Quantity.from_json(values[name])
        found = cls(**values)
        for name in ("error", "error_low", "error_high"):
            _number(name, getattr(found, name), least=0.0, most=LARGEST_ERROR)
        _number("size_bytes", found.size_bytes, least=0.0)
        for quantity in (found.cpu_ms, found.energy_mj):
            for end in (quantity.value, quantity.low, quantity.high):
                _number("a quantity", end, least=0.0)
        if not all(isinstance(text, str) for text in (found.name, found.kind, found.reason)):
            raise InputError("a candidate whose name is no text")
        return found


@dataclass(frozen=True, kw_only=True)
class Need:
    """All candidates on the same data, what was asked of them, and which one it is.

    Attributes:
        asked_error: the largest error that is accepted, a share of 1 (1 - accuracy).
        chosen: the soberest candidate that holds it; None where none does. nearest: then the one with least error.
        decided_by: only (one candidate holds it), energy, bytes (their energies cannot be told apart) or none.
    """

    data: str
    unit: str
    metric: str
    asked_error: float
    samples: int
    candidates: tuple[Candidate, ...]
    chosen: str | None
    nearest: str | None
    decided_by: str
    created: str = ""
    command: str = ""

    def candidate(self, name: str | None) -> Candidate | None:
        return next((each for each in self.candidates if each.name == name), None)

    def to_json(self) -> dict[str, Any]:
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return plain | {"candidates": [each.to_json() for each in self.candidates]}


def parse(data: Any) -> Need:
    """The record of a JSON value; raises InputError, KeyError or TypeError for anything foreign.

    The verdict is reached anew from the numbers: a file cannot claim another one than its numbers give.
    """
    candidates = tuple(Candidate.from_json(each) for each in data["candidates"])
    if not candidates:
        raise InputError("no candidates")
    known = {f.name for f in dataclasses.fields(Need)} - {"candidates", "chosen", "nearest", "decided_by"}
    values = {key: value for key, value in data.items() if key in known}
    texts = ("data", "unit", "metric", "created", "command")
    if not all(isinstance(values.get(name, ""), str) for name in texts) or type(values["samples"]) is not int:
        raise InputError("a text or a count of another type")
    _number("asked_error", values["asked_error"], least=0.0, known=True)
    return decided(candidates=candidates, **values)


def decided(*, candidates: Sequence[Candidate], asked_error: float, **about: Any) -> Need:
    """The candidates with the verdict: of those whose error is at most `asked_error` the least energy per correct unit.

    Where the CPU times (method C: one calibration for all) or else the energies of several cannot be told apart from
    the least, the fewest bytes decide. Where no candidate holds the error, the nearest is named.
    """
    tried = [each for each in candidates if each.error is not None]
    holding = [each for each in tried if each.error is not None and each.error <= asked_error]
    if not holding:
        nearest = min(tried, key=lambda each: (each.error, _joules(each)), default=None)
        chosen, by = None, "none"
    else:
        nearest = None
        least = min(holding, key=_joules)
        alike = [each for each in holding if each is least or _alike(each, least)]
        chosen = min(alike, key=lambda each: (_bytes(each), _joules(each)))
        by = "only" if len(holding) == 1 else "energy" if len(alike) == 1 else "bytes"
    return Need(
        candidates=tuple(candidates),
        asked_error=asked_error,
        chosen=chosen.name if chosen else None,
        nearest=nearest.name if nearest else None,
        decided_by=by,
        **about,
    )


def _per_correct(candidate: Candidate, quantity: Quantity) -> Quantity:
    if candidate.error is None or quantity.value is None:
        return Quantity.unknown(candidate.reason or quantity.reason or "not given")
    if candidate.error >= 1:
        return Quantity.unknown("nothing was answered rightly")
    low = None if quantity.low is None or candidate.error_low is None else quantity.low / (1 - candidate.error_low)
    worst = candidate.error_high
    high = None if quantity.high is None or worst is None or worst >= 1 else quantity.high / (1 - worst)
    return Quantity(value=quantity.value / (1 - candidate.error), low=low, high=high, method=quantity.method)


def _joules(candidate: Candidate) -> float:
    value = candidate.per_correct_mj.value
    return float("inf") if value is None else value


def _bytes(candidate: Candidate) -> float:
    return float("inf") if candidate.size_bytes is None else candidate.size_bytes


def _alike(one: Candidate, other: Candidate) -> bool:
    """Whether the costs of two cannot be told apart: their ranges overlap, or one of them is unknown."""
    common = one.energy_mj.method == other.energy_mj.method == "C"
    a, b = ((each.per_correct_cpu_ms if common else each.per_correct_mj) for each in (one, other))
    if a.value is None and b.value is None:
        return True
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return a.value == b.value
    return a.low <= b.high and b.low <= a.high


def _number(name: str, value: Any, *, least: float, most: float = sys.float_info.max, known: bool = False) -> None:
    if value is None and not known:
        return
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
        raise InputError(f"{name} is {value!r:.60}", allowed=f"a number from {least:g} to {most:g}")
