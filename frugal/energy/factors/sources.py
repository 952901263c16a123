"""Where the figures of the shipped tables come from: one row per source, with licence, credit and vintage.

Knows no table that refers to it.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
from dataclasses import dataclass

from frugal.contract import InputError


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication that figures were taken from; `vintage` is the year that they speak of."""

    id: str
    title: str
    url: str
    licence: str
    credit: str
    vintage: str


def source(identifier: str) -> Source:
    """Raises InputError for an identifier that is not in the table."""
    known = sources()
    if identifier not in known:
        raise InputError(f"source {identifier}", allowed=", ".join(known))
    return known[identifier]


@functools.cache
def sources() -> dict[str, Source]:
    """Identifier -> source."""
    return {row["id"]: Source(**row) for row in read_table("sources.csv")}


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file beside this one."""
    file = importlib.resources.files("frugal.energy.factors") / name
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
