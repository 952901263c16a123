"""Drawings: axes hold their numbers, labels keep apart, and a point stands where its numbers say."""

import re

import pytest

from frugal.report import plots
from frugal.report.labels import Rectangle, place
from frugal.report.scales import scale_for


def frame(**changes):
    values = dict(identifier="i", title="t", description="d", x_label=lambda log: "log x" if log else "x",
                  y_label=lambda log: "y", tick=lambda number: f"{number:g}", series=("a",))  # fmt: skip
    return plots.Frame(**(values | changes))


def test_the_axis_is_logarithmic_only_where_the_spread_asks_for_it():
    assert scale_for([1.0, 50.0], start=0, end=100).logarithmic
    assert not scale_for([1.0, 5.0], start=0, end=100).logarithmic
    assert not scale_for([0.0, 50.0], start=0, end=100).logarithmic
    assert scale_for([1.0, 5.0], start=0, end=100)(0.0) == 0


@pytest.mark.parametrize("numbers", [[0.0], [3.0], [1e-9, 2e-9], [1e-7, 1.0], [1.0, 1e9], [-0.5, 2.0], [0.2, 1.9]])
def test_ticks_lie_on_the_axis_and_are_few(numbers):
    scale = scale_for(numbers, start=10, end=200)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 9 and list(ticks) == sorted(set(ticks))
    assert all(10 <= scale(tick) <= 200 for tick in ticks)
    assert all(10 <= scale(number) <= 200 for number in numbers)


def test_a_point_stands_where_its_numbers_say():
    points = [plots.Point(label="a", series=0, x=1.0, y=2.0), plots.Point(label="b", series=0, x=2.0, y=4.0)]
    drawing = plots.scatter(points, frame())
    (ax, ay), (bx, by) = [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawing)]
    left, bottom = 58.0, 430.0
    assert (bx - left) == pytest.approx(2 * (ax - left), abs=0.2)
    assert (bottom - by) == pytest.approx(2 * (bottom - ay), abs=0.2)
    assert "log x" not in drawing and "log x" in plots.scatter(
        [*points, plots.Point(label="c", series=0, x=99, y=1)], frame()
    )


def test_error_bars_are_drawn_only_where_both_ends_are_known():
    bare = plots.scatter([plots.Point(label="a", series=0, x=1, y=1)], frame())
    whole = plots.scatter(
        [plots.Point(label="a", series=0, x=1, y=1, x_low=0.5, x_high=2, y_low=0.5, y_high=2)], frame()
    )
    assert whole.count("#0072B2") - bare.count("#0072B2") == 6


def test_labels_of_near_points_keep_apart():
    points = [(100.0, 100.0), (104.0, 101.0), (98.0, 103.0), (101.0, 98.0)]
    found = place(points, [50.0] * 4, [], Rectangle(left=0, top=0, right=300, bottom=200))
    assert all(one.overlap(two) == 0 for i, one in enumerate(found) for two in found[:i])
    assert all(label.outside(Rectangle(left=0, top=0, right=300, bottom=200)) == 0 for label in found)


def _fall(*bars, reach=0.0):
    panel = plots.Panel(title="size", base="", bars=bars, reach=reach)
    return plots.waterfall([panel], ["s"] * len(bars), identifier="w", title="t", description="d",
                           legend=("kept", "saved", "added"), columns=1, width=360)  # fmt: skip


def _widths(drawing, fill):
    return [float(w) for w in re.findall(rf'width="([\d.]+)" height="17.0" fill="{re.escape(fill)}"', drawing)]


def test_the_waterfall_shows_what_was_kept_saved_and_added():
    drawing = _fall(*(plots.Bar(before=b, after=a, text="") for b, a in ((None, 1.0), (1.0, 0.25), (0.25, 0.5))))
    full, quarter, again = _widths(drawing, "#0072B2")
    assert (quarter, again) == (pytest.approx(full / 4, abs=0.1), pytest.approx(full / 4, abs=0.1))
    assert _widths(drawing, "url(#w-h)") == [pytest.approx(full * 3 / 4, abs=0.1)]
    assert _widths(drawing, "#D55E00") == [pytest.approx(full / 4, abs=0.1)]


def test_a_change_next_to_nothing_does_not_fill_the_panel():
    bars = (plots.Bar(before=None, after=0.0, text=""), plots.Bar(before=0.0, after=-0.001, text=""))
    (alone,), (beside,) = (_widths(_fall(*bars, reach=reach), "url(#w-h)") or [0.0] for reach in (0.0, 0.5))
    assert beside < 0.01 * alone


def test_an_unknown_value_has_no_bar():
    assert _widths(_fall(plots.Bar(before=1.0, after=None, text="unknown")), "#0072B2") == []


def test_texts_are_escaped():
    assert "<b>" not in plots.scatter([plots.Point(label="<b>", series=0, x=1, y=1)], frame(series=("<b>", "c")))


def test_a_long_legend_takes_more_lines_and_stays_on_the_drawing():
    names = tuple(f"report number {index}" for index in range(5))
    drawing = plots.scatter([plots.Point(label="a", series=0, x=1, y=1)], frame(series=names, width=360, height=300))
    assert 'viewBox="0 0 360 ' in drawing and 'viewBox="0 0 360 300"' not in drawing
    spots = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(report number \d)<', drawing)
    assert [name for _, _, name in spots] == list(names)
    assert all(float(x) + 7 * len(name) < 360 for x, _, name in spots) and len({y for _, y, _ in spots}) > 1
