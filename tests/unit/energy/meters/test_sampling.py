"""Watts read again and again become joules; what fails or falls silent becomes a reason."""

from __future__ import annotations

import itertools
import time

import pytest

from frugal.energy.meters.sampling import integrate


def test_constant_watts_are_watts_times_seconds() -> None:
    sampled = integrate(lambda: 2.0, lambda: time.sleep(0.6), period_s=0.01)
    assert sampled.joules == pytest.approx(2.0 * sampled.elapsed.wall_s, rel=0.05)
    assert sampled.reason == ""


def test_a_ramp_is_integrated_by_trapezoids() -> None:
    """Watts = 10 + 10 x seconds: 10 t + 5 t^2 between the moments of the work."""
    began = time.perf_counter()
    moments: list[float] = []

    def work() -> None:
        moments.append(time.perf_counter() - began)
        time.sleep(0.8)
        moments.append(time.perf_counter() - began)

    sampled = integrate(lambda: 10 + 10 * (time.perf_counter() - began), work, period_s=0.02)
    first, last = (10 * t + 5 * t**2 for t in moments)
    assert sampled.joules == pytest.approx(last - first, rel=0.05)


def test_the_cpu_time_of_the_sampling_is_left_out() -> None:
    def costly() -> float:
        end = time.thread_time() + 0.005
        while time.thread_time() < end:
            pass
        return 1.0

    sampled = integrate(costly, lambda: time.sleep(0.3), period_s=0.01)
    assert sampled.elapsed.cpu_s < 0.05


def test_a_source_that_fails_on_the_way_is_a_reason() -> None:
    answers = itertools.chain([1.0, 1.0], itertools.repeat(None))

    def read() -> float:
        if (watts := next(answers)) is None:
            raise OSError("unplugged")
        return watts

    sampled = integrate(read, lambda: time.sleep(0.1), period_s=0.01)
    assert sampled.joules is None and "unplugged" in sampled.reason


def test_work_that_is_too_short_is_a_reason() -> None:
    sampled = integrate(lambda: 1.0, lambda: None, period_s=10.0)
    assert sampled.joules is None and "too short" in sampled.reason


def test_a_silence_is_a_reason() -> None:
    silent = itertools.chain([0.0] * 3, [0.1], itertools.repeat(0.0))

    def read() -> float:
        time.sleep(next(silent))
        return 1.0

    sampled = integrate(read, lambda: time.sleep(0.2), period_s=0.002)
    assert sampled.joules is None and "no reading of the power for" in sampled.reason


def test_an_exception_of_the_work_goes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        integrate(lambda: 1.0, lambda: 1 / 0 and None, period_s=0.01)
