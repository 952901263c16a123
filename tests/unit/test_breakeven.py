"""N* = (E_B - E_A) / (e_A - e_B), by hand; a saving that may be nothing never pays."""

import dataclasses

import pytest

from frugal.breakeven import AT_ONCE, NEVER, PAYS, UNKNOWN, break_even
from frugal.report.records import Quantity, Ratio, Report, Row

WATTS = 5.0


def cpu(ms, spread=1.02):
    return Quantity(value=ms, low=ms / spread, high=ms * spread, method="clock")


def joules(value, factor=2.5, method="C"):
    return Quantity(value=value, low=value / factor, high=value * factor, method=method)


def row(step, ms, method="C", factor=2.5):
    return Row(step=step, kind="stage", method="m", metric="error_rate", cpu_ms=cpu(ms),
               energy_mj=joules(ms * WATTS, factor, method))  # fmt: skip


def part(what, cpu_s, status="done", method="C", trainings=1):
    return {"what": what, "status": status, "cpu_s": cpu_s, "energy_j": joules(cpu_s * WATTS, 2.5, method).to_json(),
            "trainings": trainings}  # fmt: skip


RATIO = Ratio(value=0.4, low=0.38, high=0.43, of_step="small", to_step="large", blocks=12)


def report(*parts, rows=None, ratios=(RATIO,)):
    rows = rows or (row("large", 0.1), row("small", 0.04))
    return Report(name="r", created="", seed=0, unit="line", rows=rows, ratios=ratios,
                  training={"ledger": list(parts)})  # fmt: skip


def test_one_calibration_leaves_the_clocks_alone():
    found = break_even(report(part("train", 100.0), part("recover", 30.0)))
    # 30 s of CPU; one use saves 0.1 ms x (1 - 0.4) = 0.06 ms: 500 000 uses, whatever the watts are
    assert found.outcome == PAYS and found.calibration_cancels
    assert found.uses.value == pytest.approx(30.0 / 0.06e-3)
    assert found.uses.low == pytest.approx(30.0 / (0.1e-3 * 1.02 * (1 - 0.38)))
    assert found.uses.high == pytest.approx(30.0 / (0.1e-3 / 1.02 * (1 - 0.43)))
    assert found.saving_j.value == pytest.approx(0.06e-3 * WATTS) and found.cost_j.value == pytest.approx(150.0)


def test_failed_interrupted_and_swept_trainings_count_and_the_first_ones_own_do_not():
    found = break_even(
        report(
            part("train", 100.0),
            part("train", 9.0, "failed"),
            part("initial abc", 50.0),
            part("recover", 30.0, trainings=4),
            part("recover", 20.0, "failed", trainings=2),
            part("recover", 10.0, "interrupted"),
        )
    )
    assert found.cost_j.value == pytest.approx(60.0 * WATTS)
    assert (found.trainings, found.failed) == (7, 3)


def test_a_pass_has_its_price():
    found = break_even(report(part("train", 100.0), part("int8", 3.0, trainings=0)))
    assert found.outcome == PAYS and found.uses.value == pytest.approx(3.0 / 0.06e-3) and found.trainings == 0


@pytest.mark.parametrize("share", [1.0, 1.2])
def test_a_saving_that_may_be_nothing_never_pays(share):
    ratio = dataclasses.replace(RATIO, value=share, low=share - 0.05, high=share + 0.05)
    found = break_even(report(part("recover", 30.0), ratios=(ratio,)))
    assert found.outcome == NEVER and found.uses is None
    assert (found.saving_j.high > 0) == (share == 1.0)


def test_a_range_that_only_just_holds_zero_never_pays():
    assert break_even(report(part("x", 1.0), ratios=(dataclasses.replace(RATIO, high=1.0),))).outcome == NEVER
    assert break_even(report(part("x", 1.0), ratios=(dataclasses.replace(RATIO, high=0.999),))).outcome == PAYS


def test_nothing_trained_pays_at_once():
    assert break_even(report(part("train", 100.0))).outcome == AT_ONCE


def test_without_pairs_the_ranges_of_the_two_times_count():
    found = break_even(report(part("x", 30.0), ratios=()))
    assert found.saving_j.low == pytest.approx((0.1 / 1.02 - 0.04 * 1.02) * 1e-3 * WATTS)


def test_another_method_or_machine_makes_every_range_count():
    measured = (row("large", 0.1, "B", 1.2), row("small", 0.04, "B", 1.2))
    found = break_even(report(part("x", 30.0), rows=measured))
    # e: 0.5 mJ (0.4167 to 0.6) and 0.2 mJ (0.1667 to 0.24); 150 J (60 to 375)
    assert not found.calibration_cancels
    assert found.saving_j.low == pytest.approx((0.5 / 1.2 - 0.2 * 1.2) * 1e-3)
    assert found.uses.low == pytest.approx(60.0 / ((0.6 - 0.2 / 1.2) * 1e-3))
    assert found.uses.high == pytest.approx(375.0 / ((0.5 / 1.2 - 0.24) * 1e-3))
    elsewhere = part("x", 30.0) | {"energy_j": joules(30.0 * 11).to_json()}
    assert break_even(report(elsewhere)).outcome == NEVER  # x/÷ 2.5 on both sides leaves no saving shown


@pytest.mark.parametrize(
    ("parts", "rows", "reason"),
    [
        ((part("x", 1.0) | {"energy_j": {"value": None, "reason": "no meter"}},), None, "no meter"),
        ((part("x", 1.0), part("y", 1.0, method="B")), None, "trainings were metered by different methods"),
        ((part("x", 1.0),), (row("large", 1.0, "B"), row("small", 0.4)), "the steps were metered by different methods"),
        (
            (part("x", 1.0),),
            (row("large", 1.0), dataclasses.replace(row("small", 0.4), energy_mj=Quantity.unknown("gone"))),
            "gone",
        ),
    ],
)
def test_what_is_unknown_says_why(parts, rows, reason):
    found = break_even(report(*parts, rows=rows))
    assert (found.outcome, found.reason) == (UNKNOWN, reason)


def test_older_reports_hold_no_ledger_and_one_row_has_nothing_to_even_out():
    assert break_even(dataclasses.replace(report(), training={"cpu_s": 1.0})).reason == "no ledger"
    assert break_even(report(part("x", 1.0), rows=(row("large", 0.1),))) is None
