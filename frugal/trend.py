"""Indicators over releases: what each report of a folder says of its last row, in order of time.

Only what a report holds is told; a release that lacks an indicator has its reason. Reports of another name, unit or
metric are a series of their own, never joined. Knows no format and no plot.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.report import devices_section
from frugal.report.json import read_report
from frugal.report.records import Quantity, Report

MEASURING = ("A", "B")
"""Methods that read joules; the others model them."""

MILLION = 1e6
_NOT_HELD = "the report does not hold it"


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One column: its key, its unit, and how a report answers. `exact`: a count, shown as a whole number."""

    key: str
    unit: str
    read: Callable[[Report], Quantity]
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Release:
    """One report, called after its file or folder."""

    label: str
    report: Report

    @property
    def date(self) -> str:
        return self.report.created[:10]


@dataclass(frozen=True, kw_only=True)
class Series:
    """The releases of one model in order of time, and per indicator one quantity for each of them."""

    name: str
    unit: str
    metric: str
    releases: tuple[Release, ...]
    cells: Mapping[str, tuple[Quantity, ...]]


def read_folder(folder: Path) -> tuple[list[Release], list[str]]:
    """The reports in a folder: `*.json` in it, and `report.json` of the folders in it; and what was passed over.

    Raises:
        InputError: no folder, or no report in it.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder", allowed="a folder with reports or with run folders")
    found, passed_over = [], []
    for path in sorted({*folder.glob("*.json"), *folder.glob("*/report.json")}):
        label = path.parent.name if path.name == "report.json" and path.parent != folder else path.stem
        try:
            found.append(Release(label=label, report=read_report(path)))
        except InputError as error:
            passed_over.append(str(error))
    if not found:
        why = f" ({passed_over[0]})" if passed_over else ""
        raise InputError(f"no report in {folder}{why}", allowed="report.json files, or run folders that hold one")
    return found, passed_over


def trends(releases: Iterable[Release]) -> list[Series]:
    """One series per name, unit and metric, in the order of their first release."""
    groups: dict[tuple[str, str, str], list[Release]] = {}
    for release in sorted(releases, key=lambda each: (_moment(each.report.created), each.label)):
        report = release.report
        groups.setdefault((report.name, report.unit, report.rows[-1].metric), []).append(release)
    return [
        Series(
            name=name,
            unit=unit,
            metric=metric,
            releases=tuple(group),
            cells={i.key: tuple(i.read(release.report) for release in group) for i in INDICATORS},
        )
        for (name, unit, metric), group in groups.items()
    ]


def _moment(created: str) -> float:
    """Seconds since the epoch; a date without a zone counts as UTC, what is no date comes first."""
    try:
        moment = datetime.datetime.fromisoformat(created)
    except ValueError:
        return float("-inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()


def _error(report: Report) -> Quantity:
    row = report.rows[-1]
    if row.error is None:
        return Quantity.unknown("not scored")
    return Quantity(value=row.error, low=row.error_low, high=row.error_high)


def _energy(report: Report) -> Quantity:
    """Joules of 1 000 units: as many as one unit has millijoules."""
    return report.rows[-1].energy_mj


def _training(report: Report) -> Quantity:
    """Kilowatt-hours of the whole ledger, failed trainings too; of the report's own where it holds no ledger."""
    ledger = report.training.get("ledger")
    entries = ledger if isinstance(ledger, list) and ledger else [report.training]
    energies = [_as_quantity(entry.get("energy_j")) for entry in entries if isinstance(entry, Mapping)]
    unknown = next((energy for energy in energies if energy.value is None), None)
    if unknown is not None or not energies:
        return unknown or Quantity.unknown(_NOT_HELD)
    ends = [[_end(energy, name) / 3.6e6 for energy in energies] for name in ("low", "value", "high")]
    low, value, high = map(sum, ends)
    methods = "/".join(sorted({energy.method for energy in energies if energy.method}))
    return Quantity(value=value, low=low, high=high, method=methods)


def _impact(criterion: str, grid: str) -> Callable[[Report], Quantity]:
    """Of a million units in use on one grid."""

    def read(report: Report) -> Quantity:
        account = report.sections.get("life_cycle")
        cell = account["use"].get(criterion, {}).get(grid) if isinstance(account, Mapping) else None
        if not isinstance(cell, Mapping):
            return Quantity.unknown(_NOT_HELD)
        one = Quantity.from_json(cell)
        if one.value is None:
            return one
        low, high = (None if end is None else MILLION * end for end in (one.low, one.high))
        return Quantity(value=MILLION * one.value, low=low, high=high, method=one.method)

    return read


def _devices(report: Report) -> Quantity:
    """How many other devices are estimated to answer within the limit, at the slow end of their range."""
    estimates = report.sections.get("devices")
    if not isinstance(estimates, list):
        return Quantity.unknown(_NOT_HELD)
    return Quantity(value=float(sum(map(devices_section.runs_in_time, estimates))))


def _measured(report: Report) -> Quantity:
    """Share of the joules' figures that a meter read and no model computed."""
    energies = [row.energy_mj for row in report.rows] + [_as_quantity(report.training.get("energy_j"))]
    known = [energy for energy in energies if energy.value is not None]
    if not known:
        return Quantity.unknown("no joules")
    return Quantity(value=sum(energy.method in MEASURING for energy in known) / len(known))


def _exact(name: str) -> Callable[[Report], Quantity]:
    def read(report: Report) -> Quantity:
        number = getattr(report.rows[-1], name)
        return Quantity.unknown(_NOT_HELD) if number is None else Quantity(value=float(number))

    return read


def _quantity(name: str) -> Callable[[Report], Quantity]:
    def read(report: Report) -> Quantity:
        found: Quantity = getattr(report.rows[-1], name)
        return found

    return read


def _as_quantity(value: Any) -> Quantity:
    if not isinstance(value, Mapping) or "value" not in value:
        return Quantity.unknown(_NOT_HELD)
    return Quantity.from_json(value)


def _end(quantity: Quantity, name: str) -> float:
    """An end of the range, or the value where it has none."""
    end = getattr(quantity, name)
    assert quantity.value is not None
    return float(quantity.value if end is None else end)


INDICATORS: Sequence[Indicator] = (
    Indicator(key="error", unit="%", read=_error),
    Indicator(key="energy", unit="J", read=_energy),
    Indicator(key="training", unit="kWh", read=_training),
    Indicator(key="cpu_ms", unit="ms", read=_quantity("cpu_ms")),
    Indicator(key="size_bytes", unit="kB", read=_exact("size_bytes"), exact=True),
    Indicator(key="macs", unit="M", read=_exact("macs"), exact=True),
    Indicator(key="peak_memory_bytes", unit="MB", read=_quantity("peak_memory_bytes")),
    Indicator(key="ghg_world", unit="g CO2e", read=_impact("ghg", "WORLD")),
    Indicator(key="adpe_france", unit="kg Sb eq", read=_impact("adpe", "FRA")),
    Indicator(key="devices_in_time", unit="", read=_devices, exact=True),
    Indicator(key="measured", unit="%", read=_measured),
)
"""What is followed, in the order of the table."""
