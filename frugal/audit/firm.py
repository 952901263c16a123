"""A firm as its account sees it: its answers, and what is assumed of its trade where it did not answer.

An answer always beats an assumption; an assumption has a range from half to double. Knows no factor but the trades.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frugal.audit.amounts import exact, times
from frugal.audit.answers import Answers, DeviceAnswer
from frugal.audit.tables import SPREAD, Tables
from frugal.report.records import Quantity

DEFAULT_DAYS_A_WEEK, DEFAULT_WEEKS_A_YEAR = 5.0, 47.0
ANSWERED = exact(1.0, "measured")
ASSUMED = Quantity(value=1.0, low=1 / SPREAD, high=SPREAD, method="magnitude")


@dataclass(frozen=True, kw_only=True)
class Firm:
    """Everything that an account needs of a firm.

    Attributes:
        sureness: factor on all that the devices cost: 1, or half to double where they are the trade's.
        days_a_year: on which it works.
    """

    devices: tuple[DeviceAnswer, ...]
    sureness: Quantity
    days_a_year: float
    weeks_a_year: float
    uses: Mapping[str, Quantity]
    electricity: Mapping[str, float]
    country: str | None

    def use(self, name: str) -> Quantity:
        """The answer to a question about a service, or the trade's, or unknown."""
        return self.uses.get(name, Quantity.unknown("not_given"))


def firm(answers: Answers, known: Tables) -> Firm:
    trade = known.trades.get(answers.trade, {}) if answers.trade is not None else {}
    days = _first(answers.days_a_week, trade.get("days_a_week"), DEFAULT_DAYS_A_WEEK)
    weeks = _first(answers.weeks_a_year, trade.get("weeks_a_year"), DEFAULT_WEEKS_A_YEAR)
    assumed = {name: times(exact(float(value)), ASSUMED) for name, value in trade.get("uses", {}).items()}
    own = answers.devices
    return Firm(
        devices=tuple(DeviceAnswer(**device) for device in trade.get("devices", ())) if own is None else own,
        sureness=ASSUMED if own is None else ANSWERED,
        days_a_year=days * weeks,
        weeks_a_year=weeks,
        uses={**assumed, **{name: exact(value) for name, value in answers.uses.items()}},
        electricity=answers.electricity,
        country=answers.country,
    )


def _first(*numbers: float | None) -> float:
    return next(float(number) for number in numbers if number is not None)
