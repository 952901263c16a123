"""The two drawings of a report: accuracy against energy, and what each step bought and cost.

Pure functions from numbers to SVG text; they know no report, no language and no file.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from frugal.report import svg
from frugal.report.labels import Rectangle, place
from frugal.report.scales import Scale, scale_for

Tick = Callable[[float], str]


@dataclass(frozen=True, kw_only=True)
class Point:
    """A labelled point with its ranges; an end that is unknown is None. `joined`: a line leads to it from the last."""

    label: str
    series: int
    x: float
    y: float
    x_low: float | None = None
    x_high: float | None = None
    y_low: float | None = None
    y_high: float | None = None
    joined: bool = True


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around a scatter plot: its words and its size; `x_label(logarithmic)` names the axis."""

    identifier: str
    title: str
    description: str
    x_label: Callable[[bool], str]
    y_label: Callable[[bool], str]
    tick: Tick
    series: tuple[str, ...]
    width: float = 960
    height: float = 480


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One step in a panel: the value before and after it (`before` None where nothing led to it), and what to print."""

    before: float | None
    after: float | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One measure of the waterfall: a bar per step; `base` says what 1 stands for.

    The scale goes up to `reach` at least, so that a change which is next to nothing does not fill the panel.
    """

    title: str
    base: str
    bars: tuple[Bar, ...]
    reach: float = 0.0


def scatter(points: Sequence[Point], frame: Frame) -> str:
    """Points with error bars and labels; at least one point is needed."""
    legend = _legend(frame)
    above = legend[-1][1] + 20 if legend else 0.0
    height = frame.height + above
    left, right, top, bottom = 58.0, frame.width - 14, 14.0 + above, height - 50
    x = scale_for(_ends(points, "x"), start=left, end=right)
    y = scale_for(_shown(points), start=bottom, end=top, log_spread=30)
    most = 7 if frame.width > 500 else 4
    body = [
        *_axes(x, y, frame, most),
        *_paths(points, x, y),
        *_stairs(points, x, y),
        *(piece for point in points for piece in _error_bars(point, x, y)),
        *_labels(points, x, y, Rectangle(left=left, top=top, right=right, bottom=bottom)),
        *(svg.mark(point.series, x(point.x), y(point.y)) for point in points),
        *_keys(legend),
    ]
    return svg.drawing(
        frame.width, height, identifier=frame.identifier, title=frame.title, description=frame.description,
        body=body,
    )  # fmt: skip


def waterfall(
    panels: Sequence[Panel], steps: Sequence[str], *, identifier: str, title: str, description: str,
    legend: Sequence[str], columns: int, width: float = 960,
) -> str:  # fmt: skip
    """Panels side by side in `columns`: per step a bar that shows what remains, what was saved and what was added."""
    names = 124.0 if columns > 1 else 96.0
    gap, row, head = 16.0, 24.0, 40.0
    lines = -(-len(panels) // columns)
    panel_height = head + row * len(steps) + 20
    panel_width = (width - (names if columns > 1 else 0) - gap * (columns - 1)) / columns
    body = [_hatch(identifier)]
    for line in range(lines):
        top = 26 + line * panel_height
        for column, panel in enumerate(panels[line * columns : (line + 1) * columns]):
            left = column * (panel_width + gap) + names
            body += _panel(panel, left, top, panel_width - (names if columns == 1 else 0), identifier)
        body += [
            svg.text(0, top + head + row * index + 16, svg.clip(step, names - 8, 12), size=12, weight="600")
            for index, step in enumerate(steps)
        ]
    body += _swatches(legend, identifier)
    height = 26 + lines * panel_height - 10
    return svg.drawing(width, height, identifier=identifier, title=title, description=description, body=body)


def _ends(points: Sequence[Point], axis: str) -> Iterator[float]:
    for point in points:
        for name in (axis, f"{axis}_low", f"{axis}_high"):
            number = getattr(point, name)
            if number is not None:
                yield number


def _shown(points: Sequence[Point]) -> list[float]:
    """The ends of y; where every point lies above 0, an interval that reaches down to 0 is drawn cut off."""
    ends = list(_ends(points, "y"))
    if all(point.y > 0 for point in points):
        least = min(end for end in ends if end > 0)
        return [max(end, least / 2) for end in ends]
    return ends


def _axes(x: Scale, y: Scale, frame: Frame, most: int) -> Iterator[str]:
    for tick in x.ticks(most):
        yield svg.line(x(tick), y.start, x(tick), y.end)
        yield svg.text(x(tick), y.start + 17, frame.tick(tick), anchor="middle", size=12, colour=svg.MUTED)
    for tick in y.ticks(8):
        yield svg.line(x.start, y(tick), x.end, y(tick))
        yield svg.text(x.start - 7, y(tick) + 4, frame.tick(tick), anchor="end", size=12, colour=svg.MUTED)
    yield svg.line(x.start, y.start, x.end, y.start, colour=svg.MUTED)
    yield svg.line(x.start, y.start, x.start, y.end, colour=svg.MUTED)
    yield svg.text((x.start + x.end) / 2, y.start + 38, frame.x_label(x.logarithmic), anchor="middle")
    yield svg.text(14, (y.start + y.end) / 2, frame.y_label(y.logarithmic), anchor="middle", turned=True)


def _paths(points: Sequence[Point], x: Scale, y: Scale) -> Iterator[str]:
    """A thin line through the points of each series, in the order of the steps."""
    for before, after in itertools.pairwise(point for point in points if point.joined):
        if before.series == after.series:
            yield svg.line(x(before.x), y(before.y), x(after.x), y(after.y), colour="#b6bdc6", dash="2 4", width=1.4)


def frontier(points: Sequence[Point]) -> list[Point]:
    """What no other point beats in both (Pareto): from the least x on, each with a smaller y than all before."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.x, point.y)):
        if not best or point.y < best[-1].y:
            best.append(point)
    return best


def _stairs(points: Sequence[Point], x: Scale, y: Scale) -> Iterator[str]:
    """The frontier as stairs: what energy must be spent for which error."""
    if len(points) < 2:
        return
    best = frontier(points)
    places = [(x(best[0].x), y.end)]
    for before, after in itertools.pairwise(best):
        places += [(x(before.x), y(before.y)), (x(after.x), y(before.y))]
    places += [(x(best[-1].x), y(best[-1].y)), (x.end, y(best[-1].y))]
    for (left, up), (right, down) in itertools.pairwise(places):
        yield svg.line(left, up, right, down, colour=svg.GREEN, width=2.2)


def _error_bars(point: Point, x: Scale, y: Scale) -> Iterator[str]:
    colour = svg.SERIES[point.series % len(svg.SERIES)]
    across, up = x(point.x), y(point.y)
    pieces: list[str] = []
    if point.x_low is not None and point.x_high is not None:
        pieces.append(svg.line(x(point.x_low), up, x(point.x_high), up, colour=colour, width=1.4))
        pieces += [svg.line(x(end), up - 4, x(end), up + 4, colour=colour) for end in (point.x_low, point.x_high)]
    if point.y_low is not None and point.y_high is not None:
        pieces.append(svg.line(across, y(point.y_low), across, y(point.y_high), colour=colour, width=1.4))
        pieces += [
            svg.line(across - 4, y(end), across + 4, y(end), colour=colour) for end in (point.y_low, point.y_high)
        ]
    yield f'<g opacity="0.6">{"".join(pieces)}</g>'


def _labels(points: Sequence[Point], x: Scale, y: Scale, frame: Rectangle) -> Iterator[str]:
    places = [(x(point.x), y(point.y)) for point in points]
    names = [svg.clip(point.label, 170) for point in points]
    bars = []
    for point, (across, up) in zip(points, places, strict=True):
        if point.x_low is not None and point.x_high is not None:
            bars.append(Rectangle(left=x(point.x_low), top=up - 4, right=x(point.x_high), bottom=up + 4))
        if point.y_low is not None and point.y_high is not None:
            bars.append(Rectangle(left=across - 4, top=y(point.y_high), right=across + 4, bottom=y(point.y_low)))
    found = place(places, [svg.text_width(name) for name in names], bars, frame)
    for name, spot, (across, up) in zip(names, found, places, strict=True):
        near = min(max(across, spot.left), spot.right)
        edge = spot.bottom if spot.bottom < up else spot.top
        if abs(edge - up) > 12:
            yield svg.line(across, up, near, edge, colour=svg.MUTED, width=0.8)
        yield svg.on_white(svg.text(spot.left, spot.bottom - 3, name, weight="600"))


def _legend(frame: Frame) -> list[tuple[float, float, str]]:
    """Left, top and name of each series, on as many lines as they need; nothing for a single series."""
    if len(frame.series) < 2:
        return []
    spots: list[tuple[float, float, str]] = []
    left, top = 58.0, 0.0
    for series in frame.series:
        name = svg.clip(series, frame.width - 90)
        width = 38 + svg.text_width(name)
        if spots and left + width > frame.width:
            left, top = 58.0, top + 20
        spots.append((left, top, name))
        left += width
    return spots


def _keys(spots: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    for index, (left, top, name) in enumerate(spots):
        yield svg.mark(index, left + 8, top + 12)
        yield svg.text(left + 20, top + 16, name)


def _panel(panel: Panel, left: float, top: float, width: float, identifier: str) -> Iterator[str]:
    room = 66.0
    known = [end for bar in panel.bars for end in (bar.before, bar.after) if end is not None]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, panel.reach)
    scale = Scale(low=low, high=high if high > low else low + 1, start=left, end=left + width - room)
    yield svg.text(left, top + 14, panel.title, weight="600")
    yield svg.text(left, top + 31, svg.clip(panel.base, width, 11.5), size=11.5, colour=svg.MUTED)
    yield svg.line(scale(0), top + 38, scale(0), top + 42 + 24 * len(panel.bars), colour=svg.MUTED)
    for index, bar in enumerate(panel.bars):
        up = top + 42 + 24 * index
        ends = [scale(end) for end in (0.0, bar.before or 0.0, bar.after or 0.0)]
        edge = max(ends) if bar.after is not None else scale(0)
        yield from _bar(bar, scale, up, identifier)
        yield svg.text(edge + 5, up + 13, bar.text, size=12, colour=svg.INK if bar.after is not None else svg.MUTED)


def _bar(bar: Bar, scale: Scale, up: float, identifier: str) -> Iterator[str]:
    """Solid: what before and after have in common; hatched: what the step saved; vermillion: what it added."""
    if bar.after is None:
        return
    before = bar.after if bar.before is None else bar.before
    kept = 0.0 if before * bar.after < 0 else min(before, bar.after, key=abs)
    start, end = sorted((scale(0), scale(kept)))
    yield svg.box(start, up, end - start, 17, fill=svg.BLUE)
    start, end = sorted((scale(before), scale(bar.after)))
    if bar.after < before:
        yield svg.box(start, up, end - start, 17, fill=f"url(#{identifier}-h)", stroke=svg.BLUE)
    elif bar.after > before:
        yield svg.box(start, up, end - start, 17, fill=svg.VERMILLION)


def _hatch(identifier: str) -> str:
    return (
        f'<defs><pattern id="{identifier}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        f'<rect width="2" height="6" fill="{svg.BLUE}"/></pattern></defs>'
    )


def _swatches(legend: Sequence[str], identifier: str) -> Iterator[str]:
    left = 0.0
    for name, fill in zip(legend, (svg.BLUE, f"url(#{identifier}-h)", svg.VERMILLION), strict=True):
        yield svg.box(left, 3, 14, 13, fill=fill, stroke=svg.BLUE if fill.startswith("url") else "none")
        yield svg.text(left + 20, 14, name, size=12)
        left += 38 + svg.text_width(name, 12)
