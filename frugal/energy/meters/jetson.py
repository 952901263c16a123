"""Method B: the INA3221 power monitors of NVIDIA Jetson boards, as Linux shows them under hwmon (JetPack 5 and newer).

Volts times amperes of each rail, sampled. Where one rail is the input of the module it is read alone, else the rails
are branches and add up. The carrier board is not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from frugal.contract import Energy
from frugal.energy.meters.clocks import timed
from frugal.energy.meters.reading import COUNTER_FACTOR, energy_of
from frugal.energy.meters.sampling import integrate

DRIVER = Path("/sys/bus/i2c/drivers/ina3221")
WHOLE = ("VDD_IN", "POM_5V_IN")
"""Rails that feed all others."""
PERIOD_S = 0.05


class JetsonMeter:
    """Joules of the module while the work ran; `root` is where the driver's folder is looked for."""

    name = "Jetson INA3221"
    method = "B"
    min_block_s = 2.0
    factor = COUNTER_FACTOR
    tried_on = ()

    def __init__(self, root: Path = DRIVER) -> None:
        self._root = root

    @property
    def scope(self) -> str:
        """Which rails are added up."""
        return f"Jetson rails {', '.join(self._rails()) or 'none'}, idle included; no carrier board or power supply"

    def unavailable(self) -> str | None:
        rails = self._rails()
        if not rails:
            return f"no INA3221 rail under {self._root} (not a Jetson, or JetPack before 5)"
        try:
            self._watts()
        except PermissionError:
            return f"the rails under {self._root} may not be read by this user"
        except (OSError, ValueError) as error:
            return f"the rails cannot be read ({error})"
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        reason = self.unavailable()
        if reason:
            return energy_of(self, timed(work), None, reason)
        sampled = integrate(self._watts, work, period_s=PERIOD_S)
        return energy_of(self, sampled.elapsed, sampled.joules, sampled.reason)

    def _rails(self) -> dict[str, tuple[Path, Path]]:
        """Label -> its files of millivolts and milliamperes."""
        found = {}
        for label in sorted(self._root.glob("*/hwmon/hwmon*/in*_label")):
            channel = label.name.removeprefix("in").removesuffix("_label")
            files = label.with_name(f"in{channel}_input"), label.with_name(f"curr{channel}_input")
            if all(file.exists() for file in files):  # the sums of shunt voltages have no current
                found[label.read_text(encoding="ascii", errors="replace").strip()] = files
        whole = {name: found[name] for name in WHOLE if name in found}
        return whole or found

    def _watts(self) -> float:
        return sum(
            int(volts.read_text(encoding="ascii")) * int(amperes.read_text(encoding="ascii")) / 1e6
            for volts, amperes in self._rails().values()
        )
