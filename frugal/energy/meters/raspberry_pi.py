"""Method B: the power management chip of the Raspberry Pi 5, asked through `vcgencmd pmic_read_adc`.

Volts times amperes of its twelve rails, sampled four times a second: each answer costs the start of a program, whose
CPU time is taken out of the measurement (its joules are not). The 5 V that the board passes on is not seen.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import COUNTER_FACTOR, energy_of
from frugal.energy.meters.sampling import integrate

COMMAND = ("vcgencmd", "pmic_read_adc")
PERIOD_S = 0.25
_RAIL = re.compile(r"^\s*(\w+)_([AV])\s+(?:current|volt)\(\d+\)=([0-9.]+)[AV]\s*$", re.MULTILINE)


class RaspberryPiMeter:
    """Joules behind the power chip of a Pi 5 while the work ran."""

    name = "Raspberry Pi 5 power chip"
    method = "B"
    min_block_s = 5.0
    factor = COUNTER_FACTOR
    tried_on = ()
    scope = "rails behind the Pi 5's power chip, idle included; no USB devices, losses of the chip or power supply"

    def unavailable(self) -> str | None:
        if shutil.which(COMMAND[0]) is None:
            return f"no {COMMAND[0]} (not a Raspberry Pi)"
        try:
            _watts()
        except (OSError, ValueError) as error:
            return str(error)
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        sampled = integrate(_watts, work, period_s=PERIOD_S)
        return energy_of(self, sampled.elapsed, sampled.joules, sampled.reason)


def rails_w(answer: str) -> dict[str, float]:
    """Watts of every rail that tells volts and amperes.

    >>> rails_w("VDD_CORE_A current(7)=2.0A\\nVDD_CORE_V volt(15)=0.75V\\nEXT5V_V volt(24)=5.1V")
    {'VDD_CORE': 1.5}
    """
    told: dict[str, dict[str, float]] = {"A": {}, "V": {}}
    for rail, kind, number in _RAIL.findall(answer):
        told[kind][rail] = float(number)
    return {rail: amperes * told["V"][rail] for rail, amperes in told["A"].items() if rail in told["V"]}


def _watts() -> float:
    try:
        answer = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=2)
    except subprocess.TimeoutExpired:
        raise ValueError(f"{' '.join(COMMAND)} does not answer within 2 s") from None
    rails = rails_w(answer.stdout)
    if answer.returncode or not rails:
        said = (answer.stderr or answer.stdout).strip().partition("\n")[0]
        raise ValueError(f"{' '.join(COMMAND)} tells no rail ({said or 'no answer'}); Pi 5 only, group video")
    return sum(rails.values())
