"""Soberer alternatives, each with what it would save in a year; a saving is named only where its range excludes zero.

An alternative that changes a quantity keeps the factor on both sides, so that its uncertainty cannot hide the sign; one
that puts one thing in another's place takes the ends of both at their worst. Knows lines, no sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frugal.audit.amounts import minus, scaled, times
from frugal.audit.firm import Firm
from frugal.audit.lines import HERE, MB_A_GB, Line
from frugal.audit.tables import Tables
from frugal.report.records import Quantity

LONGER_YEARS = 2.0
HALF = 0.5
FORM_MB = 0.05
"""A form that is no larger than this."""
SWITCHED_OFF = ("laptop", "desktop", "monitor")
REPLACED = ("laptop", "desktop", "monitor")


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What one alternative saves in a year; below zero it costs more.

    Attributes:
        key: the criterion by which it is judged. quantities: criterion -> what it saves.
        named: whether the range of `key` excludes zero.
    """

    id: str
    line: str
    key: str
    quantities: Mapping[str, Quantity]

    @property
    def named(self) -> bool:
        return excludes_zero(self.quantities[self.key])

    def to_json(self) -> dict[str, Any]:
        quantities = {name: quantity.to_json() for name, quantity in self.quantities.items()}
        return {"id": self.id, "line": self.line, "key": self.key, "named": self.named, "quantities": quantities}


def excludes_zero(quantity: Quantity) -> bool:
    return quantity.low is not None and quantity.low > 0


def savings(
    found: Sequence[Line], about: Firm, known: Tables, grid: Mapping[str, Quantity], price: Quantity
) -> tuple[Saving, ...]:
    """Those that apply, the devices' first. `grid`, `price`: of the electricity here."""
    by_id = {line.id: line for line in found}
    given = [*_devices(found, grid, price), *_services(by_id, about, known)]
    return tuple(
        saving for saving in given if saving.key in saving.quantities and saving.quantities[saving.key].value != 0
    )


def _devices(found: Sequence[Line], grid: Mapping[str, Quantity], price: Quantity) -> Iterator[Saving]:
    for line in found:
        if line.where != HERE or not line.making:
            continue
        making, keep = line.making["ghg"], line.keep_years
        if keep is not None:
            share = 1 - keep / (keep + LONGER_YEARS)
            yield Saving(id="keep_longer", line=line.id, key="ghg", quantities=_known({"ghg": scaled(making, share)}))
        hours = line.hours_a_day
        if line.kind in SWITCHED_OFF and hours is not None and hours > 1:
            kwh = scaled(line.kwh, 1 / hours)
            quantities = {"kwh": kwh, "euros": times(kwh, price), "ghg": times(kwh, grid["ghg"])}
            yield Saving(id="off_an_hour", line=line.id, key="kwh", quantities=_known(quantities))
        if line.kind in REPLACED:
            used = times(line.kwh, grid["ghg"])
            quantities = _known({"ghg": minus(scaled(used, HALF), making)})
            yield Saving(id="replace_early", line=line.id, key="ghg", quantities=quantities)


def _services(by_id: Mapping[str, Line], about: Firm, known: Tables) -> Iterator[Saving]:
    costs, per_kwh = known.services, known.elsewhere["ghg"]
    transfer, answer = costs["transfer"]["kwh"], costs["chatbot_answer"]["kwh"]
    half_of_answers = scaled(by_id["chatbot"].amount, HALF)
    half_of_hours = scaled(by_id["video"].amount, HALF)
    sparing_gb = minus(costs["video_hour"]["gb"], costs["sound_hour"]["gb"])
    form = scaled(transfer, FORM_MB / MB_A_GB)
    changed = (
        ("lighter_attachments", "mail", scaled(by_id["mail"].kwh, HALF)),
        ("sound_only", "video", times(half_of_hours, sparing_gb, transfer)),
        ("small_model", "chatbot", times(half_of_answers, minus(answer, costs["small_model_page"]["kwh"]))),
        ("form", "chatbot", times(half_of_answers, minus(answer, form))),
        ("own_pictures", "images", by_id["images"].kwh),
        ("delete_half", "storage", scaled(by_id["storage"].kwh, HALF)),
        ("lighter_pages", "website", scaled(by_id["website"].kwh, HALF)),
    )
    for identifier, line, kwh in changed:
        quantities = _known({"kwh": kwh, "ghg": times(kwh, per_kwh)})
        yield Saving(id=identifier, line=line, key="kwh", quantities=quantities)


def _known(quantities: Mapping[str, Quantity]) -> dict[str, Quantity]:
    return {name: quantity for name, quantity in quantities.items() if quantity.value is not None}
