"""Statistics x calibration, by hand."""

from __future__ import annotations

import math

import pytest

from frugal.energy.statistics import (
    Interval,
    batch_means,
    bootstrap_interval,
    difference,
    is_look,
    mean_interval,
    product,
    student_quantile,
    with_calibration,
)


def test_statistics_and_calibration_combine_as_log_normal() -> None:
    """+-10 % and a factor of 2.5: g = exp(sqrt(0.09531^2 + 0.91629^2)) = exp(0.92123) = 2.51240."""
    combined = with_calibration(Interval(10.0, 9.0, 11.0), 2.5)
    assert combined.value == 10
    assert combined.high == pytest.approx(25.1240, abs=1e-3)
    assert combined.low == pytest.approx(3.98026, abs=1e-4)


def test_without_spread_the_calibration_is_left_and_the_other_way_round() -> None:
    assert with_calibration(Interval(2.0, 2.0, 2.0), 2.5).high == pytest.approx(5.0)
    assert with_calibration(Interval(2.0, 1.8, 2.2), 1.0).high == pytest.approx(2.2)


def test_a_factor_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"factor must be >= 1, got 0\.5"):
        with_calibration(Interval(1, 1, 1), 0.5)


def test_no_value_has_no_mean() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        mean_interval([])


def test_relative_half_width_of_nothing_is_infinite() -> None:
    assert Interval(0.0, 0.0, 0.0).relative_half_width == math.inf


def test_degrees_of_freedom_are_at_least_one() -> None:
    with pytest.raises(ValueError, match="got 0"):
        student_quantile(0)


def test_the_bootstrap_repeats_with_its_seed() -> None:
    blocks = [[1.0, 2.0], [3.0, 5.0], [2.0, 8.0]]
    first = bootstrap_interval(blocks, lambda values: float(values.max()), seed=3)
    assert first == bootstrap_interval(blocks, lambda values: float(values.max()), seed=3)
    assert first.low <= first.value <= first.high == 8


def test_batches_are_means_of_neighbours() -> None:
    assert batch_means([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]
    assert batch_means(list(range(48))) == [2 * index + 0.5 for index in range(24)]
    assert len(batch_means([1.0] * 25)) == 24


def test_looks_are_few_and_not_early() -> None:
    assert [count for count in range(100) if is_look(count)] == [12, 18, 27, 40, 60, 90]


def test_a_difference_adds_half_widths_in_quadrature() -> None:
    """10 +- 3 less 6 +- 4 is 4 +- 5."""
    assert difference(Interval(10, 7, 13), Interval(6, 2, 10)) == Interval(4, -1, 9)


def test_a_product_adds_logarithms_in_quadrature() -> None:
    """8 within x/: e^0.3 times 2 within x/: e^0.4 is 16 within x/: e^0.5."""
    both = product(
        Interval(8, 8 * math.exp(-0.3), 8 * math.exp(0.3)), Interval(2, 2 * math.exp(-0.4), 2 * math.exp(0.4))
    )
    assert both.value == 16
    assert (both.low, both.high) == (pytest.approx(16 * math.exp(-0.5)), pytest.approx(16 * math.exp(0.5)))


def test_a_product_with_an_end_at_zero_has_no_lower_end() -> None:
    assert product(Interval(8, 0, 16), Interval(1, 1, 1)) == Interval(8, 0, 16)
