"""The further errors of a row: words, accents, folded case, the worst writers, which its task counted beside the error.

Knows where they stand in a row's details (`error_<name>`, `low_<name>`, `high_<name>`, `worst_decile`); knows no
sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from frugal.report.records import Row

WORST_DECILE = "worst_decile"
SHOWN_AS_RIGHT = ("accents",)
"""People are told what is right here; files hold the error."""


@dataclass(frozen=True, kw_only=True)
class FurtherError:
    """A share of 1 that is wrong, with its 95 % interval where one is known."""

    name: str
    error: float
    low: float | None = None
    high: float | None = None

    def shown(self) -> tuple[float, float | None, float | None]:
        """Value, low and high as people are told them."""
        if self.name not in SHOWN_AS_RIGHT:
            return self.error, self.low, self.high
        low, high = (None if end is None else 1 - end for end in (self.high, self.low))
        return 1 - self.error, low, high


def names(rows: Iterable[Row]) -> tuple[str, ...]:
    """What the rows count beside their error, in their order; the worst writers come last."""
    known = [each for row in rows for each in row.details if _number(row.details, each) is not None]
    named = dict.fromkeys(each.removeprefix("error_") for each in known if each.startswith("error_"))
    return (*named, *([WORST_DECILE] if WORST_DECILE in known else []))


def find(row: Row, name: str) -> FurtherError | None:
    """The further error of that name; None where the row has none."""
    error, low, high = (_number(row.details, each) for each in (key(name), f"low_{name}", f"high_{name}"))
    return None if error is None else FurtherError(name=name, error=error, low=low, high=high)


def key(name: str) -> str:
    """Where a row's details, and files, hold the error of that name."""
    return name if name == WORST_DECILE else f"error_{name}"


def others(row: Row) -> dict[str, Any]:
    """The row's details without its further errors."""
    told = {f"{part}_{name}" for name in names([row]) for part in ("error", "low", "high")} | {WORST_DECILE}
    return {each: value for each, value in row.details.items() if each not in told}


def _number(details: Mapping[str, Any], name: str) -> float | None:
    value = details.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None
