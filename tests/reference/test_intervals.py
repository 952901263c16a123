"""Are the intervals right? Against printed tables of Student's t, and against the truth of simulated measurements."""

from __future__ import annotations

import numpy as np
import pytest

from frugal.energy.statistics import (
    batch_means,
    bootstrap_interval,
    is_look,
    log_ratio_interval,
    mean_interval,
    student_quantile,
)

TABLE = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 9: 2.2622, 10: 2.2281, 30: 2.0423, 120: 1.9799, 1000: 1.9623}


@pytest.mark.parametrize(("degrees", "quantile"), TABLE.items())
def test_quantile_of_the_printed_table(degrees: int, quantile: float) -> None:
    assert student_quantile(degrees) == pytest.approx(quantile, abs=5e-5)


def test_other_confidences() -> None:
    assert student_quantile(5, confidence=0.99) == pytest.approx(4.0321, abs=5e-5)
    assert student_quantile(1, confidence=0.5) == pytest.approx(1.0, abs=1e-9)


def test_mean_interval_by_hand() -> None:
    """Mean 3, standard deviation 1.5811, error 0.7071, t(4) = 2.7764."""
    interval = mean_interval([1, 2, 3, 4, 5])
    assert interval.value == 3
    assert interval.high - interval.value == pytest.approx(2.7764 * 0.70711, abs=1e-3)
    assert interval.value - interval.low == pytest.approx(interval.high - interval.value)


def test_correlated_neighbours_widen_the_interval() -> None:
    """1 1 1 2 2 2 3 3 3 2 2 2 has lag-1 correlation 4 / 6.

    Deviations from 2: -1 -1 -1 0 0 0 1 1 1 0 0 0: products of neighbours 2 + 2 = 4 over a sum of squares of 6; with
    the correction for few values 2/3 + (1 + 8/3) / 12 = 0.9722, held at 0.9: sqrt(1.9 / 0.1) = 4.3589 wider than the
    same values in an order that alternates.
    """
    steps = mean_interval([1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2])
    alternating = mean_interval([1, 3, 2, 2, 1, 3, 2, 2, 1, 3, 2, 2])
    assert steps.value == alternating.value == 2
    assert (steps.high - 2) / (alternating.high - 2) == pytest.approx(4.3589, abs=1e-4)


def test_one_value_has_no_finite_interval() -> None:
    assert mean_interval([2.0]).relative_half_width == np.inf


def test_log_ratio_of_a_constant_factor_is_exact_whatever_the_drift() -> None:
    drift = np.array([1.0, 2.0, 5.0, 3.0])
    interval = log_ratio_interval((1.7 * drift).tolist(), drift.tolist())
    assert (interval.value, interval.low, interval.high) == pytest.approx((1.7, 1.7, 1.7))


def test_unpaired_values_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2 and 3 values"):
        log_ratio_interval([1, 2], [1, 2, 3])


def test_coverage_of_the_mean_and_of_the_ratio() -> None:
    """Of 400 simulated measurements about 95 % hold the truth."""
    generator = np.random.default_rng(7)
    hits_mean = hits_ratio = 0
    for _ in range(400):
        shared = np.exp(generator.normal(0, 0.3, 12))
        of = 2 * shared * np.exp(generator.normal(0, 0.05, 12))
        to = shared * np.exp(generator.normal(0, 0.05, 12))
        ratio = log_ratio_interval(of.tolist(), to.tolist())
        hits_ratio += ratio.low <= 2 <= ratio.high
        mean = mean_interval(generator.normal(5, 1, 12).tolist())
        hits_mean += mean.low <= 5 <= mean.high
    assert 0.93 <= hits_mean / 400 <= 0.995
    assert 0.93 <= hits_ratio / 400 <= 0.995


def test_a_neighbour_that_falls_on_one_model_for_a_moment_does_not_decide() -> None:
    """Of twenty pairs two at each end are trimmed: one ratio of 4 among 1.00 +- 1 % moves nothing."""
    steady = [0.99, 1.01] * 10
    disturbed = [*steady[:7], 4.0, *steady[8:]]
    ratio = log_ratio_interval(disturbed, [1.0] * 20)
    assert ratio.value == pytest.approx(1.0, abs=0.002)
    assert ratio.relative_half_width < 0.01


@pytest.mark.parametrize("share", [0.0, 0.05])
def test_the_trimmed_ratio_holds_the_truth(share: float) -> None:
    """Normal logarithms, and such in which 5 % of the pairs are disturbed ten times as much, to either side."""
    generator = np.random.default_rng(2)
    hits = 0
    for _ in range(400):
        spread = np.where(generator.random(40) < share, 0.5, 0.05)
        logs = np.log(1.7) + spread * generator.normal(size=40)
        ratio = log_ratio_interval(np.exp(logs).tolist(), [1.0] * 40)
        hits += ratio.low <= 1.7 <= ratio.high
    assert 0.93 <= hits / 400 <= 0.995, hits / 400


def test_the_trimmed_mean_is_scipys() -> None:
    """scipy.stats.trim_mean, and Tukey and McLaughlin's error by its own winsorised deviation."""
    from scipy import stats

    logs = np.random.default_rng(5).normal(size=31)
    ratio = log_ratio_interval(np.exp(logs).tolist(), [1.0] * 31)
    winsorised = np.asarray(stats.mstats.winsorize(logs, limits=(0.1, 0.1)))
    error = winsorised.std(ddof=1) / ((1 - 6 / 31) * np.sqrt(31))
    assert np.log(ratio.value) == pytest.approx(stats.trim_mean(logs, 0.1))
    least = stats.t.ppf(0.975, 31 - 6 - 1) * error
    half = (np.log(ratio.high) - np.log(ratio.low)) / 2
    assert half == pytest.approx(least) or least < half < 1.5 * least, "wider where neighbours happen to resemble"


def test_bootstrap_draws_whole_blocks() -> None:
    """Equal blocks have no spread between them, however much their values differ; unequal ones have."""
    equal = bootstrap_interval([[1, 9], [1, 9], [1, 9]], lambda values: float(values.mean()))
    assert (equal.value, equal.low, equal.high) == (5, 5, 5)
    unequal = bootstrap_interval([[1, 1], [5, 5], [9, 9], [5, 5]], lambda values: float(values.mean()))
    assert unequal.low < 4 < 6 < unequal.high


@pytest.mark.parametrize(("correlation", "least"), [(0.0, 0.93), (0.3, 0.88)])
def test_coverage_when_measuring_stops_as_soon_as_the_interval_is_narrow(correlation: float, least: float) -> None:
    """The rule of the benchmark: look after 12, 18, 27 ... values and stop at +-2 %. 95 % should hold the truth.

    The spread is such that 6 to 40 independent values are needed. Values that depend on their neighbours (the load of
    a machine; between two models of one round hardly any is left) cost some hits.
    """
    generator = np.random.default_rng(11)
    looks = [count for count in range(1, 136) if is_look(count)]
    hits, narrow = 0, 0
    for trial in range(400):
        noise = generator.normal(size=90)
        for index in range(1, len(noise) if correlation else 0):
            noise[index] = correlation * noise[index - 1] + np.sqrt(1 - correlation**2) * noise[index]
        values = (1 + 0.02 / 1.96 * np.sqrt([6, 12, 40][trial % 3]) * noise).tolist()
        for count in looks:
            found = mean_interval(batch_means(values[:count]))
            if found.relative_half_width <= 0.02:
                break
        hits += found.low <= 1 <= found.high
        narrow += found.relative_half_width <= 0.02
    assert hits / 400 >= least, hits / 400
    assert narrow / 400 > 0.7
