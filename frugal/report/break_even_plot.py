"""The drawing of a break-even: what was spent, level, and what is saved, rising, on two logarithmic axes.

Pure function from numbers to SVG text; knows no report and no language.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from frugal.breakeven import Range
from frugal.report import svg
from frugal.report.plots import Tick
from frugal.report.scales import Scale

DECADES = 2.5
"""Powers of ten to each side of the crossing."""
UNSEEN = 1e-9
"""Share of the top at which a saving of nothing is drawn: below the paper's edge."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Words and size around the drawing."""

    identifier: str
    title: str
    description: str
    x_label: str
    y_label: str
    spent: str
    saved: str
    tick: Tick
    width: float = 960
    height: float = 400


def draw(cost: Range, saving: Range, uses: Range | None, frame: Frame) -> str:
    """Joules against the number of uses; `saving` per use, of which a positive upper end is needed."""
    middle = uses.value if uses is not None else cost.value / saving.high
    x = Scale(low=middle / 10**DECADES, high=middle * 10**DECADES, start=84, end=frame.width - 14, logarithmic=True)
    y = Scale(
        low=cost.value / 10**DECADES, high=cost.value * 10**DECADES, start=frame.height - 50, end=14, logarithmic=True
    )
    body = [
        *_axes(x, y, frame),
        *(_crossing(x, y, uses) if uses is not None else ()),
        svg.area([(x.start, y(cost.low)), (x.end, y(cost.low)), (x.end, y(cost.high)), (x.start, y(cost.high))],
                 svg.VERMILLION),
        svg.line(x.start, y(cost.value), x.end, y(cost.value), colour=svg.VERMILLION, width=2.4),
        *_saved(x, y, saving),
        svg.on_white(svg.text(x.start + 10, y(cost.value) - 9, frame.spent, weight="600")),
        _label(x, y, saving, frame),
        *(_mark(x, y, cost, uses, frame) if uses is not None else ()),
    ]  # fmt: skip
    return svg.drawing(
        frame.width, frame.height, identifier=frame.identifier, title=frame.title, description=frame.description,
        body=body,
    )  # fmt: skip


def _label(x: Scale, y: Scale, saving: Range, frame: Frame) -> str:
    """The name of the rising line at the right edge, below the area."""
    left = x.end - 10 - svg.text_width(frame.saved)
    uses = x.low * (x.high / x.low) ** ((left - x.start) / (x.end - x.start))
    low = saving.low if saving.low > 0 else saving.high
    return svg.on_white(svg.text(x.end - 10, y(low * uses) + 20, frame.saved, anchor="end", weight="600"))


def _axes(x: Scale, y: Scale, frame: Frame) -> Iterator[str]:
    for tick in x.ticks(7 if frame.width > 500 else 4):
        yield svg.line(x(tick), y.start, x(tick), y.end)
        yield svg.text(x(tick), y.start + 17, frame.tick(tick), anchor="middle", size=12, colour=svg.MUTED)
    for tick in y.ticks(7):
        yield svg.line(x.start, y(tick), x.end, y(tick))
        yield svg.text(x.start - 7, y(tick) + 4, frame.tick(tick), anchor="end", size=12, colour=svg.MUTED)
    yield svg.line(x.start, y.start, x.end, y.start, colour=svg.MUTED)
    yield svg.line(x.start, y.start, x.start, y.end, colour=svg.MUTED)
    yield svg.text((x.start + x.end) / 2, y.start + 38, frame.x_label, anchor="middle")
    yield svg.text(14, (y.start + y.end) / 2, frame.y_label, anchor="middle", turned=True)


def _saved(x: Scale, y: Scale, saving: Range) -> Iterator[str]:
    """The area between the least and the greatest saving, and a line: dashed where the saving is not shown."""
    low = max(saving.low, saving.high * UNSEEN)
    yield svg.area([*_edge(x, y, saving.high), *reversed(_edge(x, y, low))], svg.BLUE)
    known = saving.low > 0
    ends = _edge(x, y, saving.value if known else saving.high)
    for (left, up), (right, down) in itertools.pairwise(ends):
        yield svg.line(left, up, right, down, colour=svg.BLUE, width=2.4, dash="" if known else "6 5")


def _edge(x: Scale, y: Scale, per_use: float) -> list[tuple[float, float]]:
    """A rising line, bent along the paper's edge where it leaves it."""
    uses = sorted({x.low, x.high, *(end / per_use for end in (y.low, y.high) if x.low < end / per_use < x.high)})
    return [(x(number), y(number * per_use)) for number in uses]


def _crossing(x: Scale, y: Scale, uses: Range) -> Iterator[str]:
    corners = [(x(uses.low), y.start), (x(uses.high), y.start), (x(uses.high), y.end), (x(uses.low), y.end)]
    yield svg.area(corners, svg.MUTED)


def _mark(x: Scale, y: Scale, cost: Range, uses: Range, frame: Frame) -> Iterator[str]:
    across, up = x(uses.value), y(cost.value)
    yield svg.line(across, up, across, y.start, colour=svg.INK, dash="3 3")
    yield svg.mark(0, across, up, 6)
    yield svg.on_white(svg.text(across + 8, y.start - 9, frame.tick(float(f"{uses.value:.2g}")), weight="600"))
