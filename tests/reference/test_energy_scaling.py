"""The estimate against the rows that ship: what it must show, and the fit against ordinary least squares in numpy."""

import math

import numpy as np
import pytest

from frugal.energy.measured import shipped_rows
from frugal.energy.scaling import Observation, fit, left_out
from frugal.energy.statistics import student_quantile


def energies():
    return [
        Observation(device=row.device, kind=row.kind, network=row.network, macs=row.macs, value=row.energy_mj)
        for row in shipped_rows()
        if row.family == "microcontroller" and row.precision == "int8" and row.energy_mj is not None
    ]


def test_the_fit_is_least_squares_with_one_column_per_device():
    rows = energies()
    devices = sorted({row.device for row in rows})
    design = np.array([[*(row.device == device for device in devices), math.log(row.macs)] for row in rows], float)
    values = np.log([row.value for row in rows])
    solution, residual, _, _ = np.linalg.lstsq(design, values, rcond=None)
    scaling = fit(rows)
    assert scaling.slope == pytest.approx(solution[-1])
    assert scaling.degrees == len(rows) - design.shape[1]
    assert float(residual[0]) > 0
    inverse = np.linalg.inv(design.T @ design)
    for device in devices:
        at = np.array([*(device == other for other in devices), math.log(3e6)], float)
        found = scaling.of_device(device, 3e6)
        assert math.log(found.value) == pytest.approx(float(at @ solution))
        s = max(scaling.error, scaling.levels[device].own_error)
        half = student_quantile(scaling.degrees) * s * math.sqrt(1 + float(at @ inverse @ at))
        assert math.log(found.high / found.value) == pytest.approx(half)


def test_leaving_a_task_out_of_a_device_predicts_its_energy():
    """Median error at most 15 %, all within x/÷ 1.6, and no printed range wider than x/÷ 2."""
    rows = energies()
    errors = left_out(rows)
    assert len(errors) == len(rows) == 22
    assert np.median([abs(math.exp(error.log_error) - 1) for error in errors]) <= 0.15
    assert max(abs(error.log_error) for error in errors) <= math.log(1.6)
    for error in errors:
        held = error.observation
        rest = [r for r in rows if (r.device, r.network) != (held.device, held.network)]
        printed = fit(rest).of_device(held.device, held.macs)
        assert printed.value == pytest.approx(error.predicted)
        assert printed.high / printed.value <= 2.0


def test_the_ranges_hold_what_was_left_out():
    rows = energies()
    inside = 0
    for error in left_out(rows):
        held = error.observation
        rest = [r for r in rows if (r.device, r.network) != (held.device, held.network)]
        printed = fit(rest).of_device(held.device, held.macs)
        inside += printed.low <= held.value <= printed.high
    assert inside / len(rows) >= 0.9


def test_one_energy_per_multiply_accumulate_does_worse():
    """Why there is a slope: the geometric mean of pJ/MAC of the device's other rows."""
    rows, errors = energies(), []
    for row in rows:
        others = [r for r in rows if r.device == row.device and r.network != row.network]
        mean = math.exp(np.mean([math.log(r.value / r.macs) for r in others]))
        errors.append(abs(mean * row.macs / row.value - 1))
    ours = [abs(math.exp(error.log_error) - 1) for error in left_out(rows)]
    assert np.median(errors) > 2 * np.median(ours)


def test_every_row_names_a_source_that_is_in_the_table():
    from frugal.energy.factors.sources import source

    for row in shipped_rows():
        assert source(row.source).licence
        assert row.macs > 0 and (row.energy_mj or row.time_ms)
