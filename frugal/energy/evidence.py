"""What is known about a device's time and energy: the table that ships, and rows that somebody handed in.

Handed-in rows that lie within the range which the table predicts for them join its rows; rows outside it replace the
device's own, because a board, a clock or a compiler of one's own is what they speak of. Knows no graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from frugal.energy.devices import DeviceProfile
from frugal.energy.measured import Measured, MeasuredRow, shipped_rows
from frugal.energy.scaling import Observation, Scaling, fit
from frugal.energy.statistics import Interval
from frugal.report.numerals import Numerals

Measure = Literal["time_ms", "energy_mj"]
MEASURED, HANDED_IN, OTHER_DEVICES = "measured", "handed in", "other devices of its kind"
_WORDS: Mapping[Measure, str] = {"time_ms": "time", "energy_mj": "energy"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A prediction, and what it rests on: rows of the device, rows handed in, or other devices of its kind."""

    interval: Interval
    basis: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Measured rows, and the file of somebody's own (`handed`) with the id of the device it is about."""

    rows: Sequence[MeasuredRow] = field(default_factory=shipped_rows)
    handed: Measured | None = None

    def predict(self, profile: DeviceProfile, precision: str, macs: float, measure: Measure) -> Found | None:
        """The value at `macs` with its 95 % range; None where nothing supports one."""
        observations, is_handed = self._observations(profile, precision, measure)
        scaling = fit(observations)
        if scaling is None:
            return None
        own = scaling.of_device(profile.name, macs)
        if own is not None:
            return Found(interval=own, basis=HANDED_IN if is_handed else MEASURED)
        other = scaling.of_kind(profile.kind, macs) if profile.kind is not None else None
        return None if other is None else Found(interval=other, basis=OTHER_DEVICES)

    def why_unknown(self, profile: DeviceProfile, precision: str, measure: Measure) -> str:
        """One sentence for a measure that `predict` does not know."""
        others = {
            row.precision for row in self.rows if row.device == profile.name and getattr(row, measure) is not None
        }
        if measure == "energy_mj" and profile.picojoules_per_mac is not None:
            others.add(profile.mac_precision)
        if others - {precision}:
            return f"{_WORDS[measure]} was measured with {', '.join(sorted(others - {precision}))} only"
        return profile.reason or f"no {_WORDS[measure]} of a network on it was published"

    def notes(self, profile: DeviceProfile, macs: int | None) -> list[str]:
        """Whether the answer goes beyond what was measured, and whose rows it rests on."""
        notes = []
        if self.handed is not None and self.handed.device == profile.name:
            handed, count = self.handed, len(self.handed.rows)
            how = "with" if self._is_joined(profile) else "instead of"
            notes.append(
                f"{count} row{'s' * (count > 1)} by {handed.who}, {handed.when}, {handed.instrument}, {how} the table's"
            )
        own = [row.macs for row in self._rows_of(profile)]
        if macs is not None and own and not min(own) / 2 <= macs <= 2 * max(own):
            least, most, this = (Numerals(space=" ").significant(number / 1e6) for number in (min(own), max(own), macs))
            measured = f"networks of {least} to {most}" if least != most else f"one network of {least}"
            notes.append(f"extrapolated from {measured} million multiply-accumulates to {this} million")
        return notes

    def _rows_of(self, profile: DeviceProfile) -> list[MeasuredRow]:
        return [row for row in (*self.rows, *self._handed_rows(profile)) if row.device == profile.name]

    def _handed_rows(self, profile: DeviceProfile) -> list[MeasuredRow]:
        if self.handed is None or self.handed.device != profile.name:
            return []
        return [
            MeasuredRow(
                device=profile.name,
                family=profile.family or profile.name,
                kind=profile.kind or profile.name,
                precision=row.precision,
                network=row.model,
                macs=row.macs,
                energy_mj=row.energy_mj.value,
                time_ms=row.time_ms.value,
                system=self.handed.instrument,
                source=self.handed.who,
            )
            for row in self.handed.rows
        ]

    def _observations(self, profile: DeviceProfile, precision: str, measure: Measure) -> tuple[list[Observation], bool]:
        """Rows of the family, and whether handed-in ones are among the device's."""
        table = _as_observations(
            [row for row in self.rows if row.family == (profile.family or profile.name)], precision, measure
        )
        own = _as_observations(self._handed_rows(profile), precision, measure)
        if not own:
            return table, False
        if _agree(fit(table), own):
            return [*table, *own], True
        return [*(o for o in table if o.device != profile.name), *own], True

    def _is_joined(self, profile: DeviceProfile) -> bool:
        """Whether every handed-in row agrees with the table."""
        measures: tuple[Measure, ...] = ("time_ms", "energy_mj")
        for precision in {row.precision for row in self._handed_rows(profile)}:
            for measure in measures:
                own = _as_observations(self._handed_rows(profile), precision, measure)
                family = [row for row in self.rows if row.family == profile.family]
                if own and not _agree(fit(_as_observations(family, precision, measure)), own):
                    return False
        return True


def _as_observations(rows: Sequence[MeasuredRow], precision: str, measure: Measure) -> list[Observation]:
    return [
        Observation(device=row.device, kind=row.kind, network=row.network, macs=row.macs, value=value)
        for row in rows
        if row.precision == precision and (value := getattr(row, measure)) is not None
    ]


def _agree(scaling: Scaling | None, own: Sequence[Observation]) -> bool:
    """Whether each row lies in the range that the table predicts for its device."""
    for observation in own:
        expected = scaling.of_device(observation.device, observation.macs) if scaling is not None else None
        if expected is not None and not expected.low <= observation.value <= expected.high:
            return False
    return True
