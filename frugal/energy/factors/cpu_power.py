"""What a second of CPU time costs in joules: the calibrated CPUs, and the range where the CPU is not one of them.

Facts re-keyed from the calibration data of CodeCarbon (MIT): RAPL package watts of four CPUs, idle and fully loaded.
From them: watts per busy core incl. idle share = k_tot x TDP / cores, k_tot = 0.67 (geometric mean of the four).
Knows no clock and reads no counter.
"""

from __future__ import annotations

import csv
import importlib.resources
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import InputError

K_TOTAL = 0.67
"""Package watts per busy core at full load, idle share included, divided by TDP per core."""

FACTOR_KNOWN = 2.5
"""95 % prediction factor of `K_TOTAL` for one more CPU: Student with n = 4, geometric standard deviation 1.29."""

TDP_PER_CORE_RANGE_W = (3.75, 17.25)
"""From a many-core server part to a 4-core desktop part."""


@dataclass(frozen=True, kw_only=True)
class CalibratedCpu:
    """One CPU whose package power was read at idle and at full load."""

    model: str
    tdp_w: float
    cores: int
    idle_w: float
    full_w: float
    source: str
    licence: str

    @property
    def tdp_per_core_w(self) -> float:
        return self.tdp_w / self.cores


@dataclass(frozen=True, kw_only=True)
class CorePower:
    """Watts of one busy core with its idle share, the 95 % factor, and where they come from."""

    watts: float
    factor: float
    note: str


def calibrated_cpus(path: Path | None = None) -> list[CalibratedCpu]:
    """The table that is shipped, or the CSV at `path`."""
    file = path or importlib.resources.files("frugal.energy.factors") / "cpu_power.csv"
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [
        CalibratedCpu(
            model=row["model"],
            tdp_w=float(row["tdp_w"]),
            cores=int(row["cores"]),
            idle_w=float(row["idle_w"]),
            full_w=float(row["full_w"]),
            source=row["source"],
            licence=row["licence"],
        )
        for row in rows
    ]


def core_power(model: str, table: Sequence[CalibratedCpu] | None = None) -> CorePower:
    """Power of a busy core of the CPU that calls itself `model`.

    Calibrated: k_tot x TDP / cores, factor 2.5. Not calibrated: TDP / cores is the geometric middle of
    3.75 to 17.25 W, and the range counts as a 95 % range beside the calibration's:
    factor = exp(sqrt(ln(2.5)^2 + ln(sqrt(17.25 / 3.75))^2)) = 3.3.
    """
    wanted = _plain(model)
    for cpu in calibrated_cpus() if table is None else table:
        if wanted and _plain(cpu.model) == wanted:
            note = f"{cpu.model}: {K_TOTAL} x {cpu.tdp_per_core_w:.2f} W TDP per core"
            return CorePower(watts=K_TOTAL * cpu.tdp_per_core_w, factor=FACTOR_KNOWN, note=note)
    low, high = TDP_PER_CORE_RANGE_W
    middle = math.sqrt(low * high)
    factor = math.exp(math.hypot(math.log(FACTOR_KNOWN), math.log(high / low) / 2))
    note = (
        f"CPU {model or 'of unknown name'} is not calibrated: {K_TOTAL} x {middle:.2f} W, "
        f"the middle of {low} to {high} W TDP per core"
    )
    return CorePower(watts=K_TOTAL * middle, factor=factor, note=note)


def core_power_of_tdp(tdp_w: float, cores: int) -> CorePower:
    """Power of a busy core of a CPU whose thermal design power and physical cores are known: factor 2.5."""
    for name, value in (("cpu_tdp_w", tdp_w), ("cpu_cores", cores)):
        if not 0 < value < math.inf:
            raise InputError(f"{name}={value:g}", allowed="above 0, finite")
    note = f"{tdp_w:g} W TDP over {cores} cores, as given: {K_TOTAL} x {tdp_w / cores:.2f} W"
    return CorePower(watts=K_TOTAL * tdp_w / cores, factor=FACTOR_KNOWN, note=note)


def _plain(model: str) -> str:
    """The name without trade marks, clock speed, core count and socket count."""
    text = re.sub(r"\((r|tm)\)|®|™", " ", model.lower())
    text = re.sub(r"@.*$|\b\d+-core\b|\bprocessor\b|\bcpu\b|^\s*\d+ x ", " ", text)
    return " ".join(text.split())
