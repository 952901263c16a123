"""What `frugal estimate` shows on the rows it ships: a task left out of a device, predicted from everything else.

    python benchmarks/estimate.py [--measure energy_mj|time_ms] [--family microcontroller] [--precision int8]

One line per row: predicted, measured, error, and the range that would have been printed; then the summary. Needs the
base install only and measures nothing, so any machine gives the same numbers.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

import numpy as np

from frugal.energy.measured import shipped_rows
from frugal.energy.scaling import LeftOut, Observation, fit, left_out


def main() -> None:
    arguments = _arguments()
    rows = [
        Observation(device=row.device, kind=row.kind, network=row.network, macs=row.macs, value=value)
        for row in shipped_rows()
        if (row.family, row.precision) == (arguments.family, arguments.precision)
        if (value := getattr(row, arguments.measure)) is not None
    ]
    scaling = fit(rows)
    if scaling is None:
        raise SystemExit(f"too few rows of {arguments.family}, {arguments.precision}, {arguments.measure}")
    print(f"{len(rows)} rows of {len(scaling.levels)} devices, slope {scaling.slope:.3f} on log MACs")
    print(f"{'device':<16}{'network':<24}{'predicted':>11}{'measured':>11}{'error':>8}{'range x/÷':>11}")
    errors = left_out(rows)
    inside = sum(_line(error, rows) for error in errors)
    relative = [abs(math.exp(error.log_error) - 1) for error in errors]
    print(f"median error {np.median(relative):.1%}, worst factor {_worst(errors):.2f}")
    print(f"{inside} of {len(errors)} inside the range that leaving them out gives")
    plain = _per_mac(rows)
    print(f"one energy or time per MAC of the device instead: median error {np.median(plain):.1%}")


def _line(error: LeftOut, rows: Sequence[Observation]) -> bool:
    """Print one row; whether it lies in its range."""
    held = error.observation
    scaling = fit([row for row in rows if (row.device, row.network) != (held.device, held.network)])
    printed = scaling.of_device(held.device, held.macs) if scaling is not None else None
    factor = printed.high / printed.value if printed is not None else math.inf
    share = math.exp(error.log_error) - 1
    print(f"{held.device:<16}{held.network:<24}{error.predicted:>11.4g}{held.value:>11.4g}{share:>8.1%}{factor:>11.2f}")
    return abs(error.log_error) <= math.log(factor)


def _worst(errors: Sequence[LeftOut]) -> float:
    return math.exp(max(abs(error.log_error) for error in errors))


def _per_mac(rows: Sequence[Observation]) -> list[float]:
    """Errors of the geometric mean per MAC of a device's other networks."""
    errors = []
    for row in rows:
        others = [math.log(o.value / o.macs) for o in rows if o.device == row.device and o.network != row.network]
        if others:
            errors.append(abs(math.exp(np.mean(others)) * row.macs / row.value - 1))
    return errors


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--measure", choices=("energy_mj", "time_ms"), default="energy_mj")
    parser.add_argument("--family", default="microcontroller")
    parser.add_argument("--precision", choices=("int8", "float32"), default="int8")
    return parser.parse_args()


if __name__ == "__main__":
    main()
