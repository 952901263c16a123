"""The account of a firm: electricity, euros, greenhouse gas and other impacts of a year, here, elsewhere and of making.

What could not be assessed is listed beside every sum and never counted as 0. Nothing is ever set off against anything.
`templates/account.js` computes the same in the browser; a test compares them. Knows no sentence and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frugal.audit.alternatives import Saving, savings
from frugal.audit.amounts import at_most, exact, times, total
from frugal.audit.answers import Answers
from frugal.audit.firm import Firm, firm
from frugal.audit.lines import ELSEWHERE, HERE, Line, lines
from frugal.audit.tables import CRITERIA, GRID_CRITERIA, Tables, tables
from frugal.report.records import Quantity


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a sum, and the ids of the lines that could not be assessed in it."""

    quantity: Quantity
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"quantity": self.quantity.to_json(), "missing": list(self.missing)}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A year.

    Attributes:
        parts: criterion -> "here", "elsewhere" or "making" -> part.
        totals: criterion -> sum of the parts that are known.
        notes: what a reader must know: "country_unknown", "over_bill", "capped_by_bill".
    """

    lines: tuple[Line, ...]
    price: Quantity
    parts: dict[str, dict[str, Part]]
    totals: dict[str, Quantity]
    savings: tuple[Saving, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": [
                {
                    "id": line.id,
                    "kind": line.kind,
                    "kwh": line.kwh.to_json(),
                    "making_ghg": line.making["ghg"].to_json() if "ghg" in line.making else None,
                }
                for line in self.lines
            ],
            "price_euros_per_kwh": self.price.to_json(),
            "parts": {c: {name: part.to_json() for name, part in parts.items()} for c, parts in self.parts.items()},
            "totals": {c: quantity.to_json() | {"unit": CRITERIA[c]} for c, quantity in self.totals.items()},
            "savings": [saving.to_json() for saving in self.savings],
            "notes": list(self.notes),
        }


def account(answers: Answers, known: Tables | None = None) -> Account:
    """A year of the firm that answered."""
    facts = known or tables()
    about = firm(answers, facts)
    found = lines(about, facts)
    grid = facts.elsewhere if about.country is None else facts.grids[about.country]
    price = _price(about)
    here, notes = _here(found, about)
    parts: dict[str, dict[str, Part]] = {
        "kwh": {HERE: here, ELSEWHERE: _sum([(line, line.kwh) for line in found if line.where == ELSEWHERE])},
        "euros": {HERE: Part(quantity=times(here.quantity, price), missing=here.missing)},
    }
    for criterion in GRID_CRITERIA:
        parts[criterion] = {
            HERE: Part(quantity=times(here.quantity, grid[criterion]), missing=here.missing),
            ELSEWHERE: _elsewhere(found, facts, criterion),
            "making": _sum([(line, line.making[criterion]) for line in found if criterion in line.making]),
        }
    return Account(
        lines=found,
        price=price,
        parts=parts,
        totals={c: total(part.quantity for part in known_parts.values()) for c, known_parts in parts.items()},
        savings=savings(found, about, facts, grid, price),
        notes=notes,
    )


def _price(about: Firm) -> Quantity:
    """Euros per kWh on the firm's own bill; there is no other."""
    kwh, euros = about.electricity.get("bill_kwh"), about.electricity.get("bill_euros")
    if not kwh or euros is None:
        return Quantity.unknown("no_price")
    return exact(euros / kwh, "measured")


def _here(found: Sequence[Line], about: Firm) -> tuple[Part, tuple[str, ...]]:
    """Electricity of the devices: never more than the bill; and what to say about it."""
    part = _sum([(line, line.kwh) for line in found if line.where == HERE])
    notes = ["country_unknown"] if about.country is None else []
    bill, quantity = about.electricity.get("bill_kwh"), part.quantity
    if bill is not None and quantity.value is not None and "devices_kwh" not in about.electricity:
        if quantity.low is not None and quantity.low > bill:
            notes.append("over_bill")
        elif quantity.high is not None and quantity.high > bill:
            notes.append("capped_by_bill")
        part = Part(quantity=at_most(quantity, bill), missing=part.missing)
    return part, tuple(notes)


def _elsewhere(found: Sequence[Line], facts: Tables, criterion: str) -> Part:
    per_kwh = facts.elsewhere[criterion]
    return _sum(
        [
            (line, line.direct[criterion] if criterion in line.direct else times(line.kwh, per_kwh))
            for line in found
            if line.where == ELSEWHERE
        ]
    )


def _sum(parts: Sequence[tuple[Line, Quantity]]) -> Part:
    """What a meter reads already is not missing."""
    missing = [line.id for line, quantity in parts if quantity.value is None and quantity.reason != "in_meter"]
    return Part(quantity=total(quantity for _, quantity in parts), missing=tuple(missing))
