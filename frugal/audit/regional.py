"""Many firms as one table without names: one row a firm, in an order that tells nothing of who answered.

Knows accounts and text; no file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from frugal.audit.account import Account
from frugal.audit.answers import Answers
from frugal.audit.tables import CRITERIA

_UNITS = {"kwh": "kwh", "euros": "euros", "ghg": "ghg_kg", "adpe": "adpe_kg_sb", "primary_energy": "primary_energy_mj"}
NOT_ASSESSED = "not assessed"
_FIRST = ("firm", "trade", "country")


def render(firms: Sequence[tuple[Answers, Account]]) -> str:
    """CSV: trade, country, then value, low, high and method of each criterion and what its sum leaves out."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header())
    writer.writerows([str(number), *_row(*firm)] for number, firm in enumerate(ordered(firms), start=1))
    return text.getvalue()


def ordered(firms: Sequence[tuple[Answers, Account]]) -> list[tuple[Answers, Account]]:
    """By trade, country and size: the order of the files might tell who answered."""
    return sorted(firms, key=lambda firm: (firm[0].trade or "", firm[0].country or "", _kwh(firm[1])))


def header() -> list[str]:
    columns = (_UNITS.get(c, f"{c}_l") for c in CRITERIA)
    ends = ("", "_low", "_high", "_method", "_not_assessed")
    return [*_FIRST, *(f"{column}{end}" for column in columns for end in ends)]


def _row(answers: Answers, found: Account) -> Iterator[str]:
    yield answers.trade or "unknown"
    yield answers.country or "unknown"
    for criterion in CRITERIA:
        quantity, parts = found.totals[criterion], found.parts[criterion]
        left_out = [f"{name}: {line}" for name, part in parts.items() for line in part.missing]
        if quantity.value is None:
            yield from (NOT_ASSESSED, "", "", "", "; ".join(left_out) or quantity.reason)
            continue
        unknown = [name for name, part in parts.items() if part.quantity.value is None and not part.missing]
        yield from (f"{number!r}" for number in (quantity.value, quantity.low, quantity.high))
        yield quantity.method
        yield "; ".join([*unknown, *left_out])


def _kwh(found: Account) -> float:
    return found.totals["kwh"].value or 0.0
