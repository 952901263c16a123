"""The lines of an account: what each device and each service takes in a year, and what making it cost.

Knows quantities and where electricity is drawn (here or elsewhere), no grid and no sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from frugal.audit.amounts import exact, scaled, times
from frugal.audit.answers import DeviceAnswer
from frugal.audit.firm import Firm
from frugal.audit.tables import MAKING_CRITERIA, Tables
from frugal.report.records import Quantity

HERE, ELSEWHERE = "here", "elsewhere"
DAYS_A_YEAR, MONTHS_A_YEAR, MB_A_GB, W_A_KW = 365.0, 12.0, 1000.0, 1000.0
LEAST_FURTHER_YEARS = 1.0
"""A device that is past the life of its kind is taken to serve one year more."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one thing takes in a year.

    Attributes:
        id: "device:0", "meter", "mail", "video", "chatbot", "images", "storage" or "website".
        amount: of what is counted: devices, GB, hours, answers, images.
        direct: criterion -> quantity of use, where a figure of its own stands for electricity x grid.
        making: criterion -> a year's share of making it, or of making the servers.
        keep_years, hours_a_day: of devices.
    """

    id: str
    where: str
    amount: Quantity
    kwh: Quantity
    kind: str = ""
    direct: Mapping[str, Quantity] = field(default_factory=dict)
    making: Mapping[str, Quantity] = field(default_factory=dict)
    keep_years: float | None = None
    hours_a_day: float | None = None


def lines(firm: Firm, known: Tables) -> tuple[Line, ...]:
    """Devices in the order of the answers, then the meter that reads them together, then services."""
    metered = firm.electricity.get("devices_kwh")
    devices = [_device(firm, known, index, metered is not None) for index in range(len(firm.devices))]
    meter = [] if metered is None else [_meter(metered)]
    return (*devices, *meter, *_services(firm, known))


def _meter(kwh: float) -> Line:
    return Line(id="meter", where=HERE, amount=exact(1.0, "measured"), kwh=exact(kwh, "measured"))


def _device(firm: Firm, known: Tables, index: int, metered: bool) -> Line:
    device = firm.devices[index]
    facts, number = known.devices[device.kind], exact(device.count, "measured")
    keep = _keep_years(device, facts.life_years)
    kwh = Quantity.unknown("in_meter") if metered else times(_device_kwh(firm, known, device), firm.sureness)
    share = Quantity.unknown("no_sheet") if keep is None else scaled(times(number, firm.sureness), 1 / keep)
    return Line(
        id=f"device:{index}",
        where=HERE,
        kind=device.kind,
        amount=times(number, firm.sureness),
        kwh=kwh,
        making={c: _cost(share, facts.making[c]) for c in MAKING_CRITERIA},
        keep_years=keep,
        hours_a_day=device.hours_a_day,
    )


def _keep_years(device: DeviceAnswer, life_years: float | None) -> float | None:
    """The age at which it goes: as answered, else the life of its kind, but beyond its age."""
    if device.keep_years is not None or life_years is None:
        return device.keep_years
    return max(life_years, (device.age_years or 0.0) + LEAST_FURTHER_YEARS)


def _device_kwh(firm: Firm, known: Tables, device: DeviceAnswer) -> Quantity:
    """Of all devices of the line: as metered, else watts x hours, else the product sheets'."""
    facts = known.devices[device.kind]
    if device.kwh_a_year is not None:
        return exact(device.count * device.kwh_a_year, "measured")
    hours_a_year = None if device.hours_a_day is None else device.hours_a_day * firm.days_a_year
    if device.watts is not None:
        if hours_a_year is None:
            return Quantity.unknown("no_hours")
        return exact(device.count * device.watts * hours_a_year / W_A_KW, "calculated")
    if hours_a_year is None or facts.hours_a_day is None:
        return scaled(facts.kwh_a_year, device.count)
    return scaled(facts.kwh_a_year, device.count * hours_a_year / (facts.hours_a_day * DAYS_A_YEAR))


def _services(firm: Firm, known: Tables) -> tuple[Line, ...]:
    weeks, costs = firm.weeks_a_year, known.services
    transfer = costs["transfer"]["kwh"]
    mail = scaled(times(firm.use("attachments_a_week"), firm.use("attachment_mb")), weeks / MB_A_GB)
    hours, answers = scaled(firm.use("video_hours_a_week"), weeks), scaled(firm.use("chatbot_answers_a_week"), weeks)
    images, stored = scaled(firm.use("images_a_week"), weeks), firm.use("storage_gb")
    pages = scaled(times(firm.use("pages_viewed_a_month"), firm.use("page_mb")), MONTHS_A_YEAR / MB_A_GB)
    return (
        _service("mail", mail, transfer),
        _service("video", hours, times(costs["video_hour"]["gb"], transfer)),
        _service("chatbot", answers, costs["chatbot_answer"]["kwh"], costs["chatbot_answer"]),
        _service("images", images, costs["image"]["kwh"]),
        _service("storage", stored, costs["storage"]["kwh"]),
        _service("website", pages, transfer),
    )


def _service(identifier: str, amount: Quantity, kwh: Quantity, own: Mapping[str, Quantity] | None = None) -> Line:
    """A service; `own` holds what it costs itself: use as `water`, its servers as `making_ghg` and so on."""
    costs = own or {}
    servers = Quantity.unknown("no_servers")
    return Line(
        id=identifier,
        where=ELSEWHERE,
        amount=amount,
        kwh=_cost(amount, kwh),
        direct={"water": _cost(amount, costs["water"])} if "water" in costs else {},
        making={c: _cost(amount, costs.get(f"making_{c}", servers)) for c in MAKING_CRITERIA},
    )


def _cost(amount: Quantity, each: Quantity) -> Quantity:
    """What is not used costs nothing, whatever is unknown about it."""
    return exact(0.0, amount.method) if amount.value == 0 else times(amount, each)
