"""Device profiles: YAML files of sourced figures about machines that are not here.

Each figure carries its range, its source and how far to trust it. A figure nobody measured is absent, with the reason.
Reads with plain pyyaml; knows no model and estimates nothing.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib.resources
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError

CONFIDENCES = ("measured", "datasheet", "secondary", "definition")
"""How far to trust a figure: measured and published; by the maker; a third party's page; what we let the name mean."""

TARGET = "frugal.energy.devices.DeviceProfile"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with its range, where it comes from, and one of `CONFIDENCES`; no range given: exact."""

    value: float
    source: str
    confidence: str
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.confidence not in CONFIDENCES:
            raise InputError(f"confidence {self.confidence}", allowed=", ".join(CONFIDENCES))
        if not self.source:
            raise InputError("a figure without a source", allowed="where it was read")
        numbers = [number for number in (self.low, self.value, self.high) if number is not None]
        if not all(_is_positive(number) for number in numbers) or numbers != sorted(numbers):
            raise InputError(f"figure {numbers}", allowed="0 < low <= value <= high")

    @property
    def ends(self) -> tuple[float, float]:
        return self.value if self.low is None else self.low, self.value if self.high is None else self.high


@dataclass(frozen=True, kw_only=True)
class DeviceProfile:
    """One machine: what it holds and what is known about its time and energy.

    Attributes:
        name: its id, as on the command line. title: what it is.
        runs_on: what in it the figures of time and energy speak of.
        released: the year in which it came to market; None for parts that nobody buys by their year.
        life_class: row of the table of manufacture (Smartphone, Laptop ...); None: none fits.
        family: devices that share a slope with it in the table of measured networks; None: none was measured.
        kind: devices of a similar level; lets a device without rows be estimated from three others.
        runtime: whose list of operators applies; None: no list that could be read, see `operators_reason`.
        flash_bytes, ram_bytes: where weights and activations must fit; None, with its reason.
        power_w: of the whole board while it works; energy is then time x power where no row has an energy.
        picojoules_per_mac: energy of one multiply-accumulate where only that is published, of `mac_precision`.
        battery_j: energy of a full battery; None: it has none.
        reason: why time or energy is not estimated, where it is not.
        note: what a reader must know.
    """

    name: str
    title: str
    runs_on: str
    released: int | None = None
    life_class: str | None = None
    family: str | None = None
    kind: str | None = None
    runtime: str | None = None
    operators_reason: str = ""
    flash_bytes: Figure | None = None
    flash_reason: str = ""
    ram_bytes: Figure | None = None
    ram_reason: str = ""
    power_w: Figure | None = None
    picojoules_per_mac: Figure | None = None
    mac_precision: str = ""
    battery_j: Figure | None = None
    reason: str = ""
    note: str = ""


def profile_names() -> tuple[str, ...]:
    """The ids of the profiles that ship, in alphabetical order."""
    return tuple(sorted(path.name.removesuffix(".yaml") for path in _folder() if path.name.endswith(".yaml")))


def profile(name: str) -> DeviceProfile:
    """The profile `name`, or the one in a YAML file of that path.

    Raises:
        InputError: no such profile, or a file with a key or a value that a profile cannot have.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return parse_profile(path.read_text(encoding="utf-8"), str(path))
    if name not in profile_names():
        nearest = difflib.get_close_matches(name, profile_names(), n=1)
        allowed = f"{', '.join(profile_names())}, all, or a YAML file"
        raise InputError(f"device {name}", allowed=allowed, remedy=nearest[0] if nearest else "frugal list device")
    file = next(path for path in _folder() if path.name == f"{name}.yaml")
    return parse_profile(file.read_text(encoding="utf-8"), f"{name}.yaml")


def parse_profile(text: str, origin: str) -> DeviceProfile:
    """A profile from YAML text; `origin` is named in errors."""
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{origin} is not YAML", allowed="a device profile") from error
    if not isinstance(data, Mapping) or data.get("_target_", TARGET) != TARGET:
        raise InputError(f"{origin} is no device profile", allowed=f"a map with _target_: {TARGET}")
    try:
        values = {key: _value(key, value) for key, value in data.items() if key != "_target_"}
        found: DeviceProfile = _built(DeviceProfile, values)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from error
    return found


def _value(key: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    try:
        return _built(Figure, value)
    except InputError as error:
        raise InputError(f"{key}: {error}") from error


def _built(record: type[Any], values: Mapping[str, Any]) -> Any:
    """A dataclass from a map whose keys are exactly its fields."""
    fields = {field.name: field for field in dataclasses.fields(record)}
    unknown = [str(key) for key in values if key not in fields]
    if unknown:
        raise InputError(f"unknown key {unknown[0]}", allowed=", ".join(fields))
    missing = [
        name for name, field in fields.items() if field.default is dataclasses.MISSING and values.get(name) is None
    ]
    if missing:
        raise InputError(f"no {missing[0]}", allowed=f"a value for {missing[0]}")
    wrong = [name for name, value in values.items() if not _fits(str(fields[name].type), value)]
    if wrong:
        raise InputError(f"{wrong[0]}: {values[wrong[0]]!r:.40}", allowed=str(fields[wrong[0]].type))
    return record(**values)


def _fits(annotation: str, value: Any) -> bool:
    """Whether a value is of an annotated type of the two records above."""
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (int, float),
        "Figure": (Figure,),
        "None": (type(None),),
    }
    allowed = tuple(kind for name in annotation.split(" | ") for kind in kinds[name])
    return isinstance(value, allowed) and not isinstance(value, bool)


def _is_positive(number: Any) -> bool:
    return isinstance(number, (int, float)) and math.isfinite(number) and number > 0


def _folder() -> list[Any]:
    return list((importlib.resources.files("frugal.configs") / "device").iterdir())
